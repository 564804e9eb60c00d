import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../protocol/env';
import { artifactOf, BUCKET, requestOf } from './artifact';

const { artifact, objects } = artifactOf('v-1', { 'model.txt': 'weights of v-1' });
const COMMONJS = `
const { readFileSync } = require('node:fs');
exports.load = (directory) => readFileSync(directory + '/model.txt', 'utf8');
exports.predict = (model, input) => ({ output: { label: 'ham', model, input }, confidence: 0.75 });`;
const MODULE = `
import { readFile } from 'node:fs/promises';
export const load = (directory) => readFile(directory + '/model.txt', 'utf8');
export const predict = async (model, input) => ({ output: { label: 'ham', model, input }, confidence: 0.75 });`;

let folder: string;
let s3: Server;
let endpoint: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-bundle-'));
  await build({
    entryPoints: [join(__dirname, '../../lambdas/model-host/index.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  s3 = createServer((request, response) => {
    const key = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname).replace(`/${BUCKET}/`, '');
    const content = objects.get(key);
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
  const address = s3.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  endpoint = `http://127.0.0.1:${address.port}`;
}, 60_000);
afterAll(async () => {
  s3.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the bundle in a process of its own, as Lambda does, with a user's folder beside it. */
async function invoke(
  files: Record<string, string>,
  events: readonly unknown[],
  environment: Record<string, string> = {},
) {
  const asset = await mkdtemp(join(folder, 'asset-'));
  await cp(join(folder, 'index.js'), join(asset, 'index.js'));
  await mkdir(join(asset, 'model'));
  await mkdir(join(asset, 'tmp'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(asset, 'model', name), text);
  const driver = `
    const { handler } = require(${JSON.stringify(join(asset, 'index.js'))});
    (async () => {
      const replies = [];
      for (const event of ${JSON.stringify(events)}) replies.push(await handler(event));
      console.log(JSON.stringify(replies));
    })();`;
  const env = {
    PATH: process.env.PATH,
    TMPDIR: join(asset, 'tmp'),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
    // The SDK warns on a Node that Lambda does not run these functions with.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    [ENV.artifactBucket]: BUCKET,
    ...environment,
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', driver], { env });
  return { replies: JSON.parse(stdout), stderr };
}

describe('the bundle of the model host', () => {
  it.each([
    ['CommonJS', { 'index.js': COMMONJS }],
    ['an ES module', { 'package.json': '{"type":"module","main":"./main.js"}', 'main.js': MODULE }],
  ])('serves a folder that is %s from the artefact in S3', async (_, files) => {
    const { replies, stderr } = await invoke(files, [
      requestOf('v-1', artifact, 'hello'),
      requestOf('v-1', artifact, 7),
    ]);
    expect(replies).toEqual([
      { output: { label: 'ham', model: 'weights of v-1', input: 'hello' }, confidence: 0.75 },
      { output: { label: 'ham', model: 'weights of v-1', input: 7 }, confidence: 0.75 },
    ]);
    expect(stderr).toBe('');
  });

  it('answers every request with the failure of a folder that cannot be imported', async () => {
    const event = requestOf('v-1', artifact, 'hello');
    const { replies, stderr } = await invoke({ 'index.js': 'this is no code' }, [event, event]);
    const failure = { error: { kind: 'failed', message: 'import of the model failed: SyntaxError' } };
    expect(replies).toEqual([failure, failure]);
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ level: 'ERROR', inferenceId: 'inf-1', version: 'v-1' }, { level: 'ERROR' }]);
  });

  it('names what S3 refused', async () => {
    const missing = { ...artifact, prefix: 'models/demo/v-9/' };
    const { replies } = await invoke({ 'index.js': COMMONJS }, [requestOf('v-1', missing, 'hello')]);
    expect(replies).toMatchObject([
      { error: { kind: 'failed', message: expect.stringMatching(/^the artefact could not be read: \w+$/) } },
    ]);
  });

  it('does not start without its bucket', async () => {
    await expect(invoke({ 'index.js': COMMONJS }, [], { [ENV.artifactBucket]: '' })).rejects.toThrow(
      `environment variable ${ENV.artifactBucket} is not set`,
    );
  });

  it('is small: only the client of S3 is in it', async () => {
    expect((await stat(join(folder, 'index.js'))).size).toBeLessThan(700_000);
  });
});
