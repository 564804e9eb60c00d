import type { DatasetSchemaDocument, HoldOutDocument } from '../../../protocol/dataset';
import { type CellValue, canonicalLine, canonicalValue } from './canonical-row';
import { HASH_WORDS, hash128, hashOf } from './hash';

/** Four words each. */
export interface RowHashes {
  /** Of the key: what identifies the row. */
  readonly k: Uint32Array;
  /** Of the content: the whole row. */
  readonly c: Uint32Array;
  /** Of the group: rows with the same one stand on the same side of the split. */
  readonly g: Uint32Array;
}

const COMMA = 0x2c;

/**
 * Hashes of rows. Of the content: over the canonical line. Of key and group: over the canonical values of their columns, with
 * commas between. A key of no columns is the content; a group of no columns is the key, one of all columns the content.
 */
export class RowHasher {
  /** Of the row that was hashed last; overwritten by the next. */
  readonly last: RowHashes = {
    k: new Uint32Array(HASH_WORDS),
    c: new Uint32Array(HASH_WORDS),
    g: new Uint32Array(HASH_WORDS),
  };
  private readonly key: readonly number[];
  private readonly group: readonly number[];
  private readonly groupIsKey: boolean;
  private readonly groupIsRow: boolean;
  private scratch = Buffer.allocUnsafe(1024);

  constructor(
    private readonly schema: DatasetSchemaDocument,
    holdOut: HoldOutDocument,
  ) {
    this.key = indexesOf(schema, schema.key);
    this.group = indexesOf(schema, groupColumns(schema, holdOut));
    this.groupIsKey = this.group.length === 0 || this.group.join() === this.key.join();
    this.groupIsRow = this.group.length === schema.columns.length;
  }

  /** Of a row by its values, in the order of the schema's columns. */
  of(values: readonly CellValue[]): RowHashes {
    const line = Buffer.from(canonicalLine(this.schema.columns, values));
    const starts = new Int32Array(values.length);
    const ends = new Int32Array(values.length);
    let at = 1;
    this.schema.columns.forEach(({ name, type }, index) => {
      at += Buffer.byteLength(JSON.stringify(name)) + 1;
      starts[index] = at;
      at += Buffer.byteLength(canonicalValue(type, values[index] ?? null));
      ends[index] = at;
      at += 1;
    });
    this.ofLine(line, 0, line.length, starts, ends);
    const { k, c, g } = this.last;
    return { k: k.slice(), c: c.slice(), g: g.slice() };
  }

  /** Of a canonical line within `bytes`, where each column's value begins and ends, into `last`. */
  ofLine(bytes: Uint8Array, from: number, to: number, starts: Int32Array, ends: Int32Array): void {
    const { k, c, g } = this.last;
    hash128(bytes, from, to, c);
    if (this.key.length === 0) k.set(c);
    else this.ofColumns(this.key, bytes, starts, ends, k);
    if (this.groupIsKey) g.set(k);
    else if (this.groupIsRow) g.set(c);
    else this.ofColumns(this.group, bytes, starts, ends, g);
  }

  private ofColumns(
    columns: readonly number[],
    bytes: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    out: Uint32Array,
  ): void {
    const [first = 0] = columns;
    if (columns.length === 1) {
      hash128(bytes, starts[first] ?? 0, ends[first] ?? 0, out);
      return;
    }
    let length = 0;
    for (const column of columns) length += (ends[column] ?? 0) - (starts[column] ?? 0) + 1;
    if (length > this.scratch.length) this.scratch = Buffer.allocUnsafe(length * 2);
    let at = 0;
    for (const column of columns) {
      const end = ends[column] ?? 0;
      for (let i = starts[column] ?? 0; i < end; i += 1) this.scratch[at++] = bytes[i] as number;
      this.scratch[at++] = COMMA;
    }
    hash128(this.scratch, 0, at - 1, out);
  }
}

/** Hash of the key whose columns have these values, in the order of the schema's key; of a key of no columns, of the whole row. */
export function keyHash(schema: DatasetSchemaDocument, values: readonly CellValue[]): Buffer {
  if (schema.key.length === 0) return hashOf(Buffer.from(canonicalLine(schema.columns, values)));
  const texts = indexesOf(schema, schema.key).map((column, position) =>
    canonicalValue(schema.columns[column]?.type ?? 'string', values[position] ?? null),
  );
  return hashOf(Buffer.from(texts.join(',')));
}

/** Columns by which rows belong together. Empty: the key. */
export function groupColumns(schema: DatasetSchemaDocument, holdOut: HoldOutDocument): readonly string[] {
  if (schema.group.length > 0) return schema.group;
  const time = holdOut.kind === 'time' ? holdOut.column : undefined;
  return schema.columns.map(({ name }) => name).filter((name) => !schema.key.includes(name) && name !== time);
}

function indexesOf({ columns }: DatasetSchemaDocument, names: readonly string[]): number[] {
  return names.map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    if (index === -1) throw new Error(`the schema has no column "${name}", which its key, group or hold-out names`);
    return index;
  });
}
