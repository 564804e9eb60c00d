import { setTimeout as wait } from 'node:timers/promises';
import {
  CONTROL_ERROR,
  type ControlAction,
  type ControlError,
  type ControlRequest,
  type ControlResult,
} from '../../protocol/endpoint-control';
import { CliError, EXIT } from '../errors';
import type { Identity } from '../registry/ports';
import { phaseOf } from './phase';

/** How an execution of the controller is now. */
export type ControlStatus =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded'; readonly result: ControlResult }
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

/** The state machine of an endpoint's controller. */
export interface ControlPort {
  /** Starts an execution and gives its ARN. */
  start(request: ControlRequest): Promise<string>;
  status(execution: string): Promise<ControlStatus>;
  /** States entered after the one of this id, in order. */
  entered(execution: string, after: number): Promise<readonly EnteredState[]>;
}

export interface EndpointControlOptions {
  readonly port: ControlPort;
  readonly identity: Identity;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** What is told while an execution runs. */
export interface Progress {
  started(execution: string): void;
  entered(at: Date, text: string): void;
}

/** A stage of five minutes is looked at closely, one of hours is not. */
const CLOSE_LOOKS = 60;
const CLOSE_MS = 2_000;
const LATER_MS = 10_000;

/** Asks the controller of a stage's endpoint, and follows it to its end. */
export class EndpointControl {
  private readonly sleep: (ms: number) => Promise<void>;

  constructor(private readonly options: EndpointControlOptions) {
    this.sleep = options.sleep ?? ((ms) => wait(ms));
  }

  /** Gives what came of it; an end that is no success is a `CliError` that says why. */
  async run(action: ControlAction, progress: Progress): Promise<ControlResult> {
    const { port, identity } = this.options;
    const execution = await port.start({ ...action, requestedBy: await identity() });
    progress.started(execution);
    let seen = 0;
    let phase: string | undefined;
    for (let look = 1; ; look += 1) {
      // The status first: what an execution that has ended entered is complete.
      const status = await port.status(execution);
      for (const { id, state, at } of await port.entered(execution, seen)) {
        seen = id;
        const now = phaseOf(state);
        if (now !== undefined && now !== phase) progress.entered(at, now);
        phase = now ?? phase;
      }
      if (status.kind !== 'running') return resultOf(status, execution);
      await this.sleep(look < CLOSE_LOOKS ? CLOSE_MS : LATER_MS);
    }
  }
}

function resultOf(status: Exclude<ControlStatus, { kind: 'running' }>, execution: string): ControlResult {
  if (status.kind === 'succeeded') return status.result;
  if (status.kind === 'ended') {
    throw new CliError(
      `execution ${execution} ended as ${status.status}; what it left half done is restored by whoever changes the endpoint next`,
      EXIT.failed,
    );
  }
  const { error, cause } = status;
  const after = RESTORED.some((one) => one === error) ? '; what was desired before is desired again' : '';
  throw new CliError(`${cause}${after} (${error})`, error === CONTROL_ERROR.refused ? EXIT.usage : EXIT.failed);
}

const RESTORED: readonly ControlError[] = [
  CONTROL_ERROR.rolledBack,
  CONTROL_ERROR.notVerified,
  CONTROL_ERROR.overdue,
  CONTROL_ERROR.controlFailed,
];
