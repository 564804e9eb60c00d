import { HASH_BYTES, HASH_WORDS, partitionOf, writeHash } from './hash';
import type { RowHashes } from './row-hashes';

/** k, c, partition of the group, shard, row, and four bytes of nothing, so that entries are aligned to 16. */
export const KEY_ENTRY_BYTES = 48;
/** k, c, g, shard, row, offset in the source, length of the line and of the original bytes; both follow. */
const ROW_HEADER_BYTES = 72;

/** Limit of a block, well below what a worker has of memory: one is filled while another is put in order. */
export const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

/** An offset that is not known: that of a row of a Parquet file. */
const NO_OFFSET = 0xffff_ffff;

export interface BlockRow {
  readonly hashes: RowHashes;
  readonly shard: number;
  readonly row: number;
  /** First byte in the source. */
  readonly offset?: number;
  /** Canonical line, UTF-8, without a line break. */
  readonly line: Uint8Array;
  /** Original bytes. */
  readonly raw: Uint8Array;
}

export interface FinishedBlock {
  readonly bytes: Buffer;
  readonly rows: number;
  /** Of each partition of keys the byte where its part of the first section begins, and the byte after the last one. */
  readonly keyOffsets: number[];
  /** The same of the second section, by partition of groups. */
  readonly rowOffsets: number[];
}

export interface KeyEntry {
  readonly k: Buffer;
  readonly c: Buffer;
  readonly groupPartition: number;
  readonly shard: number;
  readonly row: number;
}

export interface RowEntry {
  readonly k: Buffer;
  readonly c: Buffer;
  readonly g: Buffer;
  readonly shard: number;
  readonly row: number;
  readonly offset?: number;
  readonly line: Buffer;
  readonly raw: Buffer;
}

/** Words of a key entry. */
const KEY_WORDS = KEY_ENTRY_BYTES / 4;
const GROUP_WORD = 2 * HASH_WORDS;

/**
 * Accepted rows of a shard, put in order by partition so that each worker behind reads one stretch of each section. Rows are kept
 * as they come and sorted once, when the block is finished. A writer that is finished is empty and may be used again.
 */
export class RowBlockWriter {
  private entries = Buffer.allocUnsafe(256 * 1024);
  private used = 0;
  private count = 0;
  /** Key entries as they come, and of each row where its entry ends. */
  private keys = new Uint32Array(1024 * KEY_WORDS);
  private ends = new Uint32Array(1024);

  constructor(private readonly partitions: number) {}

  /** Bytes that the block would have if it were finished now. */
  get size(): number {
    return this.used + this.count * KEY_ENTRY_BYTES;
  }

  get rows(): number {
    return this.count;
  }

  /** Bytes by which a row makes a block longer. */
  static bytesOf({ line, raw }: Pick<BlockRow, 'line' | 'raw'>): number {
    return KEY_ENTRY_BYTES + ROW_HEADER_BYTES + line.length + raw.length;
  }

  add({ hashes, shard, row, offset, line, raw }: BlockRow): void {
    this.reserve(ROW_HEADER_BYTES + line.length + raw.length);
    const { entries, keys, used: at, count } = this;
    writeHash(hashes.k, entries, at);
    writeHash(hashes.c, entries, at + HASH_BYTES);
    writeHash(hashes.g, entries, at + 2 * HASH_BYTES);
    entries.writeUInt32LE(shard, at + 48);
    entries.writeUInt32LE(row, at + 52);
    entries.writeUInt32LE(offset === undefined ? NO_OFFSET : offset % 0x1_0000_0000, at + 56);
    entries.writeUInt32LE(offset === undefined ? NO_OFFSET : Math.floor(offset / 0x1_0000_0000), at + 60);
    entries.writeUInt32LE(line.length, at + 64);
    entries.writeUInt32LE(raw.length, at + 68);
    entries.set(line, at + ROW_HEADER_BYTES);
    entries.set(raw, at + ROW_HEADER_BYTES + line.length);

    const first = count * KEY_WORDS;
    for (let word = 0; word < HASH_WORDS; word += 1) {
      keys[first + word] = hashes.k[word] as number;
      keys[first + HASH_WORDS + word] = hashes.c[word] as number;
    }
    keys[first + GROUP_WORD] = partitionOf(hashes.g[0] as number, this.partitions);
    keys[first + GROUP_WORD + 1] = shard;
    keys[first + GROUP_WORD + 2] = row;
    keys[first + GROUP_WORD + 3] = 0;
    this.used = at + ROW_HEADER_BYTES + line.length + raw.length;
    this.ends[count] = this.used;
    this.count = count + 1;
  }

