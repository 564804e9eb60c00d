import { liveShards } from '../../../lambdas/shared/dataset/live-shards';
import { canonicalJson } from '../../../lambdas/shared/dataset/version-address';
import { versionItemOf } from '../../../lambdas/shared/dataset/version-item';
import type { DatasetManifest, ShardFile, Tombstone } from '../../../protocol/dataset';
import type { DatasetRun } from '../../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { CliError, EXIT } from '../../errors';
import type { DataStage } from '../data-stage';
import type { HeldLease } from '../lease';
import { eraseQuarantine, eraseReplays } from './erase-rows';
import { eraseAll, eraseOlder } from './erase-versions';
import { copyIndex, type ErasedHashes, purgeIndex } from './index-files';
import { newVersion } from './new-version';
import { rewriteShard, type ShardRest, subjectLines } from './rewrite-shard';
import { purgeReports } from './run-reports';
import { differentSchemas, digestOf, namedShards, type Traces } from './scan';
import type { Subject } from './subject';
import { type Surveyed, type SurveyResult, survey } from './survey';

export interface ForgetOptions {
  readonly stage: DataStage;
  readonly subject: Subject;
  readonly traces: Traces;
  readonly lease: HeldLease;
  readonly now: Date;
  /** Tells how far it is, and keeps the lease. */
  readonly step: (text: string) => Promise<void>;
}

/** A version that names a shard with rows of the subject, as it is and as it will be. */
interface Touched {
  readonly manifest: DatasetManifest;
  readonly after: DatasetManifest;
  readonly hashes: ErasedHashes;
}

export interface NewVersion {
  readonly version: string;
  readonly parent: string;
}

/**
 * Erases a subject's rows from a dataset. In this order each write can be the last one, and a rerun completes the rest: the
 * shards without the rows are added first; then a version of them becomes the latest, so that no run builds on the old ones; then
 * all that refers to the rows goes; and the shards that tell which rows they were go last.
 */
export async function forgetRows(options: ForgetOptions): Promise<NewVersion | undefined> {
  const { stage, subject, traces, now, step } = options;
  const { objects, catalogue } = stage;
  const rests = await rewriteShards(options);
  const { touched, latest } = await surveyVersions(options, rests);
  const published = latest === undefined ? undefined : await publish(options, latest);
  for (const { manifest, after, hashes } of touched) {
    if (manifest.newestEvent !== after.newestEvent) {
      await catalogue.correctNewestEvent(manifest.version, after.newestEvent);
    }
    if (canonicalJson(manifest) !== canonicalJson(after)) {
      await objects.write(DATASET_OBJECTS.manifest(manifest.version), Buffer.from(JSON.stringify(after)));
    }
    await purgeIndex(objects, manifest.version, hashes);
    await step(`${manifest.version} is without the rows`);
  }
  await purgeReports(objects, traces.reports, subject, step);
  for (const [run, rows] of traces.quarantine) await eraseQuarantine(objects, run, rows);
  await eraseReplays(stage, traces.replayed);
  await eraseAll(objects, DATASET_OBJECTS.runs, (key) => traces.leftovers.includes(key));
  await step('quarantine and leftovers of runs are without the rows');
  const live = new Set(touchedLive(traces, touched));
  const gone = new Set([...traces.shards.keys(), ...traces.obsolete].filter((digest) => !live.has(digest)));
  await eraseAll(objects, DATASET_OBJECTS.shards, (key) => gone.has(digestOf(key)));
  for (const prefix of [
    DATASET_OBJECTS.manifests,
    DATASET_OBJECTS.indexes,
    DATASET_OBJECTS.quarantine,
    DATASET_OBJECTS.shards,
  ]) {
    await eraseOlder(objects, prefix);
  }
  await step(`${gone.size} shards are erased, at ${now.toISOString()}`);
  return published;
}

/** By digest: what is left of each shard of a version, or only which rows it had, where no version holds it any more. */
async function rewriteShards({ stage, subject, traces, step }: ForgetOptions): Promise<Map<string, ShardRest>> {
  const rests = new Map<string, ShardRest>();
  for (const digest of traces.shards.keys()) {
    const naming = traces.manifests.filter((manifest) => namedShards(manifest).has(digest));
    const matchers = differentSchemas(naming).map((schema) => subject.matcher(schema));
    const matches = (line: Buffer) => matchers.some((one) => one(line));
    const shard = naming.flatMap(liveShards).find((one) => one.digest === digest);
    if (shard !== undefined) rests.set(digest, await rewriteShard(stage.objects, shard, matches));
    else if (naming.length > 0) {
      rests.set(digest, { left: null, rowsErased: 0, erased: await subjectLines(stage.objects, digest, matches) });
    }
    await step(`${rests.size} of ${traces.shards.size} shards written without the rows`);
  }
  return rests;
}

