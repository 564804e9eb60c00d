import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that transitions take here; on AWS they are minutes. */
export interface Timings {
  readonly creating: number;
  readonly updating: number;
  /** How long the rollback alarms are looked at after the new fleet took over. */
  readonly baking: number;
  readonly rollingBack: number;
  readonly deleting: number;
  /** From a failure for want of capacity to a component's first copy. */
  readonly waking: number;
  /** How long a container may take until it answers `/ping`. */
  readonly startUp: number;
  /** How long the runtime waits for a container's answer. */
  readonly invocation: number;
  /** How often gathered metrics are sent. */
  readonly metrics: number;
}

export const DEFAULT_TIMINGS: Timings = {
  creating: 200,
  updating: 200,
  baking: 400,
  rollingBack: 200,
  deleting: 100,
  waking: 500,
  startUp: 30_000,
  // The limit of real-time inference.
  invocation: 60_000,
  metrics: 500,
};

/** What goes on behind a call that was answered already. Ended as a whole: no timer outlives the double. */
export class Background {
  private readonly ended = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly report: (error: unknown) => void) {}

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  start(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        if (!this.ended.signal.aborted) this.report(error);
      })
      .finally(() => this.running.delete(done));
    this.running.add(done);
  }

  /** Rejects when the double ends. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ended.signal });
  }

  async end(): Promise<void> {
    this.ended.abort();
    await Promise.all(this.running);
  }
}
