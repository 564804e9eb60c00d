import { createGzip } from 'node:zlib';
import type { ShardFile } from '../../../protocol/dataset';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { CliError, EXIT } from '../../errors';
import { linesOf } from '../lines';
import type { DatasetObjects } from '../ports';
import { MeasuredBytes, openShard, readShard } from '../shards';
import type { IsOfSubject } from './subject';

/** What a shard is without the rows of a subject. */
export interface ShardRest {
  /** Null where nothing is left. */
  readonly left: ShardFile | null;
  readonly rowsErased: number;
  /** Canonical lines of the erased rows, to find what the indexes say of them. */
  readonly erased: readonly Buffer[];
}

const LINE_FEED = Buffer.from('\n');

/** Writes a shard again without the rows of a subject. The order of rows stays, so that the rest is what it would have been. */
export async function rewriteShard(
  objects: DatasetObjects,
  shard: Pick<ShardFile, 'digest' | 'side'>,
  matches: IsOfSubject,
): Promise<ShardRest> {
  const stream = await openShard(objects, shard.digest);
  if (stream === undefined) throw new CliError(`shard ${shard.digest} is not in the bucket any more`, EXIT.failed);
  const measured = new MeasuredBytes();
  const erased: Buffer[] = [];
  const packed = createGzip();
  const chunks: Buffer[] = [];
  packed.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve, reject) => packed.once('end', resolve).once('error', reject));
  for await (const lines of linesOf(stream)) {
    for (const line of lines) {
      if (matches(line)) {
        erased.push(Buffer.from(line));
        continue;
      }
      const whole = Buffer.concat([line, LINE_FEED]);
      measured.rows += 1;
      measured.add(whole);
      if (!packed.write(whole)) await new Promise<void>((resolve) => packed.once('drain', resolve));
    }
  }
  packed.end();
  await done;
  const { digest, rows, bytes } = measured.found();
  if (rows === 0) return { left: null, rowsErased: erased.length, erased };
  const key = DATASET_OBJECTS.shard(digest);
  // After a crash the rest may be there already.
  if ((await objects.list(key)).length === 0) await objects.write(key, Buffer.concat(chunks));
  return { left: { digest, rows, bytes, side: shard.side }, rowsErased: erased.length, erased };
}

/** Rows of a subject in a shard that no version holds any more. */
export async function subjectLines(objects: DatasetObjects, digest: string, matches: IsOfSubject): Promise<Buffer[]> {
  const found: Buffer[] = [];
  await readShard(objects, digest, (lines) => {
    for (const line of lines) if (matches(line)) found.push(Buffer.from(line));
  });
  return found;
}
