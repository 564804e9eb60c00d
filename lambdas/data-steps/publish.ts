import { DATA_OUTCOME, type PipelineRun } from '../../protocol/data-pipeline';
import type { DatasetManifest, DatasetPublished, SourceObject } from '../../protocol/dataset';
import { CATALOGUE_KEYS, type DatasetVersionItem } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { atOnce } from '../shared/at-once';
import { readJson, writeJson } from '../shared/dataset/object-store';
import type { RunPlan } from '../shared/dataset/partition-results';
import { RUN_KEYS } from '../shared/dataset/run-keys';
import { versionItemOf } from '../shared/dataset/version-item';
import type { JudgedRun } from './judge';
import { keepLease } from './lease';
import { manifestOf } from './manifest';
import type { MergedRun } from './merged-run';
import type { World } from './ports';
import { beginOf } from './run-time';

/** Copies within S3 at once. */
const COPIES = 16;

/**
 * Makes the version of a run. Files first, under names that only their content decides; then one transaction, from which on the
 * version is the latest; then the marks of what was read. Cut off anywhere and begun again, it makes the same version, once.
 */
export async function publish(world: World, execution: string, run: PipelineRun): Promise<PipelineRun> {
  const { bucket, catalogue } = world;
  await keepLease(world, execution, run.run);
  const item = await catalogue.run(run.run);
  const committed = item?.version === undefined ? undefined : await catalogue.version(item.version);
  if (committed !== undefined) {
    // What the steps handed to each other may be gone by now; the version tells what it was made of.
    const { sources } = await readJson<DatasetManifest>(bucket, DATASET_OBJECTS.manifest(committed.version));
    return published(world, run, committed, sources);
  }

  const planned = await readJson<RunPlan>(bucket, DATASET_OBJECTS.plan(run.run));
  const sources = await sourcesRead(world, planned);
  const judged = await readJson<JudgedRun>(bucket, RUN_KEYS.judged(run.run));
  if (judged.files.length === 0) {
    await markTaken(world, run.run, sources);
    return { ...run, counts: judged.counts, outcome: DATA_OUTCOME.unchanged, ending: 'unchanged' };
  }
  const version = await makeVersion(world, execution, planned, judged, sources);
  const outcome = await catalogue.commit(execution, version);
  if (outcome === 'lost') throw new Error(`run ${run.run} has lost the lease of its dataset, and does not publish`);
  if (outcome === 'moved') {
    const error = `another version became the latest after the run was planned from ${planned.parent ?? 'none'}; run it again`;
    await catalogue.changeRun(run.run, { error });
    return { ...run, outcome: DATA_OUTCOME.failed, ending: 'failed' };
  }
  return published(world, run, version, sources);
}

async function makeVersion(
  world: World,
  execution: string,
  { run, parent }: RunPlan,
  judged: JudgedRun,
  sources: readonly SourceObject[],
): Promise<DatasetVersionItem> {
  const { bucket, config } = world;
  const manifest = manifestOf({
    config,
    run,
    judged,
    sources,
    parent: parent === null ? undefined : await readJson<DatasetManifest>(bucket, DATASET_OBJECTS.manifest(parent)),
    began: beginOf(await world.catalogue.run(run), world.now()),
    publishedAt: new Date(world.now()).toISOString(),
  });
  await atOnce(judged.files, COPIES, async ({ digest }) => {
    // What a shard is called says what is in it: one that is there is left as it is.
    if (await bucket.exists(DATASET_OBJECTS.shard(digest))) return;
    await bucket.copyNew(RUN_KEYS.shard(run, digest), DATASET_OBJECTS.shard(digest));
  });
  const partitions = Array.from({ length: config.partitions }, (_, partition) => partition);
  await atOnce(partitions, COPIES / 2, async (partition) => {
    const { version } = manifest;
    await bucket.copy(RUN_KEYS.keyIndex(run, partition), DATASET_OBJECTS.keyIndex(version, partition));
    await bucket.copy(RUN_KEYS.groupIndex(run, partition), DATASET_OBJECTS.groupIndex(version, partition));
  });
  return versionItemOf(await keepManifest(world, execution, manifest), bucket.name);
}

/** Writes the manifest of a version, and answers that which is there then. One that is published stays as it is. */
async function keepManifest(world: World, execution: string, manifest: DatasetManifest): Promise<DatasetManifest> {
  const { bucket, catalogue } = world;
  const key = DATASET_OBJECTS.manifest(manifest.version);
  if (await bucket.create(key, Buffer.from(JSON.stringify(manifest)), 'application/json')) return manifest;
  const there = await readJson<DatasetManifest>(bucket, key);
  // This run was cut off since.
  if (there.run === manifest.run) return there;
  if ((await catalogue.version(manifest.version)) !== undefined) return manifest;
  // Left by a run that never published. Its successor may replace it, and nobody who has lost the lease.
  await keepLease(world, execution, manifest.run);
  await writeJson(bucket, key, manifest);
  return manifest;
}

/** What is left to do once the version is the latest. */
async function published(
  world: World,
  run: PipelineRun,
  version: DatasetVersionItem,
  sources: readonly SourceObject[],
): Promise<PipelineRun> {
  await markTaken(world, run.run, sources);
  const { dataset, manifest, parent, rows, counts } = version;
  const event: DatasetPublished = {
    deployment: world.deployment,
    dataset,
    version: version.version,
    parent,
    manifest,
    rows,
  };
  return { ...run, counts, outcome: DATA_OUTCOME.published, ending: 'published', published: event };
}

/** Objects whose rows the run has; those that changed or went meanwhile are not among them. */
async function sourcesRead({ bucket }: World, { run, objects }: RunPlan): Promise<SourceObject[]> {
  const { lost } = await readJson<MergedRun>(bucket, RUN_KEYS.merged(run));
  const gone = new Set(lost.map((object) => CATALOGUE_KEYS.source(object)));
  return objects.filter((object) => !gone.has(CATALOGUE_KEYS.source(object)));
}

/** Tagged last: what a mark is missing of is read again, and must be there. */
async function markTaken(
  { bucket, catalogue, now }: World,
  run: string,
  sources: readonly SourceObject[],
): Promise<void> {
  const takenAt = new Date(now()).toISOString();
  await catalogue.markTaken(sources.map((object) => ({ ...object, run, takenAt })));
  await bucket.tagTaken(sources);
}
