import type { EndpointFailure } from '../../../protocol/endpoint-failure';
import { PROBLEM, type ProblemKind } from '../../../protocol/problem';
import type { Asked } from './backend';
import type { GuardOutcome } from './ports';

/** How a prediction ended, before it is recorded. */
export type Ending = AnsweredEnding | UnansweredEnding;

export interface AnsweredEnding {
  readonly state: 'answered';
  /** For the caller. */
  readonly output: unknown;
  /** For the record: masked as the policy says. */
  readonly recordOutput: unknown;
  readonly outputExact: boolean;
  readonly confidence?: number;
}

export interface UnansweredEnding {
  readonly state: 'blocked' | 'failed';
  readonly problem: ProblemKind;
  readonly rule?: string;
  readonly retryAfterSeconds?: number;
}

/** The ending that a guard's verdict on a request or a reply means; none when it passed. */
export function endingOfGuard(
  outcome: GuardOutcome,
  blocked: 'blocked' | 'replyBlocked',
): UnansweredEnding | undefined {
  if (outcome.verdict === 'pass') return undefined;
  // A rule that failed may have let anything through: it fails closed.
  if (outcome.verdict === 'failed') return failedEnding('guardFailed');
  return { state: 'blocked', problem: blocked, rule: outcome.rule };
}

export function failedEnding(problem: ProblemKind): UnansweredEnding {
  return { state: 'failed', problem };
}

/** The problem that a caller is answered, and when a repeat is worth it, in seconds, where that can be said. */
const REFUSED: Readonly<
  Record<EndpointFailure, { readonly problem: ProblemKind; readonly retryAfterSeconds?: number }>
> = {
  throttled: { problem: 'backendThrottled', retryAfterSeconds: 1 },
  // Downloading and loading takes from seconds to minutes.
  'not-ready': { problem: 'backendNotReady', retryAfterSeconds: 10 },
  // A fleet wakes in five to ten minutes; each repeat in between is one more sign that it is wanted.
  asleep: { problem: 'backendAsleep', retryAfterSeconds: 60 },
  stopped: { problem: 'backendStopped' },
  'model-error': { problem: 'modelFailed' },
  'connection-lost': { problem: 'connectionLost', retryAfterSeconds: 1 },
};

/** A backend that gave no answer, and will give none. */
export type Unanswered = Exclude<Asked, { kind: 'answer' | 'accepted' }>;

/** The ending of a backend that gave no answer. */
export function endingOfBackend(asked: Unanswered): UnansweredEnding {
  switch (asked.kind) {
    case 'refused': {
      const { problem, retryAfterSeconds } = REFUSED[asked.failure];
      return { ...failedEnding(problem), retryAfterSeconds: asked.retryAfterSeconds ?? retryAfterSeconds };
    }
    case 'invalid-input':
      return failedEnding('invalidInput');
    case 'late':
      return failedEnding('deadlineExceeded');
    case 'throttled':
      return { ...failedEnding('backendThrottled'), retryAfterSeconds: asked.retryAfterSeconds };
    case 'failed':
      return failedEnding('backendFailed');
  }
}

/** The kind that a record names. */
export function problemKindNamed(name: string | undefined): ProblemKind {
  const kinds = Object.keys(PROBLEM) as ProblemKind[];
  return kinds.find((kind) => PROBLEM[kind].name === name) ?? 'internal';
}
