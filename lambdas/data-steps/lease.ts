import type { DatasetLease, DatasetRun } from '../../protocol/dataset-catalogue';
import type { World } from './ports';

/**
 * How long a lease holds without being renewed, when nobody can tell any more whether its holder works. Each step renews it; the
 * longest that passes between two steps is the work on all shards, which a day is ample for.
 */
const LEASE_MS = 24 * 60 * 60 * 1000;

export function expiry(now: number): number {
  return now + LEASE_MS;
}

/** `free`: nobody has it; `mine`: whoever asks; `left`: its holder ended without giving it back; `held`: somebody works. */
export type Availability = 'free' | 'mine' | 'left' | 'held';

export async function availability(
  { executions, now }: World,
  seen: DatasetLease | undefined,
  asking: string,
): Promise<Availability> {
  if (seen === undefined) return 'free';
  if (seen.holder === asking) return 'mine';
  // Only executions can be asked after. The command line holds the lease for minutes, under a name of its own.
  const end = seen.holder.startsWith('arn:') ? await executions.endOf(seen.holder) : 'unknown';
  if (end === 'running') return 'held';
  // What a step that was cut off may still write is what its successor in the same run writes too: there is nothing to wait for.
  if (typeof end === 'number') return 'left';
  return seen.expiresAt <= now() ? 'left' : 'held';
}

/** Whether a run that was left is taken up again. One that failed after its version became the latest lacks its event and its marks. */
export function isUnfinished(run: DatasetRun | undefined): boolean {
  return run === undefined || run.state === 'running' || (run.state === 'failed' && run.phase === 'committed');
}

/** Renews the lease of a run. What does not hold it must not go on: its successor has begun. */
export async function keepLease({ catalogue, now }: World, execution: string, run: string): Promise<void> {
  if (await catalogue.renew(execution, run, expiry(now()))) return;
  throw new Error(`run ${run} has lost the lease of its dataset to another execution, and does nothing more`);
}
