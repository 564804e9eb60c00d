import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildGroup, isAlive, RehearsalError, signalGroup } from '../process';

/** Credentials that only the emulator knows: its root. */
export const EMULATOR_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;
export const EMULATOR_ACCOUNT = '000000000000';
export const EMULATOR_NAME = 'MiniStack';

export interface EmulatorOptions {
  /** Python that has the emulator. */
  readonly python: string;
  /** Everything the emulator writes goes below it. */
  readonly folder: string;
  readonly region: string;
  /** `node_modules` with SDK clients: CDK's own custom resources use what Lambda's runtime provides. */
  readonly nodePath: string;
  /** More of its environment, which its functions have too: the addresses of doubles. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told at once, before it is healthy: whoever ends this process now must know what it started. */
  readonly onStart?: (pid: number, endpoint: string) => void;
}

/** A running emulator. */
export class Emulator {
  readonly endpoint: string;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly pid: number,
    readonly logFile: string,
  ) {
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(options: EmulatorOptions, children: ChildGroup): Promise<Emulator> {
    for (const folder of ['state', 's3', 'tmp']) mkdirSync(join(options.folder, folder), { recursive: true });
    const port = await freePort();
    const logFile = join(options.folder, 'emulator.log');
    const log = openSync(logFile, 'a');
    const child = children.startWithLog(options.python, ['-m', 'ministack'], emulatorEnvironment(options, port), log);
    closeSync(log);
    if (child.pid === undefined) throw new RehearsalError(`the emulator could not be started with ${options.python}`);
    const emulator = new Emulator(child, port, child.pid, logFile);
    options.onStart?.(child.pid, emulator.endpoint);
    await emulator.untilHealthy();
    return emulator;
  }

  /** Ends the emulator and what it started; does nothing where it has ended. */
  async stop(): Promise<void> {
    signalGroup(this.pid, 'SIGTERM');
    for (let waited = 0; waited < 50 && isAlive(this.pid); waited += 1) await sleep(100);
    signalGroup(this.pid, 'SIGKILL');
  }

  /** Lets the emulator live on after this process. */
  release(children: ChildGroup): void {
    children.release(this.child);
  }

  private async untilHealthy(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) break;
      try {
        const response = await fetch(`${this.endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
        if (response.ok) return;
      } catch {
        // Not listening yet.
      }
      await sleep(100);
    }
    const log = readFileSync(this.logFile, 'utf8').slice(-2_000).trim();
    throw new RehearsalError(
      `the emulator did not become healthy on port ${this.port}; the end of its log (${this.logFile}):\n${log}`,
    );
  }
}

function emulatorEnvironment(options: EmulatorOptions, port: number): NodeJS.ProcessEnv {
  const { PATH, LANG } = process.env;
  return {
    PATH,
    LANG,
    HOME: options.folder,
    GATEWAY_PORT: String(port),
    EDGE_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    LAMBDA_EXECUTOR: 'local',
    AUTH: 'true',
    // The listener of MQTT binds all interfaces, whatever BIND_HOST says.
    IOT_MTLS_ENABLED: '0',
    STATE_DIR: join(options.folder, 'state'),
    S3_DATA_DIR: join(options.folder, 's3'),
    TMPDIR: join(options.folder, 'tmp'),
    NODE_PATH: options.nodePath,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    MINISTACK_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    // Functions run on the Node of this machine, whatever their runtime says.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    ...options.environment,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) =>
      reject(new RehearsalError(`no port on 127.0.0.1 could be opened: ${cause.message}`, { cause })),
    );
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
