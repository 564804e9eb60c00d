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

/** The ending of a backend that gave no answer. */
export function endingOfBackend(asked: Exclude<Asked, { kind: 'answer' }>): UnansweredEnding {
  switch (asked.kind) {
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