async function surveyVersions(
  { stage, traces, now, step }: ForgetOptions,
  rests: ReadonlyMap<string, ShardRest>,
): Promise<{ readonly touched: readonly Touched[]; readonly latest: Touched | undefined }> {
  const manifests = traces.manifests.filter((manifest) => [...namedShards(manifest)].some((one) => rests.has(one)));
  const afters = manifests.map((manifest) => withTombstones(manifest, rests, now));
  const surveyed = manifests.map((manifest, index): Surveyed => {
    const left = liveShards(afters[index] ?? manifest).map(({ digest }) => digest);
    const parent = traces.manifests.find(({ version }) => version === manifest.parent);
    return {
      manifest,
      left,
      added: addedShards(afters[index] ?? manifest, parent),
      erased: [...namedShards(manifest)].flatMap((digest) => rests.get(digest)?.erased ?? []),
    };
  });
  const results = await survey(stage.objects, surveyed, step);
  const touched = manifests.map((manifest, index): Touched => {
    const { profile, addedProfile, newestEvent, hashes } = results[index] as SurveyResult;
    const { newestEvent: before, ...after } = afters[index] ?? manifest;
    const newest = before === undefined || newestEvent === undefined ? {} : { newestEvent };
    return { manifest, after: { ...after, ...newest, profile, addedProfile }, hashes };
  });
  const latest = (await stage.catalogue.latest())?.version;
  return {
    touched,
    latest: touched.find(({ manifest, after }) => manifest.version === latest && after.tombstones.length > 0),
  };
}

function withTombstones(manifest: DatasetManifest, rests: ReadonlyMap<string, ShardRest>, now: Date): DatasetManifest {
  const replaced = new Map(manifest.tombstones.map(({ shard, replacedBy }) => [shard, replacedBy]));
  const tombstones = manifest.shards.flatMap((shard): Tombstone[] => {
    const live = replaced.has(shard.digest) ? replaced.get(shard.digest) : shard;
    const rest = live === null || live === undefined ? undefined : rests.get(live.digest);
    if (rest === undefined) return [];
    const { left, rowsErased } = rest;
    return [{ shard: shard.digest, replacedBy: left, rowsErased, erasedAt: now.toISOString() }];
  });
  return { ...manifest, tombstones: [...manifest.tombstones, ...tombstones] };
}

/** Of what is left, what the run of the version added; a version that an erasure made has added nothing. */
function addedShards(manifest: DatasetManifest, parent: DatasetManifest | undefined): Set<string> {
  if (manifest.counts.published === 0) return new Set();
  const before = new Set((parent?.shards ?? []).map(({ digest }) => digest));
  const added = manifest.shards.filter(({ digest }) => !before.has(digest));
  return new Set(liveShards({ ...manifest, shards: added }).map(({ digest }: ShardFile) => digest));
}

function touchedLive({ manifests }: Traces, touched: readonly Touched[]): string[] {
  const after = new Map(touched.map((one) => [one.manifest.version, one.after]));
  return manifests.flatMap((manifest) =>
    liveShards(after.get(manifest.version) ?? manifest).map(({ digest }) => digest),
  );
}

/** Makes a version of what is left of the latest, and makes that the latest. */
async function publish(
  { stage, traces, lease, now, step }: ForgetOptions,
  { after, hashes }: Touched,
): Promise<NewVersion> {
  const { objects, catalogue, announcements, deployment } = stage;
  const made = newVersion(after, now);
  const there = traces.manifests.find(({ version }) => version === made.version);
  if (there !== undefined && there.tombstones.length > 0) {
    throw new CliError(
      `what is left of ${after.version} would be ${made.version}, from which rows were erased before; add or remove a row by a run of the pipeline first`,
      EXIT.failed,
    );
  }
  const manifest = there ?? made;
  // The indexes of a version that was there may have been removed since.
  await copyIndex(objects, after.version, made.version, hashes);
  if (there === undefined) {
    await objects.write(DATASET_OBJECTS.manifest(made.version), Buffer.from(JSON.stringify(made)));
  }
  // What a command that was killed has written, names its run; a version that the pipeline made has one, and this is another.
  const begun = there !== undefined && (await catalogue.run(there.run)) === undefined ? there : made;
  const run: DatasetRun = {
    dataset: made.dataset,
    run: begun.run,
    state: 'published',
    phase: 'committed',
    execution: 'slipway data forget',
    startedAt: begun.publishedAt,
    endedAt: made.publishedAt,
    counts: begun.counts,
    version: made.version,
  };
  await lease.keep();
  const outcome = await catalogue.commit(versionItemOf(manifest, objects.bucket), run, after.version, lease.holder);
  if (outcome !== 'done') {
    throw new CliError(
      `${outcome === 'moved' ? 'another version has become the latest' : 'somebody else has begun to work on the dataset'}; run the command again`,
      EXIT.failed,
    );
  }
  await announcements.published({
    deployment,
    dataset: made.dataset,
    version: made.version,
    parent: after.version,
    manifest: { bucket: objects.bucket, key: DATASET_OBJECTS.manifest(made.version) },
    rows: manifest.rows,
  });
  await step(`${made.version} is the latest version, without the rows`);
  return { version: made.version, parent: after.version };
}
