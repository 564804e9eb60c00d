import { createGunzip } from 'node:zlib';
import type { SourceObject } from '../../../protocol/dataset';
import { inParallel } from '../../in-parallel';
import type { SourceObjects } from '../ports';
import type { Subject } from './subject';

/** What became of the search through source objects, which are the user's to erase. */
export interface SourceSearch {
  readonly searched: number;
  /** Objects that hold the value still, as `s3://bucket/key` with their version. */
  readonly holding: readonly string[];
  /** Objects that could not be searched, and why. */
  readonly notSearched: readonly { readonly object: string; readonly reason: string }[];
}

const AT_ONCE = 4;

/** Looks for a subject's value in objects as they lay in their buckets. */
export async function searchSources(
  sources: SourceObjects,
  objects: readonly SourceObject[],
  subject: Subject,
  step: (text: string) => Promise<void>,
): Promise<SourceSearch> {
  const holding: string[] = [];
  const notSearched: { object: string; reason: string }[] = [];
  let done = 0;
  await inParallel(objects, AT_ONCE, async (object) => {
    const name = nameOf(object);
    const found = await holds(sources, object, subject).catch((error: unknown) => reasonOf(error));
    if (found === true) holding.push(name);
    else if (found !== false) notSearched.push({ object: name, reason: found });
    done += 1;
    await step(`${done} of ${objects.length} source objects searched`);
  });
  return {
    searched: objects.length - notSearched.length,
    holding: holding.toSorted(),
    notSearched: notSearched.toSorted((a, b) => (a.object < b.object ? -1 : 1)),
  };
}

function nameOf({ bucket, key, versionId }: SourceObject): string {
  return `s3://${bucket}/${key}${versionId === undefined ? '' : ` (version ${versionId})`}`;
}

/** Whether it does, or why that cannot be said. */
async function holds(sources: SourceObjects, object: SourceObject, subject: Subject): Promise<boolean | string> {
  if (/\.parquet$/i.test(object.key)) return 'Parquet: its values are packed';
  const stream = await sources.read(object);
  if (stream === undefined) return false;
  if (!/\.gz$/i.test(object.key)) return subject.inStream(stream);
  const unpacked = createGunzip();
  stream.once('error', (error) => unpacked.destroy(error));
  return subject.inStream(stream.pipe(unpacked));
}

/** Nothing that was read is in it: errors of S3 and of unpacking have none of it. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
}
