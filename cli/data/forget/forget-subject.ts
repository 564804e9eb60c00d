import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { CliError, EXIT } from '../../errors';
import { inParallel } from '../../in-parallel';
import type { DataStage, Tell } from '../data-stage';
import { type HeldLease, keptObjects, withLease } from '../lease';
import { readManifest } from '../manifest';
import type { DatasetObjects, SubjectRecord } from '../ports';
import { quarantineFiles } from '../quarantine';
import { forgetRows, type NewVersion } from './forget';
import { knownSources } from './known-sources';
import { isReport } from './run-reports';
import { differentSchemas, findTraces, names, rowsIn, type Traces } from './scan';
import { type SourceSearch, searchSources } from './source-search';
import type { Subject } from './subject';
import { modelsTrainedOn, type TrainedModel } from './trained-models';

/** What an erasure comes to, or would. Nothing in it is of the subject. */
export interface Forgotten {
  readonly dataset: string;
  /** Whether nothing was written. */
  readonly dryRun: boolean;
  /** Versions that held the subject's rows, and how many. */
  readonly versions: readonly { readonly version: string; readonly rows: number }[];
  /** Rows and shards that they lay in, each counted once. */
  readonly rows: number;
  readonly shards: number;
  /** Rows whose value is the key but for blanks, case or composed characters: they stay. */
  readonly otherSpellings: number;
  /** Rows of the subject, and rows of which nobody can tell whose they are, in the quarantine of so many runs. */
  readonly quarantine: {
    readonly rows: number;
    /** Rows that hold the value, though nobody can read whose they are. */
    readonly byBytes: number;
    readonly unreadable: number;
    /** Rows of others that stay, without their header, which holds the value. */
    readonly headers: number;
    readonly runs: number;
  };
  /** Objects of replayed rows. */
  readonly replayed: number;
  /** Objects that ended runs have left. */
  readonly leftovers: number;
  /** Reports of runs whose statistics and samples go. */
  readonly reports: number;
  readonly predictions: { readonly records: number; readonly payloads: number; readonly open: number };
  /** The version without the rows; null where the latest held none. */
  readonly published: NewVersion | null;
  readonly models: readonly TrainedModel[];
  readonly sources: SourceSearch;
}

export interface ForgetSubjectOptions {
  readonly stage: DataStage;
  readonly subject: Subject;
  /** Whether to erase, rather than to count. */
  readonly erase: boolean;
  readonly now: () => Date;
  readonly tell: Tell;
}

/** Erases one subject, or counts what that would erase. */
export async function forgetSubject(options: ForgetSubjectOptions): Promise<Forgotten> {
  const { stage, subject, erase, now, tell } = options;
  const latest = await stage.catalogue.latest();
  if (latest !== undefined) subject.check((await readManifest(stage.objects, latest.version)).schema);
  if (!erase) return forgotten(options, await findTraces(stage.objects, subject, counting(tell)), null);
  return withLease({ stage, now, tell }, async (lease) => {
    const kept: DataStage = { ...stage, objects: keptObjects(stage.objects, lease) };
    const step = async (text: string) => {
      await lease.keep();
      tell(text);
    };
    const traces = await findTraces(kept.objects, subject, step);
    await refuseLocked(kept.objects, traces);
    // What is left of them names objects that are gone afterwards.
    const found = await forgotten(options, traces, null, step);
    const published = await forgetRows({ stage: kept, subject, traces, lease, now: now(), step });
    await erasePredictions(kept, subject, lease);
    return { ...found, published: published ?? null };
  });
}

function counting(tell: Tell): (text: string) => Promise<void> {
  return async (text) => tell(text);
}

async function forgotten(
  { stage, subject, erase, tell }: ForgetSubjectOptions,
  traces: Traces,
  published: NewVersion | null,
  step: (text: string) => Promise<void> = counting(tell),
): Promise<Forgotten> {
  const records = await subject.keyed((text) => stage.records.of(text));
  const versions = traces.manifests
    .filter((manifest) => names(manifest, traces.shards))
    .map((manifest) => ({ version: manifest.version, rows: rowsIn(manifest, traces) }));
  const apart = [...traces.quarantine.values()];
  const trained = modelsTrainedOn(
    await stage.models.list(),
    versions.map(({ version }) => version),
  );
  return {
    dataset: stage.catalogue.dataset,
    dryRun: !erase,
    versions,
    rows: sum(traces.shards.values()),
    shards: traces.shards.size,
    otherSpellings: traces.otherSpellings,
    quarantine: {
      rows: sum(apart.map(({ rows }) => rows.size)),
      byBytes: sum(apart.map(({ byBytes }) => byBytes.size)),
      headers: sum(apart.map(({ headers }) => headers.size)),
      unreadable: sum(apart.map(({ unreadable }) => unreadable.size)),
      runs: apart.length,
    },
    replayed: traces.replayed.length,
    leftovers: traces.leftovers.length,
    reports: traces.reports.length,
    predictions: {
      records: records.length,
      payloads: records.reduce((total, { payloads }) => total + payloads.length, 0),
      open: records.filter(({ open }) => open).length,
    },
    published,
    models: trained,
    sources: await searchSources(
      stage.sources,
      await knownSources(stage, traces),
      subject,
      differentSchemas(traces.manifests),
      step,
    ),
  };
}

const HEADS_AT_ONCE = 16;

/** Told before anything is written: half an erasure would help nobody. */
async function refuseLocked(objects: DatasetObjects, traces: Traces): Promise<void> {
  const shards = [...traces.shards.keys(), ...traces.obsolete].map(DATASET_OBJECTS.shard);
  const manifests = traces.manifests
    .filter((manifest) => names(manifest, traces.shards))
    .map(({ version }) => DATASET_OBJECTS.manifest(version));
  const apart = await Promise.all([...traces.quarantine.keys()].map((run) => quarantineFiles(objects, run)));
  const keys = new Set([
    ...shards,
    ...manifests,
    ...apart.flat(),
    ...traces.replayed,
    ...traces.leftovers,
    ...traces.reports,
  ]);
  // Of whatever is there in several versions all but the latest go.
  const { shards: all, manifests: lists, indexes, quarantine, replay, runs } = DATASET_OBJECTS;
  const found = await Promise.all([all, lists, indexes, quarantine, replay, runs].map((one) => objects.versions(one)));
  const goes = found.flatMap((versions, index) =>
    versions.filter(({ key, latest }) => keys.has(key) || (!latest && (index < PURGED_PREFIXES || isReport(key)))),
  );
  const locked: { readonly key: string; readonly until: string }[] = [];
  await inParallel(goes, HEADS_AT_ONCE, async (version) => {
    const until = await objects.lockedUntil(version);
    if (until !== undefined) locked.push({ key: version.key, until });
  });
  const [first] = locked.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (first === undefined) return;
  throw new CliError(
    `object ${first.key} of ${objects.bucket} is locked until ${first.until} (S3 Object Lock), so that nobody can erase it before; nothing was changed. A dataset of personal data must not be locked: whoever may bypass governance mode can take the lock off`,
    EXIT.failed,
  );
}

/** Shards, manifests, indexes and quarantine: of what replays and runs have left, single objects go. */
const PURGED_PREFIXES = 4;

/** Records whose answer is awaited are written again when it comes: they are told, and left for a rerun. */
async function erasePredictions({ records }: DataStage, subject: Subject, { keep }: HeldLease): Promise<void> {
  const found: readonly SubjectRecord[] = await subject.keyed((text) => records.of(text));
  for (const record of found.filter(({ open }) => !open)) {
    await keep();
    await records.erase(record);
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
