import { type ChildProcess, fork } from 'node:child_process';

/** A script of the benchmarks in a process of its own, which says one thing by message. What it logs is thrown away. */
export class OwnProcess<Message> {
  /** What the process says first; rejects where it ends without a word. */
  readonly says: Promise<Message>;
  private readonly child: ChildProcess;

  constructor(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = fork(script, [...args], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let errors = '';
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    this.says = new Promise((resolve, reject) => {
      this.child.once('message', (message) => resolve(message as Message));
      this.child.once('error', reject);
      this.child.once('close', (code) => reject(new Error(`${script} ended with ${code}: ${errors.slice(-2_000)}`)));
    });
    // Whoever asks later is told; nobody asking is no unhandled rejection.
    this.says.catch(() => {});
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }
}
