import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type RowGroup,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Bytes of a row group, uncompressed: it is decoded as a whole, and what comes of it takes some times as much. */
const MAX_ROW_GROUP_BYTES = 256 * 1024 * 1024;
/** Bytes of lines that are handed on at once. */
const BATCH = 128 * 1024;

/** Half of a surrogate pair: whoever reads the line finds that the text is none. */
const NO_TEXT = '\ud800';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Values as texts that JSON can hold, without a digit lost. */
const parsers = {
  dateFromDays: (days: number) => isoText(days * 86_400_000).slice(0, 10),
  timestampFromMilliseconds: (ms: bigint) => isoText(Number(ms)),
  timestampFromMicroseconds: (us: bigint) => finerText(us, 1_000n),
  timestampFromNanoseconds: (ns: bigint) => finerText(ns, 1_000_000n),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoded(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && decoded(bytes),
};

/** Where a Parquet file cannot be read on. */
export interface ParquetDamage {
  readonly expected: string;
  /** First byte of the first row group that was not read. */
  readonly offset: number;
}

/**
 * Rows of a Parquet file as JSON Lines, one row group at a time. Rows before a damage are handed on. Timestamps that the file says
 * are of no zone are taken for UTC, as whoever writes them means.
 */
export async function parquetLines(
  file: AsyncBuffer,
  take: (lines: Buffer) => Promise<void>,
  maxRowGroupBytes = MAX_ROW_GROUP_BYTES,
): Promise<ParquetDamage | undefined> {
  const metadata = await attempt(() => parquetMetadataAsync(file, { parsers }));
  if (metadata === undefined) return { expected: 'a Parquet file whose footer can be read', offset: 0 };
  const scales = decimalScales(metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (Number(group.total_byte_size) > maxRowGroupBytes) {
      return { expected: `row groups of at most ${maxRowGroupBytes} bytes`, offset: offsetOf(group) };
    }
    const rows = await readGroup(file, metadata, rowStart, rowEnd);
    if (rows === undefined) return { expected: 'a Parquet file without damage', offset: offsetOf(group) };
    await handOn(rows, scales, take);
    rowStart = rowEnd;
  }
  return undefined;
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<Record<string, unknown>[] | undefined> {
  const rows = await attempt(() => parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors, parsers }));
  return rows?.length === rowEnd - rowStart ? rows : undefined;
}

/** Undefined where the file is at fault; what the source of its bytes throws is not. */
async function attempt<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SourceError) throw error.cause;
    return undefined;
  }
}

/** A failure of whoever brings the bytes, to be told from one of the reader of Parquet. */
export class SourceError extends Error {}

/** Digits behind the point of columns of decimals: the reader multiplies, and 115 times 0.01 is 1.1500000000000001. */
function decimalScales({ schema }: FileMetaData): ReadonlyMap<string, number> {
  return new Map(
    schema.flatMap(({ name, converted_type: type, scale = 0 }) => (type === 'DECIMAL' ? [[name, scale] as const] : [])),
  );
}

async function handOn(
  rows: readonly Record<string, unknown>[],
  scales: ReadonlyMap<string, number>,
  take: (lines: Buffer) => Promise<void>,
): Promise<void> {
  let lines = '';
  for (const row of rows) {
    lines += `${lineOf(row, scales)}\n`;
    if (lines.length < BATCH) continue;
    await take(Buffer.from(lines));
    lines = '';
  }
  if (lines !== '') await take(Buffer.from(lines));
}

function lineOf(row: Record<string, unknown>, scales: ReadonlyMap<string, number>): string {
  const members = Object.entries(row).map(([name, value]) => {
    const scale = scales.get(name);
    const exact = scale !== undefined && typeof value === 'number' ? Number(value.toFixed(scale)) : value;
    return `${JSON.stringify(name)}:${jsonOf(exact)}`;
  });
  return `{${members.join(',')}}`;
}

/** `JSON.stringify` knows no bigint, and makes null of what is no number: it would be lost without a word. */
function jsonOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`;
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner));
}

/** A moment that no Date can hold is none that a column of ours could. */
function isoText(ms: number): string {
  return Number.isNaN(new Date(ms).getTime()) ? String(ms) : new Date(ms).toISOString();
}

/** What is finer than a millisecond is written where there is any: whoever reads the line finds that it is too fine. */
function finerText(units: bigint, perMs: bigint): string {
  const rest = ((units % perMs) + perMs) % perMs;
  const text = isoText(Number((units - rest) / perMs));
  return rest === 0n ? text : text.replace('Z', `${rest.toString().padStart(perMs.toString().length - 1, '0')}Z`);
}

function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return NO_TEXT;
  }
}

function offsetOf({ columns }: RowGroup): number {
  const offsets = columns.flatMap(({ meta_data: data }) =>
    data === undefined ? [] : [Number(data.dictionary_page_offset ?? data.data_page_offset)],
  );
  return Math.min(...offsets);
}
