import { CONTROL_ERROR, CONTROL_OUTCOME, type ControlError } from '../../protocol/endpoint-control';
import { lostLease } from './held';
import type { World } from './ports';
import { putParametersBack, putPointersBack } from './put-back';
import { next, type Run } from './run';
import { updateToken } from './update-token';

/** Ends after which the stack may be at what was asked for, and not at what is restored. */
const LEAVES_STACK_AHEAD = new Set<ControlError | 'none'>([
  CONTROL_ERROR.notVerified,
  CONTROL_ERROR.overdue,
  CONTROL_ERROR.controlFailed,
]);

/**
 * Puts back what was desired before. Where the stack is ahead of it, it is updated again; if that cannot be now, the next
 * update of the stack does it, whoever makes it, because the parameters are right.
 */
export async function restore(world: World, execution: string, run: Run): Promise<Run> {
  // Where the lease is another's, that one restores.
  if ((await lostLease(world, execution, run)) !== undefined) return over(run);
  const { restore: kept } = await world.ledger.lease();
  if (kept === undefined) return over(run);
  await putParametersBack(world, kept);
  const back = LEAVES_STACK_AHEAD.has(run.ending.error) ? await bringStackBack(world, execution, run) : over(run);
  const outcome = await putPointersBack(world, execution, kept, run.request.requestedBy);
  return outcome === 'lost' ? over(run) : back;
}

async function bringStackBack(world: World, execution: string, run: Run): Promise<Run> {
  const outcome = await world.stack.update(updateToken(execution, 'restore'));
  if (outcome === 'updating') return next(run, world.now(), { reverting: true });
  if (outcome === 'unchanged') return over(run);
  const text = `${run.ending.text}; its stack cannot be updated now, and is brought back by its next update`;
  return over({ ...run, ending: { ...run.ending, text } });
}

function over(run: Run): Run {
  return { ...run, outcome: CONTROL_OUTCOME.ended };
}
