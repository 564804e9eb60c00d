import { CONTROL_ERROR, type ControlError } from '../../protocol/endpoint-control';
import { lostLease } from './held';
import type { World } from './ports';
import { failed, next, type Run, wait } from './run';
import { missingText, stackStateOf, unusableText } from './stack-state';

/** Looks whether the update of the stack has ended, and how. Also follows the update that brings the stack back. */
export async function follow(world: World, execution: string, run: Run): Promise<Run> {
  const gone = await lostLease(world, execution, run);
  if (gone !== undefined) return gone;
  const { stack } = world;
  const description = await stack.describe();
  if (description === undefined) return end(run, CONTROL_ERROR.stackUnusable, missingText(stack.name));
  switch (stackStateOf(description.status)) {
    case 'stable':
      return next(run, world.now());
    case 'changing':
      return stillChanging(world, run, description.status);
    case 'rolled-back': {
      const why = (await stack.failure()) ?? description.reason ?? 'CloudFormation gives no reason';
      return end(run, CONTROL_ERROR.rolledBack, `the update of stack ${stack.name} was rolled back: ${why}`);
    }
    case 'unusable':
      return end(run, CONTROL_ERROR.stackUnusable, unusableText(stack.name, description.status));
  }
}

function stillChanging(world: World, run: Run, status: string): Run {
  const { stack, limits } = world;
  if (world.now() - run.since < limits.updateMs) return wait(run);
  const minutes = Math.round(limits.updateMs / 60_000);
  return end(run, CONTROL_ERROR.overdue, `stack ${stack.name} is in ${status} after ${minutes} minutes`);
}

/** While the stack is brought back, what it is brought back for stays the error; that it failed too is added. */
function end(run: Run, error: ControlError, text: string): Run {
  if (!run.reverting) return failed(run, error, text);
  return failed(run, run.ending.error === 'none' ? error : run.ending.error, `${run.ending.text}; then ${text}`);
}
