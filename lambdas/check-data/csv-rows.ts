import type { DatasetSchemaDocument, RowFault, RowRule } from '../../protocol/dataset';
import { headerFault, headerNames, NO_HEADER } from '../shared/dataset/read/csv-header';
import type { CsvScanner } from '../shared/dataset/read/csv-scanner';
import type { RecordStream } from '../shared/dataset/read/record-stream';
import { unescapeCells } from '../shared/dataset/read/unescape';
import { rowFault } from './fault';
import type { RowCheck } from './row-check';
import type { RowTaker, ShardRows, SourceBytes } from './shard-rows';

/**
 * Rows of CSV: the first record says what the columns are, the others are held against the schema. A first record that is no header
 * for the schema is rejected as row 0, and with it every row.
 */
export class CsvRows implements ShardRows {
  private header: readonly string[] | undefined;
  private order = new Int32Array(0);
  private fault: string | undefined;

  /** `header`: where the stream does not begin with it. `row`: number of the record before the first. */
  constructor(
    private readonly stream: RecordStream,
    private readonly scanner: CsvScanner,
    private readonly schema: DatasetSchemaDocument,
    private readonly check: RowCheck,
    private readonly taker: RowTaker,
    header: readonly string[] | undefined,
    private number: number,
  ) {
    if (header !== undefined) this.columnsAre(header);
  }

  get full(): boolean {
    return this.taker.full;
  }

  row(from: number, to: number): void {
    const { scanner, stream, header } = this;
    if (header === undefined) {
      this.columnsAre(headerNames(stream.window, scanner));
      if (this.fault !== undefined) this.reject('columns', this.fault, from, to);
      return;
    }
    this.number += 1;
    if (this.fault !== undefined) {
      this.reject('columns', this.fault, from, to);
    } else if (scanner.cells.count !== header.length) {
      this.reject('columns', `${header.length} fields, as the header has, not ${scanner.cells.count}`, from, to);
    } else {
      if (scanner.hasEscapes) unescapeCells(stream.window, scanner.cells);
      const good = this.check.check(stream.window.bytes, scanner.cells, this.order);
      if (good) this.taker.accept(this.number, this.check, this.source(from, to));
      else this.taker.reject(this.number, this.check.faults(), this.source(from, to));
    }
  }

  bad(rule: RowRule, expected: string, from: number, to: number): void {
    this.next();
    this.reject(rule, expected, from, to);
  }

  piece(rule: RowRule, expected: string, from: number, to: number, piece: number): void {
    this.remainder(rowFault(rule, expected), this.source(from, to), piece);
  }

  remainder(fault: RowFault, source: SourceBytes, piece: number): void {
    if (piece === 0) this.next();
    this.taker.reject(this.number, [fault], source, piece);
  }

  /** Of a header that does not fit no name: it may be the values of a person. */
  get columns(): readonly string[] | undefined {
    return this.fault === undefined ? this.header : NO_HEADER;
  }

  /** Goes to the number of something that is no row: where the header should have stood, there is none. */
  private next(): void {
    if (this.header === undefined) this.columnsAre(NO_HEADER);
    else this.number += 1;
  }

  private columnsAre(header: readonly string[]): void {
    this.header = header;
    this.fault = headerFault(this.schema.columns, header);
    this.order = Int32Array.from(this.schema.columns, ({ name }) => header.indexOf(name));
  }

  private reject(rule: RowRule, expected: string, from: number, to: number): void {
    this.taker.reject(this.number, [rowFault(rule, expected)], this.source(from, to));
  }

  private source(from: number, to: number): SourceBytes {
    const { window } = this.stream;
    return { bytes: window.bytes, from, to, offset: window.offsetOf(from) };
  }
}
