import { DATA_OUTCOME, type PartitionTask, type PipelineRun } from '../../protocol/data-pipeline';
import type { DatasetManifest, ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { cutRanges, type ObjectRange } from '../shared/dataset/cut-ranges';
import { findJson, readJson, writeJson } from '../shared/dataset/object-store';
import type { RunPlan } from '../shared/dataset/partition-results';
import { SourceLost } from '../shared/dataset/source-lost';
import { keepLease } from './lease';
import { type LeftAlone, newObjects } from './list-new';
import type { NewObject, World } from './ports';
import { beginOf, latestEvent } from './run-time';
import { unlikeParent } from './same-shape';

/**
 * Shards of one run, about: what Step Functions works on at once, and what lists and manifests of a run can name. Whatever else is
 * new is left to the run after it, which follows at once.
 */
const MAX_SHARDS = 10_000;
/**
 * Milliseconds after which no further object is planned: large ones are read for it once, and the function has 15 minutes. What an
 * object that is begun then still takes is left of them; at 100 MB/s, half of what was measured, that is one of 40 GB.
 */
const PLAN_MS = 8 * 60_000;
/** Digits of a shard's number, so that shards sort as they are numbered. */
const SHARD_DIGITS = 5;

/** Decides once what a run reads, and writes down the lists that the state machine maps over. */
export async function plan(world: World, execution: string, run: PipelineRun): Promise<PipelineRun> {
  const { catalogue, bucket, config } = world;
  await keepLease(world, execution, run.run);
  const item = await catalogue.run(run.run);
  // Taken up again when its version is the latest already: only the rest is left to do.
  if (item?.phase === 'committed') return { ...run, outcome: DATA_OUTCOME.published };
  const made = await findJson<RunPlan>(bucket, DATASET_OBJECTS.plan(run.run));
  if (made !== undefined) return planned(run, made);

  const parent = (await catalogue.latest())?.version ?? null;
  if (parent !== null) {
    const manifest = await readJson<DatasetManifest>(bucket, DATASET_OBJECTS.manifest(parent));
    const error = unlikeParent(config, manifest);
    if (error !== undefined) {
      await catalogue.changeRun(run.run, { error });
      return { ...run, outcome: DATA_OUTCOME.refused, ending: 'failed' };
    }
  }
  const notAfter = new Date(latestEvent(beginOf(item, world.now()))).toISOString();
  const decided = await decide(world, run.run, parent, notAfter);
  // Asked by itself: the rest is taken by the run after this one.
  if (decided.more) await catalogue.askAgain(execution);
  // Last: where a plan is, its lists are.
  await writeJson(bucket, DATASET_OBJECTS.plan(run.run), decided);
  const { objects, leftAlone } = decided;
  await catalogue.changeRun(run.run, { phase: 'planned', objects: objects.length, leftAlone: leftAlone.count });
  return planned(run, decided);
}

async function decide(world: World, run: string, parent: string | null, notAfter: string): Promise<RunPlan> {
  const leftAlone: LeftAlone = { count: 0, first: [] };
  const objects: RunPlan['objects'][number][] = [];
  const tasks: ShardTask[] = [];
  let more = false;
  const until = world.now() + PLAN_MS;
  for await (const found of newObjects(world, leftAlone)) {
    // One object at least: a run that plans nothing would begin again for ever.
    if (objects.length > 0 && (tasks.length >= MAX_SHARDS || world.now() > until)) {
      more = true;
      break;
    }
    const ranges = await rangesOf(world, found);
    if (ranges === undefined) {
      more = true;
      continue;
    }
    objects.push(found.object);
    for (const range of ranges) tasks.push({ run, shard: shardName(tasks.length), ...found, ...range, notAfter });
  }
  const partitions: PartitionTask[] = Array.from({ length: world.config.partitions }, (_, partition) => ({
    run,
    partition,
  }));
  await world.bucket.put(DATASET_OBJECTS.shardList(run), jsonLines(tasks), 'application/jsonl');
  await world.bucket.put(DATASET_OBJECTS.partitionList(run), jsonLines(partitions), 'application/jsonl');
  return { run, parent, objects, shards: tasks.length, leftAlone, more };
}

/** Undefined where the object changed or went since it was pinned: as it is now, it is new to the next run. */
async function rangesOf({ sources, config }: World, found: NewObject): Promise<ObjectRange[] | undefined> {
  const ranges: ObjectRange[] = [];
  try {
    const open = () => sources.open(found.object);
    for await (const range of cutRanges(found, open, config.shardBytes, config.schema.columns)) ranges.push(range);
    return ranges;
  } catch (error) {
    if (error instanceof SourceLost) return undefined;
    throw error;
  }
}

function jsonLines(items: readonly unknown[]): Buffer {
  return Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
}

function planned(run: PipelineRun, { shards }: RunPlan): PipelineRun {
  const lists = {
    shardList: DATASET_OBJECTS.shardList(run.run),
    partitionList: DATASET_OBJECTS.partitionList(run.run),
    shards,
  };
  if (shards > 0) return { ...run, ...lists, outcome: DATA_OUTCOME.next };
  return { ...run, ...lists, outcome: DATA_OUTCOME.nothing, ending: 'unchanged' };
}

export function shardName(number: number): string {
  return String(number).padStart(SHARD_DIGITS, '0');
}
