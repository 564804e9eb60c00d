import { CONTROL_ERROR } from '../../protocol/endpoint-control';
import { expiry } from './lease';
import type { World } from './ports';
import { failed, type Run } from './run';

const LOST = 'another execution has the lease; this one does nothing more';

/** Renews the lease; what to end with where it is another's by now, which then repairs what this one left. */
export async function lostLease(world: World, execution: string, run: Run): Promise<Run | undefined> {
  return (await world.ledger.renew(execution, expiry(world.now()))) ? undefined : lost(run);
}

export function lost(run: Run): Run {
  return failed(run, CONTROL_ERROR.controlFailed, LOST);
}
