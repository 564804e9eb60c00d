import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import type { DatasetLease } from '../../protocol/dataset';
import { clearRun } from './clear-run';
import { type Availability, availability, expiry, isUnfinished } from './lease';
import type { World } from './ports';
import { runIdOf } from './run-id';

/** Each time that the lease changes in between, it is looked at again. */
const ATTEMPTS = 5;

/**
 * Takes the lease of the dataset, or asks its holder to begin again and leaves. A lease whose holder ended without giving it back
 * is taken over together with the run: the run is finished under the same id.
 */
export async function begin(world: World, execution: string, startedAt: string): Promise<PipelineRun> {
  const { catalogue } = world;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const seen = await catalogue.lease();
    const state = await availability(world, seen, execution);
    if (state === 'held' && seen !== undefined) {
      if (!(await catalogue.askAgain(seen.holder))) continue;
      return { run: seen.run ?? runIdOf(startedAt, execution, 0), outcome: DATA_OUTCOME.left, ending: 'left' };
    }
    const { run, ...rest } = await leaseAfter(world, execution, startedAt, seen, state);
    if (!(await catalogue.take({ run, ...rest }, seen))) continue;
    await catalogue.addRun({
      dataset: world.config.dataset,
      run,
      state: 'running',
      phase: 'begun',
      execution,
      startedAt: new Date(world.now()).toISOString(),
    });
    // Whoever follows this execution finds the run that it ends; also where it was cut off here the last time.
    if ((await catalogue.run(run))?.execution !== execution)
      await catalogue.changeRun(run, { execution, resumedAt: new Date(world.now()).toISOString() });
    return { run, outcome: DATA_OUTCOME.next };
  }
  throw new Error(`the lease of the dataset changed hands ${ATTEMPTS} times while it was asked for`);
}

async function leaseAfter(
  world: World,
  execution: string,
  startedAt: string,
  seen: DatasetLease | undefined,
  state: Availability,
): Promise<DatasetLease & { readonly run: string }> {
  const now = world.now();
  const held = { holder: execution, since: new Date(now).toISOString(), expiresAt: expiry(now) };
  if (state === 'mine' && seen !== undefined) {
    const { round, run = runIdOf(startedAt, execution, round), again } = seen;
    // The plan of a run that begins is not made yet: it will find whatever somebody came for.
    return { ...held, round, run, ...(again === true && seen.run !== undefined ? { again } : {}) };
  }
  if (state === 'left' && seen?.run !== undefined) {
    // Its plan may have been made before that came for which this execution was started.
    if (isUnfinished(await world.catalogue.run(seen.run))) return { ...held, round: 0, run: seen.run, again: true };
    await clearRun(world, seen.run);
  }
  return { ...held, round: 0, run: runIdOf(startedAt, execution, 0) };
}
