import { type ChildProcess, spawn } from 'node:child_process';

/** Something a person must know or do; shown without a stack trace. */
export class RehearsalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RehearsalError';
  }
}

export interface RunOptions {
  /** What it does, for the error. */
  readonly what: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

const TAIL = 4_000;

/** Processes that this one started, so that whatever ends it ends them too. Each is a group of its own. */
export class ChildGroup {
  private readonly running = new Set<ChildProcess>();

  /** Starts a long-running process that writes to an open file, which outlives this process where a pipe would not. */
  startWithLog(command: string, args: readonly string[], env: NodeJS.ProcessEnv, log: number): ChildProcess {
    return this.track(spawn(command, args, { env, stdio: ['ignore', log, log], detached: true }));
  }

  /** Runs a process to its end and gives what it printed; throws with the end of its output where it fails. */
  run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
    const child = this.track(
      spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      }),
    );
    let output = '';
    const keep = (text: string) => {
      output += text;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    return new Promise((resolve, reject) => {
      child.once('error', (cause) => reject(new RehearsalError(`${options.what} failed: ${cause.message}`, { cause })));
      child.once('close', (code, signal) => {
        if (code === 0) resolve(output);
        else
          reject(
            new RehearsalError(
              `${options.what} failed (${signal ?? `exit code ${code}`}):\n${output.slice(-TAIL).trim()}`,
            ),
          );
      });
    });
  }

  /** Ends everything, first politely. Synchronous signals, so that it works in an exit handler. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    for (const child of this.running) {
      if (child.pid !== undefined) signalGroup(child.pid, signal);
    }
  }

  /** Lets a process live on after this one. */
  release(child: ChildProcess): void {
    this.running.delete(child);
    child.unref();
  }

  private track(child: ChildProcess): ChildProcess {
    this.running.add(child);
    // Not at its exit: what it started may still hold its output open, and belongs to the group.
    child.once('close', () => this.running.delete(child));
    child.once('error', () => this.running.delete(child));
    return child;
  }
}

/** Signals a process and all that it started; a process that is gone already is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  send(-pid, signal);
}

/** Signals one process, which may be gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  send(pid, signal);
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
