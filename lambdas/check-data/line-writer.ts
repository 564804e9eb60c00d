import type { ColumnSchema } from '../../protocol/dataset';
import { canonicalValue } from '../shared/dataset/canonical-row';
import { CELL } from '../shared/dataset/read/cells';
import type { RowCheck } from './row-check';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** A control character takes six bytes in JSON, as `\u0001`. */
const WORST = 6;
/** Longest number, moment or truth, with room to spare. */
const SIMPLE = 40;

/** Digits of any decimal that a double gives back as it was written. */
const EXACT_DIGITS = 15;
/** Below this JavaScript writes an exponent. */
const LEAST_PLAIN = 1e-6;

/** Writes checked rows as canonical lines, from the bytes of their cells: what `canonicalLine` writes of their values. */
export class LineWriter {
  /** The line that was written last, up to `length`; overwritten by the next. */
  bytes = Buffer.allocUnsafe(64 * 1024);
  length = 0;
  /** Where the value of each column lies in it. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  private readonly names: readonly Buffer[];
  private readonly namesLength: number;

  constructor(private readonly columns: readonly ColumnSchema[]) {
    this.starts = new Int32Array(columns.length);
    this.ends = new Int32Array(columns.length);
    this.names = columns.map(({ name }, index) => Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    this.namesLength = this.names.reduce((sum, name) => sum + name.length, 0);
  }

  /** Writes the row that was checked last, which is good. */
  write(row: RowCheck): void {
    this.reserve(row);
    const { bytes, columns, names, starts, ends } = this;
    let at = 0;
    for (let index = 0; index < columns.length; index += 1) {
      const name = names[index] as Buffer;
      for (let i = 0; i < name.length; i += 1) bytes[at++] = name[i] as number;
      starts[index] = at;
      at = this.value(row, index, at);
      ends[index] = at;
    }
    bytes[at] = 0x7d;
    this.length = at + 1;
  }

  /** Writes the values of some columns alone, with commas between: what `keyHash` hashes. */
  writeValues(row: RowCheck, columns: readonly number[]): void {
    this.reserve(row);
    let at = 0;
    for (const index of columns) {
      if (at > 0) this.bytes[at++] = COMMA;
      at = this.value(row, index, at);
    }
    this.length = at;
  }

  private value(row: RowCheck, index: number, at: number): number {
    if (row.kinds[index] === CELL.none) return this.put(NULL, 0, NULL.length, at);
    const { type } = this.columns[index] as ColumnSchema;
    const from = row.starts[index] as number;
    const to = row.ends[index] as number;
    const value = row.values[index] as number;
    switch (type) {
      case 'string':
        return this.text(row.bytes, from, to, at);
      case 'boolean':
        return value === 1 ? this.put(TRUE, 0, TRUE.length, at) : this.put(FALSE, 0, FALSE.length, at);
      case 'integer':
      case 'number':
        if (isCanonical(row.bytes, from, to, value)) return this.put(row.bytes, from, to, at);
    }
    const text = canonicalValue(type, value);
    return at + this.bytes.write(text, at, 'latin1');
  }

  /** A JSON string: as `JSON.stringify` writes it. */
  private text(source: Buffer, from: number, to: number, at: number): number {
    const { bytes } = this;
    let next = at;
    bytes[next++] = QUOTE;
    for (let i = from; i < to; i += 1) {
      const byte = source[i] as number;
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) {
        next += bytes.write(JSON.stringify(String.fromCharCode(byte)).slice(1, -1), next, 'latin1');
      } else {
        bytes[next++] = byte;
      }
    }
    bytes[next] = QUOTE;
    return next + 1;
  }

  private put(source: Buffer, from: number, to: number, at: number): number {
    const { bytes } = this;
    let next = at;
    for (let i = from; i < to; i += 1) bytes[next++] = source[i] as number;
    return next;
  }

  private reserve({ kinds, starts, ends }: RowCheck): void {
    let length = this.namesLength + 1 + SIMPLE * this.columns.length;
    for (let index = 0; index < kinds.length; index += 1) {
      length += WORST * ((ends[index] as number) - (starts[index] as number));
    }
    if (length > this.bytes.length) this.bytes = Buffer.allocUnsafe(length);
  }
}

/**
 * Whether a number stands in the source as JavaScript would write it. Two decimals of at most 15 digits are never the same double,
 * so that one without zeros at its end is the shortest text of its own.
 */
function isCanonical(bytes: Buffer, from: number, to: number, value: number): boolean {
  if (value === 0) return to - from === 1;
  if (to - from > EXACT_DIGITS || Math.abs(value) < LEAST_PLAIN) return false;
  let point = false;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x2e) point = true;
    else if ((byte | 0x20) === 0x65) return false;
  }
  return !point || bytes[to - 1] !== 0x30;
}
