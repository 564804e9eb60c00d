import type { GuardFinding } from '../../../protocol/guard';
import type { ProblemKind } from '../../../protocol/problem';

export type GuardVerdict = 'pass' | 'blocked' | 'failed';

/** Problems that a guard can end a request with. */
export type GuardProblem = Extract<
  ProblemKind,
  'tooLarge' | 'invalidInput' | 'blocked' | 'replyBlocked' | 'guardFailed'
>;

/** Where a value departs from the schema, and what was expected there. Never the value itself. */
export interface SchemaFault {
  /** JSON pointer into the value; empty for the whole. */
  readonly pointer: string;
  readonly detail: string;
}

/** What a guard decided about one value: a request's input or a model's reply. */
export interface GuardOutcome {
  readonly verdict: GuardVerdict;
  /** The rule that blocked or failed; undefined when a limit of the guard itself did. */
  readonly rule?: string;
  readonly problem?: GuardProblem;
  readonly errors?: readonly SchemaFault[];
  readonly findings: readonly GuardFinding[];
  /** Names of the rules that threw. */
  readonly failures: readonly string[];
  /** What goes on: to the model for a request, to the caller for a reply. Null unless the verdict is `pass`. */
  readonly modelInput: unknown;
  /** What may be kept. Null where the value was not scanned to its end. */
  readonly recordInput: unknown;
  /** Both of the above are the value as it came. */
  readonly inputExact: boolean;
}
