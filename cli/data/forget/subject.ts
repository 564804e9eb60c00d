import { type CellValue, canonicalValue, valuesOfLine } from '../../../lambdas/shared/dataset/canonical-row';
import type { ColumnSchema, ColumnType, DatasetSchemaDocument, QuarantinedRow } from '../../../protocol/dataset';
import { CliError } from '../../errors';
import { BytePatterns } from './byte-patterns';
import { type RawRow, RowCells } from './row-cells';

const NOTHING: Buffer = Buffer.alloc(0);

/** How a row was found to be the subject's: by its cell, or because its bytes hold the value and its cell cannot be read. */
export type Found = 'cell' | 'bytes' | 'not';

/** Whether a canonical line is a row of the subject. */
export type IsOfSubject = (line: Buffer) => boolean;

/**
 * Whose rows are erased. The value is in private fields alone: whoever prints, logs or serializes this, or an error about it,
 * shows nothing of it.
 */
export class Subject {
  readonly #text: string;
  readonly #patterns: BytePatterns;
  readonly #cells = new RowCells();
  /** Column of the latest schema. Older ones may say nothing of whose a row is, or not yet what is known now. */
  #column: string | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#patterns = new BytePatterns(text);
  }

  /** Whether bytes of any kind hold the value, in whichever of the usual encodings. */
  inBytes(bytes: Buffer): boolean {
    return this.#patterns.in(bytes);
  }

  /** The last bytes of a piece, in which the value may have begun. */
  endOf(bytes: Buffer): Buffer {
    return bytes.subarray(Math.max(0, bytes.length - this.#patterns.overlap));
  }

  /** Looks for it in bytes that come one after the other. */
  async inStream(stream: AsyncIterable<Buffer>): Promise<boolean> {
    let last = NOTHING;
    let before = false;
    for await (const chunk of stream) {
      const seen = Buffer.concat([last, chunk]);
      if (this.#patterns.in(seen, { before, after: true })) return true;
      const from = Math.max(0, seen.length - this.#patterns.overlap);
      before ||= from > 0;
      last = seen.subarray(from);
    }
    return this.#patterns.in(last, { before, after: false });
  }

  /** Takes the column of the latest schema, and refuses a value that no row can have there, without saying it. */
  check(schema: DatasetSchemaDocument): void {
    const column = subjectColumn(schema);
    this.#column = column.name;
    if (this.#text === '') throw new CliError('the key is empty; give the value that the subject has in its rows');
    if (cellValue(column.type, this.#text) !== undefined) return;
    throw new CliError(`the key is no ${column.type}, which column "${column.name}" holds`);
  }

  /** For canonical lines of a schema. */
  matcher(schema: DatasetSchemaDocument): IsOfSubject {
    const column = this.#columnOf(schema);
    const value = cellValue(column.type, this.#text);
    if (value === undefined) return () => false;
    const bytes = Buffer.from(canonicalValue(column.type, value));
    const index = schema.columns.indexOf(column);
    // Nearly all lines are told by their bytes, without being parsed.
    return (line) => line.includes(bytes) && valuesOfLine(schema.columns, line.toString('utf8'))[index] === value;
  }

  /** For canonical lines of a schema whose value is another one, and the same as this but for blanks, case and composed characters. */
  likeness(schema: DatasetSchemaDocument): IsOfSubject {
    const column = this.#columnOf(schema);
    if (column.type !== 'string') return () => false;
    const wanted = folded(this.#text);
    const index = schema.columns.indexOf(column);
    const inLine = JSON.stringify(wanted).slice(1, -1);
    return (line) => {
      const text = line.toString('utf8');
      // Nearly all lines are told without being parsed.
      if (!folded(text).includes(inLine)) return false;
      const value = valuesOfLine(schema.columns, text)[index];
      return typeof value === 'string' && value !== this.#text && folded(value) === wanted;
    };
  }

  /**
   * Whose a quarantined row is. Where the cell that says it can be read, by that alone: a key that is a number stands in many a
   * row of others. `before` are the last bytes of the piece before, where the row has several: the value may be cut.
   */
  inQuarantined(row: QuarantinedRow, schemas: readonly DatasetSchemaDocument[], before: Buffer = NOTHING): Found {
    const raw = Buffer.from(row.raw, 'base64');
    // A line that should have been a header has no columns.
    const whole = row.piece === undefined && row.row > 0;
    return whole ? this.inRow(row, raw, schemas) : this.inPiece(raw, before);
  }

  /** Whose a row of a source is. */
  inRow(row: RawRow, raw: Buffer, schemas: readonly DatasetSchemaDocument[]): Found {
    let others = false;
    for (const schema of schemas) {
      const { name, type } = this.#columnOf(schema);
      const cell = this.#cells.cellOf(row, raw, name);
      const value = cell === undefined ? undefined : cellValue(type, cell);
      if (value === undefined) continue;
      if (value === cellValue(type, this.#text)) return 'cell';
      others = true;
    }
    return others ? 'not' : this.inPiece(raw);
  }

  /** Whether bytes hold the value that are no row, or not all of one. */
  inPiece(raw: Buffer, before: Buffer = NOTHING): Found {
    return this.#patterns.in(Buffer.concat([before, raw])) ? 'bytes' : 'not';
  }

  /** Whether names of columns hold the value: those of a file without a header are its first row. */
  inHeader(header: readonly string[] | undefined, schemas: readonly DatasetSchemaDocument[]): boolean {
    return (header ?? []).some(
      (name) =>
        this.#patterns.in(Buffer.from(name)) &&
        !schemas.some(({ columns }) => columns.some((column) => column.name === name)),
    );
  }

  /** The column by which rows of a schema are told. */
  columnIn(schema: DatasetSchemaDocument): string {
    return this.#columnOf(schema).name;
  }

  #columnOf(schema: DatasetSchemaDocument): ColumnSchema {
    return schema.columns.find(({ name }) => name === this.#column) ?? subjectColumn(schema);
  }

  /** A message of whomever, without the value. */
  masked(text: string): string {
    return this.#text === '' ? text : text.replaceAll(this.#text, '***');
  }

  /** The name of an object without the value, where it holds it in whichever spelling; undefined where it does not. */
  maskedName(name: string): string | undefined {
    const holds = (text: string) => this.#patterns.in(Buffer.from(text));
    if (!holds(name) && !holds(decoded(name))) return undefined;
    const masked = this.masked(name);
    return holds(masked) || masked === name ? '***' : masked;
  }

  /** For the one who keys the HMAC of the subjects of predictions. */
  keyed<Result>(hmac: (text: string) => Result): Result {
    return hmac(this.#text);
  }
}

function folded(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

/** Without the escapes that URLs have. */
function decoded(name: string): string {
  return name.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** The column that says whose row it is. */
function subjectColumn({ subject, key, columns }: DatasetSchemaDocument): ColumnSchema {
  const name = subject ?? (key.length === 1 ? key[0] : undefined);
  if (name === undefined) {
    throw new CliError(
      `the schema names no subject, and its key is ${key.length === 0 ? 'the whole row' : `the columns ${key.join(', ')}`}; declare the column that says whose row it is as "subject"`,
    );
  }
  const column = columns.find((one) => one.name === name);
  if (column === undefined) throw new CliError(`the schema has no column "${name}", which it names as subject`);
  return column;
}

/** What a row holds that has this value; undefined where no row of the type can. */
function cellValue(type: ColumnType, text: string): CellValue | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
    case 'number': {
      const number = text.trim() === '' ? Number.NaN : Number(text);
      return Number.isFinite(number) ? number : undefined;
    }
    default: {
      const time = Date.parse(text);
      return Number.isNaN(time) ? undefined : time;
    }
  }
}
