import { headerNames } from '../../../lambdas/shared/dataset/read/csv-header';
import { CsvScanner } from '../../../lambdas/shared/dataset/read/csv-scanner';
import { LineScanner } from '../../../lambdas/shared/dataset/read/line-scanner';
import { type RecordHandler, RecordStream } from '../../../lambdas/shared/dataset/read/record-stream';
import type { DatasetSchemaDocument, RowRule } from '../../../protocol/dataset';
import type { RawRow } from './row-cells';
import type { Subject } from './subject';

/** How an object is to be read; the delimiter is absent where only its header line can tell it. */
export type SourceReading = { readonly format: 'csv'; readonly delimiter?: string } | { readonly format: 'jsonl' };

const DELIMITERS = [',', ';', '\t', '|'];
/** A header line is no longer, where a delimiter is looked for. */
const FIRST_BYTES = 64 * 1024;

/**
 * Whether rows of an object are a subject's, row by row as the pipeline reads them: by the cell that says whose each is, and by the
 * bytes of what cannot be read. An object of which nobody knows how to read it is looked through by its bytes.
 */
export async function holdsSubject(
  stream: AsyncIterable<Buffer>,
  reading: SourceReading | undefined,
  subject: Subject,
  schemas: readonly DatasetSchemaDocument[],
): Promise<boolean> {
  if (reading === undefined || schemas.length === 0) return subject.inStream(stream);
  const chunks = stream[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  let row: RawRow | undefined = reading.format === 'jsonl' ? { format: 'jsonl', delimiter: '' } : undefined;
  if (reading.format === 'csv' && reading.delimiter !== undefined)
    row = { format: 'csv', delimiter: reading.delimiter };
  while (row === undefined) {
    const next = await chunks.next();
    if (next.done !== true) {
      first.push(next.value);
      length += next.value.length;
      if (!next.value.includes(0x0a) && !next.value.includes(0x0d) && length < FIRST_BYTES) continue;
    }
    const delimiter = delimiterOf(Buffer.concat(first), subject, schemas);
    if (delimiter === undefined) return subject.inStream(joined(first, chunks));
    row = { format: 'csv', delimiter };
  }
  const reader = new Rows(row, subject, schemas);
  for await (const chunk of joined(first, chunks)) {
    for (let at = 0; at < chunk.length; ) at += reader.stream.take(chunk, at);
    if (reader.found) return true;
  }
  reader.stream.end();
  return reader.found;
}

async function* joined(first: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** The delimiter with which the first line names the column that says whose a row is; undefined where none does. */
function delimiterOf(first: Buffer, subject: Subject, schemas: readonly DatasetSchemaDocument[]): string | undefined {
  const [line = ''] = first
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/[\r\n]/);
  const columns = schemas.map((schema) => subject.columnIn(schema));
  return DELIMITERS.find((delimiter) => {
    const names = line.split(delimiter).map((name) => name.replace(/^"(.*)"$/, '$1'));
    return columns.some((column) => names.includes(column));
  });
}

/** Asks of each row of a stream whose it is. */
class Rows implements RecordHandler {
  readonly full = false;
  readonly stream: RecordStream;
  found = false;
  private readonly scanner: CsvScanner | undefined;
  private header: readonly string[] | undefined;
  private end: Buffer | undefined;

  constructor(
    private readonly how: RawRow,
    private readonly subject: Subject,
    private readonly schemas: readonly DatasetSchemaDocument[],
  ) {
    this.scanner = how.format === 'csv' ? new CsvScanner(how.delimiter) : undefined;
    this.stream = new RecordStream(this.scanner ?? new LineScanner());
    this.stream.handTo(this);
  }

  row(from: number, to: number): void {
    if (this.scanner !== undefined && this.header === undefined) {
      this.header = headerNames(this.stream.window, this.scanner);
      this.found ||= this.subject.inHeader(this.header, this.schemas);
      return;
    }
    const raw = this.stream.window.bytes.subarray(from, to);
    this.found ||= this.subject.inRow({ ...this.how, header: this.header }, raw, this.schemas) !== 'not';
  }

  bad(_rule: RowRule, _expected: string, from: number, to: number): void {
    this.header ??= [];
    this.found ||= this.subject.inPiece(this.stream.window.bytes.subarray(from, to)) !== 'not';
  }

  piece(_rule: RowRule, _expected: string, from: number, to: number, piece: number): void {
    this.header ??= [];
    const bytes = this.stream.window.bytes.subarray(from, to);
    this.found ||= this.subject.inPiece(bytes, piece === 0 ? undefined : this.end) !== 'not';
    this.end = Buffer.from(this.subject.endOf(bytes));
  }
}
