import { CONTROL_ERROR } from '../../protocol/endpoint-control';
import { lost, lostLease } from './held';
import type { World } from './ports';
import { putParametersBack, putPointersBack } from './put-back';
import { failed, next, type Run, wait } from './run';
import { missingText, stackStateOf, unusableText } from './stack-state';

/** Repairs what an interrupted execution left, and waits until the stack can be updated. */
export async function prepare(world: World, execution: string, run: Run): Promise<Run> {
  const gone = await lostLease(world, execution, run);
  if (gone !== undefined) return gone;
  if ((await repair(world, execution, run)) === 'lost') return lost(run);
  return awaitStack(world, run);
}

async function repair(world: World, execution: string, run: Run): Promise<'done' | 'lost'> {
  const { restore } = await world.ledger.lease();
  if (restore === undefined || restore.by === execution) return 'done';
  await putParametersBack(world, restore);
  return putPointersBack(world, execution, restore, run.request.requestedBy);
}

async function awaitStack(world: World, run: Run): Promise<Run> {
  const { stack } = world;
  const description = await stack.describe();
  if (description === undefined) return failed(run, CONTROL_ERROR.stackUnusable, missingText(stack.name));
  const state = stackStateOf(description.status);
  if (state === 'unusable') {
    return failed(run, CONTROL_ERROR.stackUnusable, unusableText(stack.name, description.status));
  }
  if (state !== 'changing') return next(run, run.since);
  if (world.now() - run.since < world.limits.stackWaitMs) return wait(run);
  const minutes = Math.round((world.now() - run.since) / 60_000);
  return failed(
    run,
    CONTROL_ERROR.overdue,
    `stack ${stack.name} has been in ${description.status} for ${minutes} minutes, by somebody else's hand; ask again when that has ended`,
  );
}
