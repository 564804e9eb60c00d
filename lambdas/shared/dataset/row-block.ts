import { HASH_BYTES, partitionOf, writeHash } from './hash';
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

/**
 * Accepted rows of a shard, put in order by partition so that each worker behind reads one stretch of each section. Rows are kept
 * as they come and sorted once, when the block is finished. A writer that is finished is empty and may be used again.
 */
export class RowBlockWriter {
  private entries = Buffer.allocUnsafe(256 * 1024);
  private used = 0;
  /** Of each row where its entry begins. */
  private begins: number[] = [];

  constructor(private readonly partitions: number) {}

  /** Bytes that the block would have if it were finished now. */
  get size(): number {
    return this.used + this.begins.length * KEY_ENTRY_BYTES;
  }

  get rows(): number {
    return this.begins.length;
  }

  /** Bytes by which a row makes a block longer. */
  static bytesOf({ line, raw }: Pick<BlockRow, 'line' | 'raw'>): number {
    return KEY_ENTRY_BYTES + ROW_HEADER_BYTES + line.length + raw.length;
  }

  add({ hashes, shard, row, offset, line, raw }: BlockRow): void {
    const length = ROW_HEADER_BYTES + line.length + raw.length;
    this.reserve(length);
    const { entries, used: at } = this;
    writeHash(hashes.k, entries, at);
    writeHash(hashes.c, entries, at + 16);
    writeHash(hashes.g, entries, at + 32);
    entries.writeUInt32LE(shard, at + 48);
    entries.writeUInt32LE(row, at + 52);
    entries.writeUInt32LE(offset === undefined ? NO_OFFSET : offset % 0x1_0000_0000, at + 56);
    entries.writeUInt32LE(offset === undefined ? NO_OFFSET : Math.floor(offset / 0x1_0000_0000), at + 60);
    entries.writeUInt32LE(line.length, at + 64);
    entries.writeUInt32LE(raw.length, at + 68);
    entries.set(line, at + ROW_HEADER_BYTES);
    entries.set(raw, at + ROW_HEADER_BYTES + line.length);
    this.begins.push(at);
    this.used = at + length;
  }

  finish(): FinishedBlock {
    const { entries, begins, partitions, used } = this;
    const rows = begins.length;
    const bytes = Buffer.allocUnsafe(this.size);
    const keyPartition = (begin: number) => partitionOf(entries.readUInt32LE(begin), partitions);
    const groupPartition = (begin: number) => partitionOf(entries.readUInt32LE(begin + 32), partitions);

    const byKey = placesOf(begins, partitions, 0, keyPartition, () => KEY_ENTRY_BYTES);
    const byGroup = placesOf(begins, partitions, rows * KEY_ENTRY_BYTES, groupPartition, (begin) =>
      lengthOf(entries, begin),
    );
    begins.forEach((begin, index) => {
      const key = byKey.places[index] ?? 0;
      entries.copy(bytes, key, begin, begin + 2 * HASH_BYTES);
      bytes.writeUInt32LE(groupPartition(begin), key + 32);
      entries.copy(bytes, key + 36, begin + 48, begin + 56);
      bytes.writeUInt32LE(0, key + 44);
      entries.copy(bytes, byGroup.places[index] ?? 0, begin, begin + lengthOf(entries, begin));
    });
    this.used = 0;
    this.begins = [];
    if (used + rows * KEY_ENTRY_BYTES !== bytes.length) throw new Error('a block has another size than its rows');
    return { bytes, rows, keyOffsets: byKey.offsets, rowOffsets: byGroup.offsets };
  }

  private reserve(length: number): void {
    if (this.used + length <= this.entries.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.entries.length * 2, this.used + length));
    this.entries.copy(larger, 0, 0, this.used);
    this.entries = larger;
  }
}

function lengthOf(entries: Buffer, begin: number): number {
  return ROW_HEADER_BYTES + entries.readUInt32LE(begin + 64) + entries.readUInt32LE(begin + 68);
}

/** Where each row goes when rows are sorted by partition and otherwise keep their order; and where each partition begins. */
function placesOf(
  begins: readonly number[],
  partitions: number,
  from: number,
  partition: (begin: number) => number,
  length: (begin: number) => number,
): { places: number[]; offsets: number[] } {
  const sizes = new Array<number>(partitions).fill(0);
  for (const begin of begins) sizes[partition(begin)] = (sizes[partition(begin)] ?? 0) + length(begin);
  const offsets = [from];
  for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size);
  const next = offsets.slice();
  const places = begins.map((begin) => {
    const of = partition(begin);
    const place = next[of] ?? 0;
    next[of] = place + length(begin);
    return place;
  });
  return { places, offsets };
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
