import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostingFault } from './hosting-fault';
import type { LocalServer } from './image-map';

/** A request as it goes to the container. */
export interface ContainerRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ContainerReply {
  /** 0 where no answer came. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Why no answer came. */
  readonly lost?: 'timeout' | 'connection';
}

export interface ContainerOptions {
  /** What a failure to start is about, as in "The primary container for production variant AllTraffic". */
  readonly subject: string;
  readonly server: LocalServer;
  readonly environment: Readonly<Record<string, string>>;
  readonly modelFolder: string;
  readonly startUpMs: number;
  /** Gives the start up. */
  readonly signal: AbortSignal;
  /** Open file for what it prints. */
  readonly log: number | 'ignore';
}

/** SageMaker waits so long between SIGTERM and SIGKILL. */
const GRACE_MS = 30_000;

/** The server of a container image, as a process of this machine. */
export class Container {
  private inFlight = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    /** Ends the patience with requests in flight. */
    private readonly signal: AbortSignal,
  ) {}

  /** Starts the server and waits until it answers `/ping`; throws a `HostingFault` where it does not. */
  static async start(options: ContainerOptions): Promise<Container> {
    const { server, modelFolder, environment, log } = options;
    const [program = '', ...args] = server.command;
    const port = await freePort();
    const child = spawn(program, args, {
      // Of the double's own environment it gets nothing but where programs are, as a container gets nothing of its host.
      env: {
        PATH: process.env.PATH,
        ...server.environment,
        ...environment,
        SAGEMAKER_BIND_TO_PORT: String(port),
        SLIPWAY_BIND_HOST: '127.0.0.1',
        SM_MODEL_DIR: modelFolder,
      },
      stdio: ['ignore', log, log],
    });
    // A program that is not there is a container that does not answer.
    child.once('error', () => child.kill());
    const container = new Container(child, `http://127.0.0.1:${port}`, options.signal);
    try {
      await container.untilHealthy(options);
    } catch (error) {
      await container.stop();
      throw error;
    }
    return container;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async invoke(request: ContainerRequest, timeoutMs: number): Promise<ContainerReply> {
    this.inFlight += 1;
    try {
      const response = await fetch(`${this.url}/invocations`, {
        method: 'POST',
        body: new Uint8Array(request.body),
        headers: request.headers,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { status, headers } = response;
      return { status, headers, body: Buffer.from(await response.arrayBuffer()) };
    } catch (error) {
      const lost = error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'connection';
      return { status: 0, headers: new Headers(), body: Buffer.alloc(0), lost };
    } finally {
      this.inFlight -= 1;
    }
  }

  /** Ends the server after its requests in flight: SageMaker takes the traffic away before it ends a container. */
  async stop(): Promise<void> {
    while (this.inFlight > 0 && !this.hasEnded && !this.signal.aborted) await sleep(10);
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }

  private get hasEnded(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async untilHealthy({ subject, startUpMs, signal }: ContainerOptions): Promise<void> {
    const deadline = Date.now() + startUpMs;
    while (Date.now() < deadline && !this.hasEnded && !signal.aborted) {
      try {
        const response = await fetch(`${this.url}/ping`, { signal: AbortSignal.timeout(2_000) });
        await response.arrayBuffer();
        if (response.ok) return;
      } catch {
        // Not listening yet.
      }
      await sleep(25);
    }
    throw new HostingFault(
      `${subject} did not pass the ping health check. Please check CloudWatch logs for this endpoint.`,
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
