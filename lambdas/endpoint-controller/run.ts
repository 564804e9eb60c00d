import {
  CONTROL_OUTCOME,
  type ControlError,
  type ControlOutcome,
  type ControlRequest,
  type ControlResult,
} from '../../protocol/endpoint-control';

/** How it ends; `none` is success. The state machine chooses its last state by `error`. */
export interface Ending {
  readonly error: ControlError | 'none';
  readonly text: string;
  readonly result?: ControlResult;
}

/** What goes from step to step. */
export interface Run {
  readonly request: ControlRequest;
  readonly outcome: ControlOutcome;
  /** Milliseconds since the epoch: when what is waited for began. */
  readonly since: number;
  /** Whether CloudFormation was told to change something. */
  readonly updated: boolean;
  /** Whether the stack is being brought back. */
  readonly reverting: boolean;
  readonly ending: Ending;
}

/** What a step answers that has no run to go on with: the input of the execution was no request. */
export type Refusal = Pick<Run, 'outcome' | 'ending'>;

const OPEN: Ending = { error: 'none', text: '' };

export function beginning(request: ControlRequest, since: number): Run {
  return { request, since, outcome: CONTROL_OUTCOME.next, updated: false, reverting: false, ending: OPEN };
}

/** On to the next step, whose waiting begins now. */
export function next(run: Run, since: number, changes: Partial<Run> = {}): Run {
  return { ...run, since, ...changes, outcome: CONTROL_OUTCOME.next };
}

export function wait(run: Run): Run {
  return { ...run, outcome: CONTROL_OUTCOME.wait };
}

export function failed(run: Run, error: ControlError, text: string): Run {
  return { ...run, outcome: CONTROL_OUTCOME.ended, ending: { error, text } };
}

export function refusal(error: ControlError, text: string): Refusal {
  return { outcome: CONTROL_OUTCOME.ended, ending: { error, text } };
}

export function done(run: Run, result: Omit<ControlResult, 'action' | 'updated'>): Run {
  const { action } = run.request;
  const whole = { action, ...result, updated: run.updated };
  return { ...run, outcome: CONTROL_OUTCOME.ended, ending: { error: 'none', text: result.text, result: whole } };
}
