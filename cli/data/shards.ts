import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import type { ShardFile } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { linesOf } from './lines';
import type { DatasetObjects } from './ports';

/** What a shard was found to be, over its unpacked bytes. */
export interface ShardFound {
  readonly digest: string;
  readonly bytes: number;
  readonly rows: number;
}

/** Unpacked bytes of a shard; undefined where it is not there. */
export async function openShard(objects: DatasetObjects, digest: string): Promise<AsyncIterable<Buffer> | undefined> {
  const packed = await objects.read(DATASET_OBJECTS.shard(digest));
  if (packed === undefined) return undefined;
  const unpacked = createGunzip();
  packed.once('error', (error) => unpacked.destroy(error));
  return packed.pipe(unpacked);
}

/** Reads a shard to its end; undefined where it is not there. */
export async function readShard(
  objects: DatasetObjects,
  digest: string,
  onLines: (lines: readonly Buffer[]) => void = () => {},
): Promise<ShardFound | undefined> {
  const stream = await openShard(objects, digest);
  if (stream === undefined) return undefined;
  const measured = new MeasuredBytes();
  for await (const lines of linesOf(measured.through(stream))) {
    measured.rows += lines.length;
    onLines(lines);
  }
  return measured.found();
}

/** Digest and size of bytes that pass. */
export class MeasuredBytes {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  rows = 0;

  async *through(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      this.add(chunk);
      yield chunk;
    }
  }

  add(chunk: Uint8Array): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
  }

  /** Ends it. */
  found(): ShardFound {
    return { digest: this.hash.digest('hex'), bytes: this.bytes, rows: this.rows };
  }
}

/** What is wrong with a shard against what the manifest says of it; undefined where nothing is. */
export function shardFault(expected: ShardFile, found: ShardFound | undefined): string | undefined {
  const name = `shard ${expected.digest}`;
  if (found === undefined) return `${name} is not in the bucket`;
  if (found.digest !== expected.digest) return `${name} has other bytes: their digest is ${found.digest}`;
  if (found.bytes !== expected.bytes) return `${name} has ${found.bytes} bytes, the manifest says ${expected.bytes}`;
  if (found.rows !== expected.rows) return `${name} has ${found.rows} rows, the manifest says ${expected.rows}`;
  return undefined;
}
