import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactFolders } from '../../lambdas/model-host/artifact-folders';
import { describeError } from '../../lambdas/model-host/describe-error';
import { type FailureEvent, ModelHost } from '../../lambdas/model-host/host';
import { asUserModel } from '../../lambdas/model-host/user-model';
import { artifactOf, BUCKET, requestOf } from './artifact';

const SECRET = 'jane.doe@example.com';

let root: string;
let log: FailureEvent[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-host-'));
  log = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

function hostOf(userModel: unknown, now?: () => number): ModelHost {
  const folders = new ArtifactFolders(root, {
    open: async (_, key) =>
      (async function* () {
        yield Buffer.from(`content of ${key.split('/')[2]}`);
      })(),
  });
  const imported = async () => asUserModel(userModel);
  return new ModelHost({ bucket: BUCKET, folders, userModel: imported, log: (event) => log.push(event), now });
}

function request(version: string, input: unknown = 'hello') {
  return requestOf(version, artifactOf(version, { 'model.txt': `content of ${version}` }).artifact, input);
}

describe('the model host', () => {
  it('answers what predict returns of the loaded version, whether it waits or not', async () => {
    for (const load of [(directory: string) => directory, async (directory: string) => directory]) {
      const host = hostOf({
        load,
        predict: (model: unknown, input: unknown) => ({ output: { model, input }, confidence: 0 }),
      });
      expect(await host.answer(request('v-1', { body: 'x' }))).toEqual({
        output: { model: join(root, 'v-1'), input: { body: 'x' } },
        confidence: 0,
      });
    }
    expect(log).toEqual([]);
  });

  it('loads a version once for requests that come at once', async () => {
    let loads = 0;
    const host = hostOf({
      load: async () => {
        loads++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
      predict: () => ({ output: 'ok' }),
    });
    const replies = await Promise.all(Array.from({ length: 5 }, () => host.answer(request('v-1'))));
    expect(replies).toEqual(Array.from({ length: 5 }, () => ({ output: 'ok' })));
    expect(loads).toBe(1);
  });

  it.each([
    ['rejects', async () => Promise.reject(new RangeError(SECRET))],
    [
      'throws',
      () => {
        throw new RangeError(SECRET);
      },
    ],
  ])('tries a load again that %s, for the next request', async (_, fail) => {
    let loads = 0;
    const host = hostOf({
      load: () => (loads++ === 0 ? fail() : 'model'),
      predict: (model: unknown) => ({ output: model }),
    });
    expect(await host.answer(request('v-1'))).toEqual({
      error: { kind: 'failed', message: 'load of the model failed: RangeError' },
    });
    expect(await host.answer(request('v-1'))).toEqual({ output: 'model' });
  });

  it('keeps the two versions that were used last, in memory and on disk', async () => {
    const loads: string[] = [];
    const host = hostOf({
      load: (directory: string) => loads.push(directory.slice(root.length + 1)),
      predict: () => ({ output: 1 }),
    });
    for (const version of ['v-1', 'v-2', 'v-1', 'v-3', 'v-1', 'v-2']) await host.answer(request(version));
    expect(loads).toEqual(['v-1', 'v-2', 'v-3', 'v-2']);
    expect((await readdir(root)).toSorted()).toEqual(['v-1', 'v-2']);
  });

  it('does not take a model away from a request that still uses it', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const host = hostOf({
      load: (directory: string) => directory,
      predict: async (directory: string, input: unknown) => {
        if (input === 'slow') await held;
        return { output: await readdir(directory) };
      },
    });
    const slow = host.answer(request('v-1', 'slow'));
    for (const version of ['v-2', 'v-3', 'v-4']) await host.answer(request(version));
    release();
    expect(await slow).toEqual({ output: ['model.txt'] });
    expect(await readdir(root)).toHaveLength(2);
  });

  it('answers InvalidInput as the fault of the caller, without a word of the input and without a log line', async () => {
    const refuse = () => {
      throw Object.assign(new Error(SECRET), { name: 'InvalidInput' });
    };
    const host = hostOf({ load: () => 1, predict: refuse });
    expect(await host.answer(request('v-1', SECRET))).toEqual({
      error: { kind: 'invalid-input', message: 'the model refused the input' },
    });
    expect(log).toEqual([]);
  });

  it.each([
    ['an error', new TypeError(`cannot read ${SECRET}`), 'TypeError'],
    ['an error with a code', Object.assign(new Error(SECRET), { code: 'ENOENT' }), 'Error ENOENT'],
    ['an error named after the input', Object.assign(new Error('x'), { name: SECRET }), 'Error'],
    ['an error whose code is the input', Object.assign(new Error('x'), { code: SECRET }), 'Error'],
    [
      'an error whose message looks like frames',
      new Error(`x\n    at ${SECRET} (/a.js:1:1)\n    at secret (/a.js:1:1)`),
      'Error',
    ],
    ['a string', SECRET, 'a thrown string'],
    ['null', null, 'a thrown null'],
  ])('tells of %s thrown by predict only its name and its frames', async (_, thrown, name) => {
    const host = hostOf({
      load: () => 1,
      predict: () => {
        throw thrown;
      },
    });
    const message = `predict of the model failed: ${name}`;
    expect(await host.answer(request('v-1', SECRET))).toEqual({ error: { kind: 'failed', message } });
    expect(log).toMatchObject([{ message, inferenceId: 'inf-1', version: 'v-1' }]);
    expect(JSON.stringify(log)).not.toContain(SECRET);
    expect(JSON.stringify(log)).not.toContain('secret (/a.js');
  });

  it('names the frames of an error of user code', () => {
    function failing() {
      return new Error(`about ${SECRET}`);
    }
    const { frames } = describeError(failing());
    expect(frames[0]).toMatch(/^failing \(.+host\.test\.ts:\d+:\d+\)$/);
  });

  it.each([
    ['nothing', undefined, 'predict must return { output, confidence? }'],
    ['no output', { confidence: 1 }, 'predict must return { output, confidence? }'],
    ['a confidence of 1.1', { output: 1, confidence: 1.1 }, 'a confidence from 0 to 1'],
    ['a confidence that is no number', { output: 1, confidence: Number.NaN }, 'a confidence from 0 to 1'],
    ['what JSON cannot hold', { output: 1n }, 'an output that JSON can hold'],
    ['more than Lambda can answer', { output: 'x'.repeat(6 * 1024 * 1024) }, 'an answer may have'],
  ])('fails when predict returns %s', async (_, value, message) => {
    const host = hostOf({ load: () => 1, predict: () => value });
    expect(await host.answer(request('v-1'))).toMatchObject({
      error: { kind: 'failed', message: expect.stringContaining(message) },
    });
  });

  it('does not ask the model after the deadline', async () => {
    let asked = 0;
    const host = hostOf({ load: () => 1, predict: () => ({ output: asked++ }) }, () => Date.now() + 61_000);
    expect(await host.answer(request('v-1'))).toMatchObject({
      error: { kind: 'failed', message: 'the deadline passed before the model was asked' },
    });
    expect(asked).toBe(0);
  });

  it('says what a folder must export', async () => {
    const host = hostOf({ load: () => 1 });
    expect(await host.answer(request('v-1'))).toMatchObject({
      error: {
        kind: 'failed',
        message: 'the model folder must export the functions load(directory) and predict(model, input)',
      },
    });
  });

  it('answers an event that is no request, and logs nothing of it', async () => {
    const host = hostOf({ load: () => 1, predict: () => ({ output: 1 }) });
    expect(await host.answer({ inferenceId: 5, text: SECRET })).toMatchObject({ error: { kind: 'failed' } });
    expect(JSON.stringify(log)).not.toContain(SECRET);
  });
});
