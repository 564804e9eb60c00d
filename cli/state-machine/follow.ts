import { setTimeout as wait } from 'node:timers/promises';

/** How an execution of a state machine is now. */
export type ExecutionStatus = { readonly kind: 'running' } | ExecutionEnd;

export type ExecutionEnd =
  | { readonly kind: 'succeeded'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string }
  /** Ended from outside, or by its time-out. */
  | { readonly kind: 'ended'; readonly status: string };

/** A state that an execution entered. */
export interface EnteredState {
  /** Counts up. */
  readonly id: number;
  readonly state: string;
  readonly at: Date;
}

/** Executions of one state machine. */
export interface ExecutionsPort {
  /** Starts an execution and gives its ARN. */
  start(input: unknown): Promise<string>;
  status(execution: string): Promise<ExecutionStatus>;
  /** States entered after the one of this id, in order. */
  entered(execution: string, after: number): Promise<readonly EnteredState[]>;
}

export type Sleep = (ms: number) => Promise<void>;

/** What takes minutes is looked at closely, what takes hours is not. */
const CLOSE_LOOKS = 60;
const CLOSE_MS = 2_000;
const LATER_MS = 10_000;

/** Looks at an execution until it has ended, and tells each state that it enters. */
export async function followExecution<Status extends { readonly kind: string }>(
  port: {
    status(execution: string): Promise<Status | { readonly kind: 'running' }>;
    entered(execution: string, after: number): Promise<readonly EnteredState[]>;
  },
  execution: string,
  entered: (state: EnteredState) => void,
  sleep: Sleep = (ms) => wait(ms),
): Promise<Exclude<Status, { readonly kind: 'running' }>> {
  let seen = 0;
  for (let look = 1; ; look += 1) {
    // The status first: what an execution that has ended entered is complete.
    const status = await port.status(execution);
    for (const one of await port.entered(execution, seen)) {
      seen = one.id;
      entered(one);
    }
    if (hasEnded(status)) return status;
    await sleep(look < CLOSE_LOOKS ? CLOSE_MS : LATER_MS);
  }
}

function hasEnded<Status extends { readonly kind: string }>(
  status: Status | { readonly kind: 'running' },
): status is Exclude<Status, { readonly kind: 'running' }> {
  return status.kind !== 'running';
}
