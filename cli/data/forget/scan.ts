import { liveShards } from '../../../lambdas/shared/dataset/live-shards';
import { canonicalJson } from '../../../lambdas/shared/dataset/version-address';
import type { DatasetManifest, DatasetSchemaDocument, ShardFile } from '../../../protocol/dataset';
import { DATASET_OBJECTS, replayFormat } from '../../../protocol/dataset-objects';
import { inParallel } from '../../in-parallel';
import { findManifest, readWhole } from '../manifest';
import type { DatasetObjects } from '../ports';
import { isFirst, quarantinedRows, quarantinedRuns, rowIdOf } from '../quarantine';
import { readShard } from '../shards';
import { tellingReports } from './run-reports';
import { holdsSubject } from './source-rows';
import type { Subject } from './subject';

/** Where a subject's rows lie in a dataset bucket. */
export interface Traces {
  readonly manifests: readonly DatasetManifest[];
  /** Rows of the subject by digest of each shard that has any, whether a version still holds the shard or not. */
  readonly shards: ReadonlyMap<string, number>;
  /** Rows whose value is the subject's under another spelling. They stay. */
  readonly otherSpellings: number;
  /** Quarantined rows to erase by the run that set them apart; only of runs that have some. */
  readonly quarantine: ReadonlyMap<string, QuarantineTraces>;
  /** Objects that a replay made and that hold the value. */
  readonly replayed: readonly string[];
  /** What runs have left that can hold rows, of whomever. */
  readonly leftovers: readonly string[];
  /** Reports of runs whose statistics or samples may tell of the subject's rows. */
  readonly reports: readonly string[];
  /** Shards that an earlier erasure has replaced and not removed. */
  readonly obsolete: readonly string[];
}

export interface QuarantineTraces {
  /** Rows of the subject, by `rowIdOf`. */
  readonly rows: ReadonlySet<string>;
  /** Rows that hold the value somewhere, and whose cell cannot be read. */
  readonly byBytes: ReadonlySet<string>;
  /** Other rows whose header holds the value: they stay, without it. */
  readonly headers: ReadonlySet<string>;
  /** Rows of which nobody can tell whose they are: what follows a damage in a compressed object, and what lacks its beginning. */
  readonly unreadable: ReadonlySet<string>;
}

/** What the version names, living or replaced. */
export function namedShards(manifest: DatasetManifest): Set<string> {
  const replaced = manifest.tombstones.flatMap(({ replacedBy }) => (replacedBy === null ? [] : [replacedBy.digest]));
  return new Set([...manifest.shards.map(({ digest }) => digest), ...replaced]);
}

/** Whether a version names one of these shards. */
export function names(manifest: DatasetManifest, shards: ReadonlyMap<string, number>): boolean {
  return [...namedShards(manifest)].some((digest) => shards.has(digest));
}

const AT_ONCE = 4;

/** Reads all that a dataset bucket holds of rows. Nothing is written. */
export async function findTraces(
  objects: DatasetObjects,
  subject: Subject,
  step: (text: string) => Promise<void>,
): Promise<Traces> {
  const manifests = await allManifests(objects);
  const { found: shards, otherSpellings } = await scanShards(objects, manifests, subject, step);
  const quarantine = await scanQuarantine(objects, manifests, subject, step);
  const live = new Set(manifests.flatMap((manifest) => liveShards(manifest).map(({ digest }) => digest)));
  const replaced = new Set(manifests.flatMap((manifest) => [...namedShards(manifest)].filter((one) => !live.has(one))));
  const there = new Set((await objects.versions(DATASET_OBJECTS.shards)).map(({ key }) => digestOf(key)));
  const replayed = await scanReplays(objects, manifests, subject);
  const telling = new Set([
    ...manifests.filter((one) => names(one, shards)).map(({ run }) => run),
    ...quarantine.keys(),
  ]);
  const publishing = new Set(manifests.map(({ run }) => run));
  const found = shards.size + quarantine.size + replayed.length > 0;
  // Of a run that published nothing, nobody can tell whose rows it has read.
  const concerned = (run: string) => found && (telling.has(run) || !publishing.has(run));
  return {
    manifests,
    shards,
    otherSpellings,
    quarantine,
    replayed,
    reports: await tellingReports(objects, concerned, subject),
    leftovers: await scanLeftovers(objects, subject),
    obsolete: [...replaced].filter((digest) => there.has(digest)),
  };
}

/** All that were ever written, whether the catalogue knows them or not. */
async function allManifests(objects: DatasetObjects): Promise<DatasetManifest[]> {
  const manifests: DatasetManifest[] = [];
  for (const key of await keysOf(objects, DATASET_OBJECTS.manifests)) {
    const found = await findManifest(objects, key.slice(DATASET_OBJECTS.manifests.length, -'.json'.length));
    if (found !== undefined) manifests.push(found);
  }
  return manifests;
}