  finish(): FinishedBlock {
    const { entries, keys, ends, count, partitions } = this;
    const bytes = Buffer.from(new ArrayBuffer(this.size));
    const target = new Uint32Array(bytes.buffer, 0, count * KEY_WORDS);
    const keyPartitions = new Uint32Array(count);
    const groupPartitions = new Uint32Array(count);
    const lengths = new Uint32Array(count);
    for (let row = 0; row < count; row += 1) {
      keyPartitions[row] = partitionOf(keys[row * KEY_WORDS] as number, partitions);
      groupPartitions[row] = keys[row * KEY_WORDS + GROUP_WORD] as number;
      lengths[row] = (ends[row] as number) - (row === 0 ? 0 : (ends[row - 1] as number));
    }
    const keyOffsets = offsetsOf(keyPartitions, new Uint32Array(count).fill(KEY_ENTRY_BYTES), 0, partitions);
    const rowOffsets = offsetsOf(groupPartitions, lengths, count * KEY_ENTRY_BYTES, partitions);
    const nextKey = Float64Array.from(keyOffsets);
    const nextRow = Float64Array.from(rowOffsets);
    for (let row = 0; row < count; row += 1) {
      const keyAt = nextKey[keyPartitions[row] as number] as number;
      for (let word = 0; word < KEY_WORDS; word += 1) target[keyAt / 4 + word] = keys[row * KEY_WORDS + word] as number;
      nextKey[keyPartitions[row] as number] = keyAt + KEY_ENTRY_BYTES;
      const rowAt = nextRow[groupPartitions[row] as number] as number;
      const end = ends[row] as number;
      entries.copy(bytes, rowAt, end - (lengths[row] as number), end);
      nextRow[groupPartitions[row] as number] = rowAt + (lengths[row] as number);
    }
    this.used = 0;
    this.count = 0;
    return { bytes, rows: count, keyOffsets, rowOffsets };
  }

  private reserve(length: number): void {
    if (this.used + length > this.entries.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.entries.length * 2, this.used + length));
      this.entries.copy(larger, 0, 0, this.used);
      this.entries = larger;
    }
    if (this.count < this.ends.length) return;
    const [keys, ends] = [new Uint32Array(this.keys.length * 2), new Uint32Array(this.ends.length * 2)];
    keys.set(this.keys);
    ends.set(this.ends);
    this.keys = keys;
    this.ends = ends;
  }
}

/** Where each partition begins when rows are sorted by it, and the end of the last. */
function offsetsOf(partitionOfRow: Uint32Array, lengths: Uint32Array, from: number, partitions: number): number[] {
  const sizes = new Float64Array(partitions);
  partitionOfRow.forEach((partition, row) => {
    sizes[partition] = (sizes[partition] as number) + (lengths[row] as number);
  });
  const offsets = [from];
  for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size);
  return offsets;
}

/** Entries of the first section, or of a stretch of it that holds whole partitions. They are views of `bytes`. */
export function* readKeys(bytes: Buffer): Generator<KeyEntry> {
  for (let at = 0; at < bytes.length; at += KEY_ENTRY_BYTES) {
    yield {
      k: bytes.subarray(at, at + 16),
      c: bytes.subarray(at + 16, at + 32),
      groupPartition: bytes.readUInt32LE(at + 32),
      shard: bytes.readUInt32LE(at + 36),
      row: bytes.readUInt32LE(at + 40),
    };
  }
}

/** Entries of the second section, or of a stretch of it that holds whole partitions. They are views of `bytes`. */
export function* readRows(bytes: Buffer): Generator<RowEntry> {
  for (let at = 0; at < bytes.length; ) {
    const [low, high] = [bytes.readUInt32LE(at + 56), bytes.readUInt32LE(at + 60)];
    const line = at + ROW_HEADER_BYTES;
    const raw = line + bytes.readUInt32LE(at + 64);
    const end = raw + bytes.readUInt32LE(at + 68);
    yield {
      k: bytes.subarray(at, at + 16),
      c: bytes.subarray(at + 16, at + 32),
      g: bytes.subarray(at + 32, at + 48),
      shard: bytes.readUInt32LE(at + 48),
      row: bytes.readUInt32LE(at + 52),
      ...(low === NO_OFFSET && high === NO_OFFSET ? {} : { offset: high * 0x1_0000_0000 + low }),
      line: bytes.subarray(line, raw),
      raw: bytes.subarray(raw, end),
    };
    at = end;
  }
}
