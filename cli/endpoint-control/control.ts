import {
  CONTROL_ERROR,
  type ControlAction,
  type ControlError,
  type ControlRequest,
  type ControlResult,
} from '../../protocol/endpoint-control';
import { CliError, EXIT } from '../errors';
import type { Identity } from '../registry/ports';
import {
  type EnteredState,
  type ExecutionEnd,
  type ExecutionsPort,
  followExecution,
  type Sleep,
} from '../state-machine/follow';
import { phaseOf } from './phase';

export interface EndpointControlOptions {
  /** The controller's state machine: its input is a `ControlRequest`, its output a `ControlResult`. */
  readonly port: ExecutionsPort;
  readonly identity: Identity;
  readonly sleep?: Sleep;
}

/** What is told while an execution runs. */
export interface Progress {
  started(execution: string): void;
  entered(at: Date, text: string): void;
}

/** Asks the controller of a stage's endpoint, and follows it to its end. */
export class EndpointControl {
  constructor(private readonly options: EndpointControlOptions) {}

  /** Gives what came of it; an end that is no success is a `CliError` that says why. */
  async run(action: ControlAction, progress: Progress): Promise<ControlResult> {
    const { port, identity, sleep } = this.options;
    const request: ControlRequest = { ...action, requestedBy: await identity() };
    const execution = await port.start(request);
    progress.started(execution);
    let phase: string | undefined;
    const entered = ({ state, at }: EnteredState) => {
      const now = phaseOf(state);
      if (now !== undefined && now !== phase) progress.entered(at, now);
      phase = now ?? phase;
    };
    return resultOf(await followExecution(port, execution, entered, sleep), execution);
  }
}

function resultOf(status: ExecutionEnd, execution: string): ControlResult {
  if (status.kind === 'succeeded') return status.output as ControlResult;
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
