import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import type { DatasetLease, DatasetRun, RunPhase } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { clearRun } from './clear-run';
import { type Availability, availability, expiry, isUnfinished } from './lease';
import type { World } from './ports';
import { runIdOf } from './run-id';

/** Each time that the lease changes in between, it is looked at again. */
const ATTEMPTS = 5;
/** Phases of a run that has a plan and no version. */
const PLANNED: ReadonlySet<RunPhase> = new Set(['planned', 'merged', 'judged']);

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
    const left = await world.catalogue.run(seen.run);
    const planGone = await isPlanGone(world, left);
    // Its plan may have been made before that came for which this execution was started.
    if (isUnfinished(left) && !planGone) return { ...held, round: 0, run: seen.run, again: true };
    await clearRun(world, seen.run);
    if (planGone) {
      const error = 'what its steps had handed to each other was gone when it was taken up; another run began';
      await world.catalogue.changeRun(seen.run, { state: 'failed', endedAt: new Date(now).toISOString(), error });
    }
  }
  return { ...held, round: 0, run: runIdOf(startedAt, execution, 0) };
}

/** What a run hands from step to step is kept for days only; without its plan a run cannot go on, unless its version is made. */
async function isPlanGone({ bucket }: World, run: DatasetRun | undefined): Promise<boolean> {
  if (run?.state !== 'running' || run.phase === undefined || !PLANNED.has(run.phase)) return false;
  return !(await bucket.exists(DATASET_OBJECTS.plan(run.run)));
}
