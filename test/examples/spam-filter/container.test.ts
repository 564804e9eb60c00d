import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BUCKETS, featurize } from '../../../examples/spam-filter/model/featurize';

const SERVER = join(__dirname, '../../../examples/spam-filter/container/server.js');
let folder: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-container-'));
  // Whoever writes "lottery" is a spammer.
  const weights = Buffer.alloc(BUCKETS * 4);
  for (const index of featurize({ subject: '', body: 'lottery' }).indices) weights.writeFloatLE(10, index * 4);
  await writeFile(join(folder, 'weights.bin'), weights);
  await writeFile(join(folder, 'model.json'), JSON.stringify({ bias: -2, threshold: 0.5 }));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function start(modelFolder = folder) {
  const port = await freePort();
  const child = spawn(process.execPath, [SERVER, 'serve'], {
    env: { SAGEMAKER_BIND_TO_PORT: String(port), SM_MODEL_DIR: modelFolder, SLIPWAY_BIND_HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.push(child);
  const said = text(child.stderr);
  const url = `http://127.0.0.1:${port}`;
  const ended = once(child, 'exit');
  for (let waited = 0; waited < 200 && child.exitCode === null; waited += 1) {
    const pong = await fetch(`${url}/ping`).catch(() => undefined);
    if (pong?.ok) break;
    await sleep(25);
  }
  const invoke = (
    body: RequestInit['body'],
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => fetch(`${url}/invocations`, { method: 'POST', body, headers });
  return { child, url, port, ended, said, invoke };
}

describe('the container of the spam filter', () => {
  it('answers a ping and says what a mail is', async () => {
    const { url, invoke } = await start();
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    const spam = await invoke(JSON.stringify({ subject: 'you won', body: 'the lottery' }));
    expect(spam.status).toBe(200);
    expect(spam.headers.get('content-type')).toBe('application/json');
    expect(await spam.json()).toEqual({
      output: { label: 'spam', probability: expect.any(Number) },
      confidence: expect.any(Number),
    });
    const ham = await invoke(JSON.stringify('Subject: lunch\n\nat noon'));
    expect(await ham.json()).toMatchObject({ output: { label: 'ham' } });
  });

  it.each([
    ['what is no JSON', '{"subject":', 400],
    ['an empty body', '', 400],
    ['what is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400],
    ['what is no mail', '{"body":7}', 400],
    ['a mail without text', '{"body":" "}', 400],
  ])('answers %s with 400 and goes on', async (_, body, status) => {
    const { invoke } = await start();
    const refused = await invoke(body);
    expect(refused.status).toBe(status);
    expect(await refused.json()).toEqual({ error: { kind: 'invalid-input', message: expect.any(String) } });
    expect((await invoke('"lottery"')).status).toBe(200);
  });

  it('refuses other types, methods, paths and sizes', async () => {
    const { url, invoke } = await start();
    expect((await invoke('{}', { 'content-type': 'text/csv' })).status).toBe(415);
    expect((await fetch(`${url}/invocations`)).status).toBe(405);
    expect((await fetch(`${url}/ping`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/models`)).status).toBe(404);
    // Sent by hand: an answer that comes before the body's end is no answer to fetch.
    const large = request(`${url}/invocations`, { method: 'POST', headers: { 'content-type': 'application/json' } });
    large.on('error', () => {});
    const answered = once(large, 'response');
    large.write(Buffer.alloc(26 * 1024 * 1024, 'a'));
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    large.destroy();
  });

  it('answers many at once', async () => {
    const { invoke } = await start();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => invoke(JSON.stringify(index % 2 === 0 ? 'lottery' : 'lunch'))),
    );
    const labels = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { output: { label: string } }).output.label),
    );
    expect(labels).toEqual(Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? 'spam' : 'ham')));
  });

  it('finishes the request in flight after SIGTERM, takes no other, and ends with code 0', async () => {
    const { child, port, url, ended } = await start();
    const socket = connect(port, '127.0.0.1');
    const answer = text(socket);
    socket.write(
      'POST /invocations HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"lot',
    );
    await sleep(100);
    child.kill('SIGTERM');
    await sleep(100);
    await expect(fetch(`${url}/ping`)).rejects.toThrow();
    expect(child.exitCode).toBe(null);
    socket.write('tery"');
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*"label":"spam"/);
    expect(await ended).toEqual([0, null]);
  });

  it('ends with code 1 and the reason, where the artefact is not there', async () => {
    const { ended, said } = await start(join(folder, 'nothing'));
    expect(await ended).toEqual([1, null]);
    expect(await said).toContain('the server could not start: ENOENT');
  });
});