/** Each object under `shards/`, also what a publication that was cut off has left. */
async function scanShards(
  objects: DatasetObjects,
  manifests: readonly DatasetManifest[],
  subject: Subject,
  step: (text: string) => Promise<void>,
): Promise<{ readonly found: Map<string, number>; readonly otherSpellings: number }> {
  const found = new Map<string, number>();
  let otherSpellings = 0;
  const digests = (await keysOf(objects, DATASET_OBJECTS.shards)).map(digestOf);
  const all = differentSchemas(manifests);
  let done = 0;
  await inParallel(digests, AT_ONCE, async (digest) => {
    const naming = differentSchemas(manifests.filter((manifest) => namedShards(manifest).has(digest)));
    const schemas = naming.length === 0 ? all : naming;
    const matchers = schemas.map((schema) => subject.matcher(schema));
    const alike = schemas.map((schema) => subject.likeness(schema));
    let rows = 0;
    await readShard(objects, digest, (lines) => {
      for (const line of lines) {
        if (matchers.some((matches) => matches(line))) rows += 1;
        else if (alike.some((matches) => matches(line))) otherSpellings += 1;
      }
    });
    if (rows > 0) found.set(digest, rows);
    done += 1;
    await step(`${done} of ${digests.length} shards searched`);
  });
  return { found, otherSpellings };
}

async function scanQuarantine(
  objects: DatasetObjects,
  manifests: readonly DatasetManifest[],
  subject: Subject,
  step: (text: string) => Promise<void>,
): Promise<Map<string, QuarantineTraces>> {
  const found = new Map<string, QuarantineTraces>();
  const schemas = differentSchemas(manifests);
  for (const run of await quarantinedRuns(objects)) {
    const rows = new Set<string>();
    const byBytes = new Set<string>();
    const headers = new Set<string>();
    const unreadable = new Set<string>();
    let current: { readonly id: string; readonly end: Buffer } | undefined;
    for await (const row of quarantinedRows(objects, run)) {
      const id = rowIdOf(row);
      const goesOn = !isFirst(row) && current?.id === id;
      // A row whose beginning is gone is what an erasure that was cut off has left of one.
      if (row.compressed === true || (!isFirst(row) && !goesOn)) unreadable.add(id);
      const found = subject.inQuarantined(row, schemas, goesOn ? current?.end : undefined);
      if (found === 'cell') rows.add(id);
      else if (found === 'bytes') byBytes.add(id);
      else if (subject.inHeader(row.header, schemas)) headers.add(id);
      current = { id, end: subject.endOf(Buffer.from(row.raw, 'base64')) };
    }
    if (rows.size + byBytes.size + headers.size + unreadable.size > 0) {
      found.set(run, { rows, byBytes, headers, unreadable });
    }
    await step(`quarantine of ${run} searched`);
  }
  return found;
}

/** Lists of what a run was to do name objects and headers; its report has statistics. All else is made of rows. */
async function scanLeftovers(objects: DatasetObjects, subject: Subject): Promise<string[]> {
  const keys = new Set((await objects.versions(DATASET_OBJECTS.runs)).map(({ key }) => key));
  const withRows = [...keys].filter((key) => !/\/(plan\.json|shards\.jsonl|partitions\.jsonl|report\.json)$/.test(key));
  const lists = [...keys].filter((key) => /\/(plan\.json|shards\.jsonl)$/.test(key));
  return [...withRows, ...(await scanWhole(objects, lists, subject))].toSorted();
}

/** Objects of replayed rows. */
async function scanReplays(
  objects: DatasetObjects,
  manifests: readonly DatasetManifest[],
  subject: Subject,
): Promise<string[]> {
  const found: string[] = [];
  const schemas = differentSchemas(manifests);
  for (const key of await keysOf(objects, DATASET_OBJECTS.replay)) {
    const stream = await objects.read(key);
    if (stream !== undefined && (await holdsSubject(stream, replayFormat(key), subject, schemas))) found.push(key);
  }
  return found;
}

async function scanWhole(objects: DatasetObjects, keys: readonly string[], subject: Subject): Promise<string[]> {
  const found: string[] = [];
  for (const key of keys) {
    const bytes = await readWhole(objects, key);
    if (bytes !== undefined && subject.inBytes(bytes)) found.push(key);
  }
  return found;
}

async function keysOf(objects: DatasetObjects, prefix: string): Promise<string[]> {
  return (await objects.list(prefix)).map(({ key }) => key);
}

export function digestOf(key: string): string {
  return key.slice(DATASET_OBJECTS.shards.length, -'.jsonl.gz'.length);
}

/** Each of several schemas once. */
export function differentSchemas(manifests: readonly DatasetManifest[]): DatasetSchemaDocument[] {
  return [...new Map(manifests.map(({ schema }) => [canonicalJson(schema), schema])).values()];
}

/** Rows of the subject that a version holds now. */
export function rowsIn(manifest: DatasetManifest, { shards }: Pick<Traces, 'shards'>): number {
  return liveShards(manifest).reduce((sum: number, { digest }: ShardFile) => sum + (shards.get(digest) ?? 0), 0);
}
