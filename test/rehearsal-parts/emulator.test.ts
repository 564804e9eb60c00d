import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../rehearsal/emulator/emulator';
import { ChildGroup, isAlive } from '../../rehearsal/process';
import { scratchFolders, until } from './scratch';

const newFolder = scratchFolders();
const children = new ChildGroup();
afterEach(() => children.kill('SIGKILL'));

/** Starts this program in place of Python with the emulator. */
function start(program: string, env = '', environment: Readonly<Record<string, string>> = {}) {
  const folder = newFolder();
  const python = join(folder, 'python');
  writeFileSync(python, `#!/bin/sh\n${env}\n${program}\n`);
  chmodSync(python, 0o755);
  const options = { python, folder: join(folder, 'emulator'), region: 'eu-west-1', nodePath: '/modules', environment };
  mkdirSync(options.folder);
  return { folder: options.folder, emulator: Emulator.start(options, children) };
}

const SERVER = `exec ${process.execPath} -e '
  console.log(JSON.stringify({ args: process.argv.slice(1), env: process.env }));
  require("node:http").createServer((request, response) => response.end("{}"))
    .listen(process.env.GATEWAY_PORT, process.env.BIND_HOST);' -- "$@"`;

describe('the emulator', () => {
  it('that cannot start fails with the end of its log, and where the log is', async () => {
    const { folder, emulator } = start('echo starting; echo "ImportError: no module named hypercorn" >&2; exit 1');
    await expect(emulator).rejects.toMatchObject({
      name: 'RehearsalError',
      message: expect.stringMatching(
        /^the emulator did not become healthy on port \d+; the end of its log \(.*emulator\.log\):\nstarting\nImportError: no module named hypercorn$/,
      ),
    });
    await expect(emulator).rejects.toThrow(join(folder, 'emulator.log'));
  });

  it('that says much before it ends fails with the last of it', async () => {
    const { emulator } = start(`i=0; while [ $i -lt 400 ]; do echo "line $i of a long log"; i=$((i+1)); done; exit 1`);
    const error: unknown = await emulator.catch((reason: unknown) => reason);
    const message = error instanceof Error ? error.message : '';
    expect(message).toMatch(/line 399 of a long log$/);
    expect(message).not.toContain('line 0 of');
  });

  it('that is ended by a signal fails at once', async () => {
    await expect(start('kill -9 $$').emulator).rejects.toThrow('did not become healthy');
  });

  it('whose Python is not there fails by its name', async () => {
    const options = { python: '/no/such/python', folder: newFolder(), region: 'eu-west-1', nodePath: '/modules' };
    await expect(Emulator.start(options, children)).rejects.toThrow(
      'the emulator could not be started with /no/such/python',
    );
  });

  it('is started on loopback with IAM enforced and nothing of the user, and is ended', async () => {
    const { folder, emulator } = start(SERVER);
    const running = await emulator;
    const { args, env } = JSON.parse(readFileSync(join(folder, 'emulator.log'), 'utf8'));
    expect(args).toEqual(['-m', 'ministack']);
    expect(env).toMatchObject({
      GATEWAY_PORT: String(running.port),
      BIND_HOST: '127.0.0.1',
      AUTH: 'true',
      LAMBDA_EXECUTOR: 'local',
      IOT_MTLS_ENABLED: '0',
      HOME: folder,
      STATE_DIR: join(folder, 'state'),
      NODE_PATH: '/modules',
    });
    expect(Object.keys(env).filter((name) => /PROXY|TOKEN|PROFILE|NODE_OPTIONS/i.test(name))).toEqual([]);
    expect(running.endpoint).toBe(`http://127.0.0.1:${running.port}`);
    await running.stop();
    await until('it has ended', () => !isAlive(running.pid));
    await expect(fetch(running.endpoint)).rejects.toThrow();
    await running.stop();
  });

  it('has the addresses of doubles in its environment, which its functions inherit', async () => {
    const { folder, emulator } = start(SERVER, '', { AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:9' });
    const running = await emulator;
    const { env } = JSON.parse(readFileSync(join(folder, 'emulator.log'), 'utf8'));
    expect(env).toMatchObject({ AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:9', AWS_ENDPOINT_URL: running.endpoint });
    await running.stop();
  });

  it('is told of as soon as it is started, and not when it is healthy', async () => {
    const folder = newFolder();
    const python = join(folder, 'python');
    writeFileSync(python, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const told: [number, string][] = [];
    const onStart = (pid: number, endpoint: string) => told.push([pid, endpoint]);
    const options = { python, folder, region: 'eu-west-1', nodePath: '/modules', onStart };
    await expect(Emulator.start(options, children)).rejects.toThrow('did not become healthy');
    expect(told).toEqual([[expect.any(Number), expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)]]);
  });

  it('that does not end when asked is ended', { timeout: 20_000 }, async () => {
    const { emulator } = start(SERVER.replace("-e '", `-e '\n  process.on("SIGTERM", () => {});`));
    const running = await emulator;
    await running.stop();
    await until('it has ended', () => !isAlive(running.pid));
  });
});
