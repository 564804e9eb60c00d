import {
  CONTROL_ERROR,
  CONTROL_OUTCOME,
  CONTROL_STEP,
  type ControlRequest,
  type ControlStep,
  NO_CRASH,
} from '../../protocol/endpoint-control';
import { apply } from './apply';
import { follow } from './follow';
import type { World } from './ports';
import { prepare } from './prepare';
import { restore } from './restore';
import { beginning, failed, type Refusal, type Run } from './run';
import { settle } from './settle';
import { takeLease } from './take-lease';

/** What the state machine hands to the handler. */
export interface StepEvent {
  readonly step: ControlStep;
  /** Execution of the state machine, by ARN: the holder of the lease. */
  readonly execution: string;
  /** ISO 8601: when the execution began. */
  readonly startedAt: string;
  /** Input of the execution for the first step; of the others, what the step before answered. */
  readonly run: unknown;
  /** Where a step failed: its error; `NO_CRASH` where none did. */
  readonly crash?: string;
}

/** One step. Expected outcomes are answered; what is thrown is repeated, and in the end restored. */
export async function runStep(world: World, event: StepEvent): Promise<Run | Refusal> {
  const { step, execution, crash = NO_CRASH } = event;
  if (step === CONTROL_STEP.takeLease) {
    return takeLease(world, execution, Date.parse(event.startedAt), event.run);
  }
  const run = crash === NO_CRASH ? (event.run as Run) : crashed(world, event.run, crash);
  switch (step) {
    case CONTROL_STEP.prepare:
      return prepare(world, execution, run);
    case CONTROL_STEP.apply:
      return apply(world, execution, run);
    case CONTROL_STEP.follow:
      return follow(world, execution, run);
    case CONTROL_STEP.settle:
      return settle(world, execution, run);
    case CONTROL_STEP.restore:
      return restore(world, execution, run);
    case CONTROL_STEP.release:
      await world.ledger.release(execution);
      return { ...run, outcome: CONTROL_OUTCOME.ended };
  }
}

/** A failed step has answered nothing: what went into it is all that is known. The first step had the execution's input. */
function crashed(world: World, before: unknown, error: string): Run {
  const run = isRun(before) ? before : beginning(before as ControlRequest, world.now());
  return failed(run, CONTROL_ERROR.controlFailed, `a step of the controller failed with ${error}; its log says why`);
}

function isRun(value: unknown): value is Run {
  return typeof value === 'object' && value !== null && 'ending' in value && 'request' in value;
}
