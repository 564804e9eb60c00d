import { createGunzip } from 'node:zlib';
import type { DatasetSchemaDocument, SourceObject } from '../../../protocol/dataset';
import { CATALOGUE_KEYS } from '../../../protocol/dataset-catalogue';
import { inParallel } from '../../in-parallel';
import type { SourceObjects } from '../ports';
import type { KnownSources, NotSearched } from './known-sources';
import { holdsSubject, type SourceReading } from './source-rows';
import type { Subject } from './subject';

/** What became of the search through source objects, which are the user's to erase. */
export interface SourceSearch {
  readonly searched: number;
  /** Objects that hold the value still, as `s3://bucket/key` with their version. */
  readonly holding: readonly string[];
  /** Of those that hold it, what no run has taken: the next one reads it, whatever was erased. */
  readonly notReadYet: readonly string[];
  /** Objects that could not be searched, and why. */
  readonly notSearched: readonly NotSearched[];
  /** Names that hold the value, of all that were searched: they are shown without it. */
  readonly namesHolding: number;
}

const AT_ONCE = 4;

/** Looks for a subject's value in objects as they lay in their buckets. */
export async function searchSources(
  sources: SourceObjects,
  { objects, taken, notListed }: KnownSources,
  subject: Subject,
  schemas: readonly DatasetSchemaDocument[],
  step: (text: string) => Promise<void>,
): Promise<SourceSearch> {
  const holding: string[] = [];
  const notReadYet: string[] = [];
  const notSearched: NotSearched[] = [];
  let namesHolding = 0;
  const shown = ({ bucket, key, versionId }: SourceObject): string => {
    const masked = subject.maskedName(key);
    if (masked !== undefined) namesHolding += 1;
    return `s3://${bucket}/${masked ?? key}${versionId === undefined ? '' : ` (version ${versionId})`}`;
  };
  let done = 0;
  await inParallel(objects, AT_ONCE, async (object) => {
    const name = shown(object);
    const found = await holds(sources, object, subject, schemas).catch((error: unknown) => reasonOf(error));
    if (found === true) {
      holding.push(name);
      if (!taken.has(CATALOGUE_KEYS.source(object))) notReadYet.push(name);
    }
    if (typeof found === 'string') notSearched.push({ object: name, reason: found });
    done += 1;
    await step(`${done} of ${objects.length} source objects searched`);
  });
  return {
    searched: objects.length - notSearched.length,
    holding: holding.toSorted(),
    notReadYet: notReadYet.toSorted(),
    notSearched: [...notSearched, ...notListed]
      .map(({ object, reason }) => ({
        object: subject.maskedName(object) ?? object,
        reason: subject.masked(reason),
      }))
      .toSorted((a, b) => (a.object < b.object ? -1 : 1)),
    namesHolding,
  };
}

/** Whether it does, or why that cannot be said. */
async function holds(
  sources: SourceObjects,
  object: SourceObject,
  subject: Subject,
  schemas: readonly DatasetSchemaDocument[],
): Promise<boolean | string> {
  if (/\.parquet$/i.test(object.key)) return 'Parquet: its values are packed';
  const stream = await sources.read(object);
  if (stream === undefined) return false;
  const reading = readingOf(object.key);
  if (!/\.gz$/i.test(object.key)) return holdsSubject(stream, reading, subject, schemas);
  const unpacked = createGunzip();
  stream.once('error', (error) => unpacked.destroy(error));
  return holdsSubject(stream.pipe(unpacked), reading, subject, schemas);
}

function readingOf(key: string): SourceReading | undefined {
  if (/\.csv(\.gz)?$/i.test(key)) return { format: 'csv' };
  return /\.(jsonl|ndjson)(\.gz)?$/i.test(key) ? { format: 'jsonl' } : undefined;
}

/** Nothing that was read is in it: errors of S3 and of unpacking have none of it. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
