import type { ColumnSchema, RowRule, ShardTask } from '../../../protocol/dataset';
import { headerFault, headerNames, NO_HEADER } from './read/csv-header';
import { CsvScanner } from './read/csv-scanner';
import { LineScanner } from './read/line-scanner';
import { type RecordHandler, RecordStream } from './read/record-stream';

/** What of an object one worker reads. */
export type ObjectRange = Pick<ShardTask, 'range' | 'header' | 'firstRow'>;

/**
 * Cuts an object into ranges of about `shardBytes` that begin at a row, in their order: reading them one by one gives the rows of
 * reading the whole. The object is read once for it, unless it is small, or makes sense only from its beginning. A header that does
 * not fit `columns` goes no further, as if it could not be read: that of a file without a header is values of a row.
 */
export async function* cutRanges(
  { object, format, gzip, delimiter }: Pick<ShardTask, 'object' | 'format' | 'gzip' | 'delimiter'>,
  open: () => AsyncIterable<Uint8Array>,
  shardBytes: number,
  columns: readonly ColumnSchema[],
): AsyncGenerator<ObjectRange> {
  if (gzip || format === 'parquet' || object.bytes <= shardBytes) {
    yield { firstRow: 1 };
    return;
  }
  const scanner = format === 'csv' ? new CsvScanner(delimiter) : undefined;
  const stream = new RecordStream(scanner ?? new LineScanner());
  const cuts = new Cuts(stream, scanner, shardBytes, columns);
  stream.handTo(cuts);
  for await (const chunk of open()) {
    for (let at = 0; at < chunk.length; ) at += stream.take(chunk, at);
    yield* cuts.takeRanges();
  }
  stream.end();
  yield* cuts.takeRanges();
  yield cuts.last(object.bytes);
}

/** Counts the rows that go by as their reader will, and begins a new range where the one before is long enough. */
class Cuts implements RecordHandler {
  readonly full = false;
  private readonly found: ObjectRange[] = [];
  /** Names in the header; undefined before it has come, and where the format has none. */
  private header: readonly string[] | undefined;
  private from = 0;
  private firstRow = 1;
  private rows = 0;

  /** `scanner`: of a format with a header. */
  constructor(
    private readonly stream: RecordStream,
    private readonly scanner: CsvScanner | undefined,
    private readonly shardBytes: number,
    private readonly columns: readonly ColumnSchema[],
  ) {}

  row(from: number): void {
    const { scanner, stream } = this;
    if (scanner === undefined || this.header !== undefined) {
      this.begin(from);
      return;
    }
    const names = headerNames(stream.window, scanner);
    this.header = headerFault(this.columns, names) === undefined ? names : NO_HEADER;
  }

  bad(_rule: RowRule, _expected: string, from: number): void {
    if (this.scanner !== undefined && this.header === undefined) this.header = NO_HEADER;
    else this.begin(from);
  }

  piece(rule: RowRule, expected: string, from: number, _to: number, piece: number): void {
    if (piece === 0) this.bad(rule, expected, from);
  }

  takeRanges(): ObjectRange[] {
    return this.found.splice(0);
  }

  last(to: number): ObjectRange {
    return this.range(to);
  }

  private begin(at: number): void {
    this.rows += 1;
    const offset = this.stream.window.offsetOf(at);
    if (offset - this.from < this.shardBytes) return;
    this.found.push(this.range(offset));
    this.from = offset;
    this.firstRow = this.rows;
  }

  /** The range that ends before `to`. Only the first has the header within it. */
  private range(to: number): ObjectRange {
    const { from, firstRow, header } = this;
    return { range: { from, to }, ...(from === 0 || header === undefined ? {} : { header }), firstRow };
  }
}
