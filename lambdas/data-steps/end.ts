import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import type { RunOutcome } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { clearRun } from './clear-run';
import { expiry } from './lease';
import type { World } from './ports';
import { metricsOf } from './run-metrics';

/** Writes how a run ended, removes what its steps handed to each other, and gives the lease back, or begins again. */
export async function end(world: World, execution: string, run: PipelineRun): Promise<PipelineRun> {
  const { catalogue, now } = world;
  const ending = run.ending ?? 'failed';
  const lease = await catalogue.lease();
  // Ended before, and the answer was lost: or somebody else has taken the run over.
  if (lease?.holder !== execution) return answerOf(run, ending);
  if (lease.run !== run.run) return { run: run.run, outcome: DATA_OUTCOME.again };

  const item = await catalogue.run(run.run);
  const version = ending === 'published' ? run.published?.version : undefined;
  await catalogue.changeRun(run.run, {
    state: ending,
    endedAt: new Date(now()).toISOString(),
    ...(version === undefined ? {} : { version }),
  });
  world.emit(metricsOf(item, ending, now()), { run: run.run, ending });
  await clearRun(world, run.run);
  if (run.published !== undefined) await retireIndexes(world, run.published);

  const failed = answerOf(run, ending);
  // Its version is the latest, and nobody was told: whoever comes next takes the lease over, and finishes this run.
  if (ending === 'failed' && item?.phase === 'committed') return failed;
  if (failed.outcome === DATA_OUTCOME.failed) {
    await catalogue.release(execution, false);
    return failed;
  }
  if (await catalogue.release(execution, true)) return failed;
  const round = lease.round + 1;
  const current = await catalogue.lease();
  const next = { holder: execution, round, since: lease.since, expiresAt: expiry(now()) };
  if (current?.holder === execution && (await catalogue.take(next, current)))
    return { run: run.run, outcome: DATA_OUTCOME.again };
  throw new Error(`the lease of run ${run.run} changed while it was given back`);
}

function answerOf(run: PipelineRun, ending: RunOutcome): PipelineRun {
  const bad = ending === 'failed' || ending === 'gate-failed';
  return { ...run, ending, outcome: bad ? DATA_OUTCOME.failed : DATA_OUTCOME.ended };
}

/** Indexes grow with their dataset, and only those of the latest version are read: they and the ones before are kept. */
async function retireIndexes(
  { bucket }: World,
  { version, parent }: { readonly version: string; readonly parent: string | null },
): Promise<void> {
  const kept = [version, parent].map((of) => `${DATASET_OBJECTS.indexes}${of}/`);
  for await (const keys of bucket.list(DATASET_OBJECTS.indexes)) {
    await bucket.remove(keys.filter((key) => !kept.some((prefix) => key.startsWith(prefix))));
  }
}
