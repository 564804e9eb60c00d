import type { StepReport } from './report/report';

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Steps of a rehearsal: says which one runs, and remembers how long each took. */
export class Progress {
  private readonly finished: StepReport[] = [];
  private current = '';

  constructor(
    private readonly output: ProgressOutput,
    private readonly planned: readonly string[],
  ) {}

  /** Runs a step; `detail` says in a few words what came of it. */
  async step<T>(name: string, run: () => Promise<T>, detail?: (result: T) => string): Promise<T> {
    const started = performance.now();
    this.current = name;
    const seconds = () => (performance.now() - started) / 1000;
    // On a terminal the line is written over when the step ends; elsewhere a line is written once.
    if (this.output.isTTY === true) this.output.write(`  … ${name}`);
    try {
      const result = await run();
      const said = detail?.(result);
      this.finish({ name, seconds: seconds(), status: 'done', detail: said }, '✓');
      return result;
    } catch (error) {
      this.finish({ name, seconds: seconds(), status: 'failed', detail: reasonOf(error) }, '✗');
      throw error;
    }
  }

  /** A word on how far the running step is; only on a terminal. */
  tell(text: string): void {
    if (this.output.isTTY === true) this.output.write(`\r\x1b[2K  … ${this.current}: ${text}`);
  }

  /** Every planned step: done, failed or not run. */
  get steps(): StepReport[] {
    const done = new Set(this.finished.map(({ name }) => name));
    const missing = this.planned.filter((name) => !done.has(name));
    return [...this.finished, ...missing.map((name): StepReport => ({ name, seconds: 0, status: 'not run' }))];
  }

  private finish(step: StepReport, mark: string): void {
    this.finished.push(step);
    const start = this.output.isTTY === true ? '\r\x1b[2K' : '';
    const detail = step.detail === undefined ? '' : `  ${step.detail}`;
    this.output.write(`${start}  ${mark} ${step.name.padEnd(34)} ${step.seconds.toFixed(1).padStart(6)} s${detail}\n`);
  }
}

/** The first line: what follows is output, which is told in full when the rehearsal ends. */
function reasonOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return first.replace(/:$/, '');
}
