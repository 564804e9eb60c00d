import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointControl } from '../../cli/endpoint-control/control';
import { modelsCommand } from '../../cli/models';
import { ModelRegistry } from '../../cli/registry/registry';
import { runCommand } from '../../cli/run';
import { MemoryArtifacts, MemoryStore } from '../registry/memory-ports';
import { failing, succeeding } from './fake-control';

let root: string;
let store: MemoryStore;
let weights: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-models-'));
  store = new MemoryStore();
  weights = join(root, 'weights.bin');
  await writeFile(weights, 'one');
});
afterEach(() => rm(root, { recursive: true, force: true }));

let control: EndpointControl | undefined;

/** Runs `slipway <args>` against one registry in memory. */
async function slipway(...args: string[]) {
  let out = '';
  let err = '';
  const output = { write: (text: string) => (out += text) };
  const registry = new ModelRegistry({
    model: 'demo',
    store,
    artifacts: new MemoryArtifacts(),
    identity: async () => 'arn:ada',
    now: () => new Date(Date.UTC(2026, 0, 1)),
  });
  const program = new Command('slipway').addCommand(
    modelsCommand({ output, connect: async () => ({ registry, control }) }),
  );
  const code = await runCommand(program, args, { write: (text: string) => (err += text) });
  return { code, out, err };
}

