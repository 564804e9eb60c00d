import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import type { SourceObject } from '../../protocol/dataset';
import { CATALOGUE_KEYS } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { atOnce } from '../shared/at-once';
import { readJson, writeJson } from '../shared/dataset/object-store';
import type { RunPlan } from '../shared/dataset/partition-results';
import { RUN_KEYS } from '../shared/dataset/run-keys';
import type { ShardResult } from '../shared/dataset/shard-result';
import { keepLease } from './lease';
import { RunMerger } from './merged-run';
import { shardName } from './plan';
import type { Bucket, World } from './ports';

/** Results that are read at once, and held at most. */
const READS = 16;
const WRITES = 16;

/**
 * Adds up what the shards were found to be. Of an object that changed or went while it was read nothing is taken: as it is now, it
 * is new to the run after this one.
 */
export async function merge(world: World, execution: string, run: PipelineRun): Promise<PipelineRun> {
  const { bucket, catalogue, config } = world;
  await keepLease(world, execution, run.run);
  const { shards } = await readJson<RunPlan>(bucket, DATASET_OBJECTS.plan(run.run));
  const total = new RunMerger(config.partitions);
  const lost: SourceObject[] = [];
  for await (const { object, merger, names } of mergedObjects(world, run.run, shards)) {
    if (merger !== undefined) {
      total.absorb(merger);
      continue;
    }
    lost.push(object);
    for (const shard of names) await removeQuarantine(bucket, run.run, shard);
  }
  const parts = total.keys.map((keys, partition) => ({ keys, rows: total.rows[partition] ?? [] }));
  await atOnce(parts, WRITES, (part, partition) => writeJson(bucket, RUN_KEYS.parts(run.run, partition), part));
  // As they are now they were not planned.
  if (lost.length > 0) await catalogue.askAgain(execution);
  await writeJson(bucket, RUN_KEYS.merged(run.run), total.finish(lost));
  await catalogue.changeRun(run.run, { phase: 'merged', lost: lost.length });
  return { ...run, outcome: DATA_OUTCOME.next };
}

interface MergedObject {
  readonly object: SourceObject;
  /** Undefined where the object was lost. */
  merger: RunMerger | undefined;
  /** Names of its shards. */
  readonly names: string[];
}

/** Objects with all of their shards, which follow each other. */
async function* mergedObjects(world: World, run: string, shards: number): AsyncGenerator<MergedObject> {
  let current: MergedObject | undefined;
  for await (const result of results(world, run, shards)) {
    if (current === undefined || CATALOGUE_KEYS.source(current.object) !== CATALOGUE_KEYS.source(result.object)) {
      if (current !== undefined) yield current;
      current = { object: result.object, merger: new RunMerger(world.config.partitions), names: [] };
    }
    current.names.push(result.shard);
    if (result.lost === undefined) current.merger?.add(result);
    else current.merger = undefined;
  }
  if (current !== undefined) yield current;
}

/** Files of an attempt that was killed are among them, of which no result tells. */
async function removeQuarantine(bucket: Bucket, run: string, shard: string): Promise<void> {
  const prefix = `${DATASET_OBJECTS.quarantineOf(run)}${shard}`;
  for await (const keys of bucket.list(prefix)) {
    // The name of a shard may begin that of another, where there are very many.
    await bucket.remove(keys.filter((key) => !/\d/.test(key.charAt(prefix.length))));
  }
}

/** All shards in their order, a few at a time. A shard without a result is a fault of the machine, and ends the run. */
async function* results({ bucket }: World, run: string, shards: number): AsyncGenerator<ShardResult> {
  for (let first = 0; first < shards; first += READS) {
    const names = Array.from({ length: Math.min(READS, shards - first) }, (_, index) => shardName(first + index));
    yield* await atOnce(names, READS, (shard) => readJson<ShardResult>(bucket, DATASET_OBJECTS.checked(run, shard)));
  }
}
