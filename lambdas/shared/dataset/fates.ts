import { entriesIn } from './key-index';

/** What becomes of a row. Kept rows stand in no file of fates. */
export const FATE = { kept: 0, duplicate: 1, conflict: 2 } as const;
export type Fate = (typeof FATE)[keyof typeof FATE];

/** Shard, row and fate, 32 bits each. */
export const FATE_BYTES = 12;

/**
 * A row and its fate as one number, in the order of shards and rows: shard * 2^34 + row * 4 + fate. Shards have five digits
 * (17 bits), so that it stays below 2^53 and is exact.
 */
const SHARD_STEP = 2 ** 34;
const ROW_STEP = 4;
const MAX_SHARD = 2 ** 19 - 1;

export function writeFate(bytes: Buffer, at: number, shard: number, row: number, fate: Fate): void {
  if (shard > MAX_SHARD) throw new Error(`shard ${shard} is beyond ${MAX_SHARD}`);
  bytes.writeUInt32LE(shard, at);
  bytes.writeUInt32LE(row, at + 4);
  bytes.writeUInt32LE(fate, at + 8);
}

/** Fates of the rows of one partition of groups, from the files of all partitions of keys. */
export class FateTable {
  private constructor(private readonly sorted: Float64Array) {}

  static of(parts: readonly Buffer[]): FateTable {
    const counts = parts.map((part) => entriesIn(part, FATE_BYTES, 'part of a file of fates'));
    const sorted = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
    let entry = 0;
    for (const part of parts) {
      for (let at = 0; at < part.length; at += FATE_BYTES) {
        sorted[entry] =
          part.readUInt32LE(at) * SHARD_STEP + part.readUInt32LE(at + 4) * ROW_STEP + part.readUInt32LE(at + 8);
        entry += 1;
      }
    }
    return new FateTable(sorted.sort());
  }

  of(shard: number, row: number): Fate {
    const wanted = shard * SHARD_STEP + row * ROW_STEP;
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    const found = (this.sorted[low] ?? Number.POSITIVE_INFINITY) - wanted;
    return found === FATE.duplicate || found === FATE.conflict ? found : FATE.kept;
  }
}