describe('slipway models without anything to connect to', () => {
  const connect = () => Promise.reject(new Error('nobody may be asked about what was typed wrong'));

  it.each([
    ['register', ['--artifact', '/no/such/path'], 'there is no file or folder "/no/such/path"'],
    ['register', ['--artifact', 'WEIGHTS', '--parent', 'v1'], 'version is "v1", expected v- and 16 hex digits'],
    ['use', ['latest'], 'version is "latest", expected v- and 16 hex digits'],
    ['use', ['v-0000000000000000', '--as', 'shadow'], 'cannot be used as shadow yet'],
    ['show', ['V-0000000000000000'], 'version is "V-0000000000000000", expected v- and 16 hex digits'],
  ])('%s %j is refused with code 2', async (command, args, message) => {
    let err = '';
    const program = new Command('slipway').addCommand(modelsCommand({ output: { write: () => {} }, connect }));
    const given = args.map((arg) => (arg === 'WEIGHTS' ? weights : arg));
    const code = await runCommand(program, ['models', command, 'pilot', ...given], { write: (text) => (err += text) });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

async function registered(): Promise<string> {
  const { out } = await slipway('models', 'register', 'pilot', '--artifact', weights, '--json');
  return JSON.parse(out).version.version;
}

describe('slipway models register', () => {
  it('says what was registered and how to serve it', async () => {
    const { code, out, err } = await slipway('models', 'register', 'pilot', '--artifact', weights);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^registered (v-[0-9a-f]{16}) of demo: 1 file, 3 bytes\nto serve it: slipway models use pilot \1\n$/,
    );
  });

  it('takes metrics from the description that the training wrote', async () => {
    const file = join(root, 'model.json');
    await writeFile(file, '{"seed": 1, "metrics": {"f1": 0.97, "auc": 1}}');
    const { out } = await slipway('models', 'register', 'pilot', '--artifact', weights, '--metrics', file, '--json');
    expect(JSON.parse(out)).toMatchObject({ created: true, version: { metrics: { f1: 0.97, auc: 1 } } });
  });

  it('says that a version was there, and what it keeps', async () => {
    const id = await registered();
    const { code, out } = await slipway('models', 'register', 'pilot', '--artifact', weights, '--description', 'new');
    expect(code).toBe(0);
    expect(out).toBe(
      `${id} of demo was registered by arn:ada at 2026-01-01T00:00:00.000Z; nothing was changed\n` +
        'it keeps what it has; given otherwise now: description\n',
    );
  });

  it.each([
    ['no artefact', [], "required option '--artifact <path>' not specified"],
    ['a path that is not there', ['--artifact', '/no/such/path'], 'there is no file or folder "/no/such/path"'],
    [
      'a dataset version as parent where there are none',
      ['--artifact', 'WEIGHTS', '--parent', 'd-0123456789abcdef'],
      'parent d-0123456789abcdef is a dataset version, and the stage has no data pipeline that makes them',
    ],
    [
      'a parent that is not there',
      ['--artifact', 'WEIGHTS', '--parent', 'v-0000000000000000'],
      'parents v-0000000000000000 are not registered here',
    ],
    [
      'metrics that are not there',
      ['--artifact', 'WEIGHTS', '--metrics', '/no/file'],
      'metrics file "/no/file" cannot be read',
    ],
    ['metrics that are no JSON', ['--artifact', 'WEIGHTS', '--metrics', 'WEIGHTS'], 'is no JSON'],
  ])('with %s ends with code 2 and one line', async (_, flags, message) => {
    const args = flags.map((flag) => (flag === 'WEIGHTS' ? weights : flag));
    const { code, out, err } = await slipway('models', 'register', 'pilot', ...args);
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(err).toMatch(/^slipway: /);
    expect(err).toContain(message);
  });

  it('refuses metrics that are no finite numbers by name', async () => {
    const file = join(root, 'metrics.json');
    for (const text of ['{"f1": "0.9"}', '{"f1": null}', '{"f1": 1e999}', '{"metrics": {"f1": [1]}}']) {
      await writeFile(file, text);
      const { code, err } = await slipway('models', 'register', 'pilot', '--artifact', weights, '--metrics', file);
      expect(code).toBe(2);
      expect(err).toContain('metric "f1" in');
    }
  });
});

describe('slipway models use', () => {
  it('says what serves now, and that using it again changes nothing', async () => {
    const id = await registered();
    expect(await slipway('models', 'use', 'pilot', id)).toEqual({
      code: 0,
      err: '',
      out: `${id} is live; before it no version was\n`,
    });
    const again = await slipway('models', 'use', 'pilot', id);
    expect(again.out).toBe(`${id} is live already, since 2026-01-01T00:00:00.000Z; nothing was changed\n`);
  });

  it('ends with code 1 when somebody else was first', async () => {
    const id = await registered();
    const other = {
      revision: 7,
      desired: 'v-x',
      desiredState: 'running',
      routing: { live: 'v-x', canary: null, shadow: null },
    } as const;
    store.outcomes.push('changed');
    store.beforeWrite = async () => {
      store.current = { ...other, changedBy: 'arn:bob', changedAt: '2026-01-02' };
    };
    const { code, err } = await slipway('models', 'use', 'pilot', id);
    expect(code).toBe(1);
    expect(err).toContain(`slipway: ${id} is not in use: arn:bob moved the pointers to v-x at 2026-01-02`);
  });

  it.each([
    ['a version that is not there', ['v-0000000000000000'], 'has no version "v-0000000000000000" here'],
    ['the role of a canary', ['v-0000000000000000', '--as', 'canary'], 'cannot be used as canary yet'],
    ['an unknown role', ['v-0000000000000000', '--as', 'champion'], 'Allowed choices are live, canary, shadow'],
    ['no version', [], "missing required argument 'version'"],
  ])('with %s ends with code 2', async (_, args, message) => {
    const { code, err } = await slipway('models', 'use', 'pilot', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('tells a failure of AWS in one line, with what to do', async () => {
    const id = await registered();
    store.beforeWrite = () =>
      Promise.reject(Object.assign(new Error('token\nexpired'), { name: 'ExpiredTokenException' }));
    const expired = await slipway('models', 'use', 'pilot', id);
    expect(expired).toEqual({
      code: 1,
      out: '',
      err: `slipway: could not use ${id}: the AWS credentials have expired; sign in again\n`,
    });
    store.beforeWrite = () => Promise.reject(Object.assign(new Error('no\nway'), { name: 'AccessDeniedException' }));
    expect((await slipway('models', 'use', 'pilot', id)).err).toBe(
      `slipway: could not use ${id}: AccessDeniedException: no way\n`,
    );
  });
});

describe('slipway models use of a stage with an endpoint', () => {
  afterEach(() => {
    control = undefined;
  });

  it('goes through its controller, and leaves the pointers to it', async () => {
    const id = await registered();
    const played = succeeding({ action: 'use', version: id, desiredState: 'running', text: `${id} serves` });
    control = played.control;
    const { code, out } = await slipway('models', 'use', 'pilot', id);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`asking for the endpoint\n.*\n${id} serves\n$`));
    expect(played.asked).toEqual([{ action: 'use', version: id, requestedBy: 'arn:ada' }]);
    expect(store.current).toBeUndefined();
    const json = await slipway('models', 'use', 'pilot', id, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ action: 'use', version: id });
  });

  it.each([
    ['an unknown version', ['v-0000000000000000'], 'has no version "v-0000000000000000" here'],
    ['another role', ['v-0000000000000000', '--as', 'shadow'], 'cannot be used as shadow yet'],
  ])('asks it for nothing that cannot be: %s', async (_, args, message) => {
    const played = succeeding();
    control = played.control;
    const { code, err } = await slipway('models', 'use', 'pilot', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(played.asked).toEqual([]);
  });

  it('ends with code 1 when the update was rolled back', async () => {
    const id = await registered();
    control = failing('EndpointRolledBack', 'the update was rolled back: an alarm').control;
    const { code, err } = await slipway('models', 'use', 'pilot', id);
    expect(code).toBe(1);
    expect(err).toContain('rolled back: an alarm; what was desired before is desired again (EndpointRolledBack)');
  });
});

describe('slipway models list and show', () => {
  it('list shows which version serves, without colours outside of a terminal', async () => {
    expect((await slipway('models', 'list', 'pilot')).out).toContain('no version is registered');
    const id = await registered();
    await slipway('models', 'use', 'pilot', id);
    const { out } = await slipway('models', 'list', 'pilot');
    expect(out).toMatch(new RegExp(`${id} │ live`));
    expect(out).not.toContain('\u001b');
    const json = JSON.parse((await slipway('models', 'list', 'pilot', '--json')).out);
    expect(json).toMatchObject({ versions: [{ version: id }], pointers: { routing: { live: id } } });
  });

  it('show prints one version with its files', async () => {
    const id = await registered();
    const { out } = await slipway('models', 'show', 'pilot', id);
    expect(out).toContain(`s3://artifacts/models/demo/${id}/`);
    expect(out).toMatch(/weights\.bin │ 3 +│ [0-9a-f]{64}/);
    expect(JSON.parse((await slipway('models', 'show', 'pilot', id, '--json')).out)).toEqual(store.items.get(id));
  });

  it('show ends with code 2 for a version that is not there', async () => {
    expect((await slipway('models', 'show', 'pilot', 'v-0000000000000000')).code).toBe(2);
  });
});
