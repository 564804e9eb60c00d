import type { DatasetSchemaDocument, RowFault, RowRule } from '../../protocol/dataset';
import { JSON_LINE, JsonObjectReader } from '../shared/dataset/read/json-object';
import type { RecordStream } from '../shared/dataset/read/record-stream';
import { rowFault } from './fault';
import type { RowCheck } from './row-check';
import type { RowTaker, ShardRows, SourceBytes } from './shard-rows';

const WHY: Readonly<Record<number, readonly [RowRule, string]>> = {
  [JSON_LINE.broken]: ['malformed', 'a JSON object on one line'],
  [JSON_LINE.other]: ['malformed', 'a JSON object, not another JSON value'],
  [JSON_LINE.surrogate]: ['encoding', 'text of whole characters, not one half of a surrogate pair'],
  [JSON_LINE.repeated]: ['columns', 'every name once'],
};

/** Rows of JSON Lines: each line an object whose members are the columns. */
export class JsonRows implements ShardRows {
  readonly columns = undefined;
  private readonly reader: JsonObjectReader;
  private readonly order: Int32Array;

  /** `number`: of the line before the first. `placed`: whether places in the stream are places in the source. */
  constructor(
    private readonly stream: RecordStream,
    { columns }: DatasetSchemaDocument,
    private readonly check: RowCheck,
    private readonly taker: RowTaker,
    private number: number,
    private readonly placed: boolean,
  ) {
    this.reader = new JsonObjectReader(columns.map(({ name }) => name));
    this.order = Int32Array.from(columns, (_, index) => index);
  }

  get full(): boolean {
    return this.taker.full;
  }

  row(from: number, to: number): void {
    this.number += 1;
    const { reader, stream } = this;
    const found = reader.read(stream.window, from, to);
    if (found === JSON_LINE.object) {
      const good = this.check.check(stream.window.bytes, reader.cells, this.order);
      if (good) this.taker.accept(this.number, this.check, this.source(from, to));
      else this.taker.reject(this.number, this.check.faults(), this.source(from, to));
      return;
    }
    const [rule, expected] = WHY[found] ?? (['columns', unknownNames(reader.unknown.size)] as const);
    this.taker.reject(this.number, [rowFault(rule, expected)], this.source(from, to));
  }

  bad(rule: RowRule, expected: string, from: number, to: number): void {
    this.number += 1;
    this.taker.reject(this.number, [rowFault(rule, expected)], this.source(from, to));
  }

  piece(rule: RowRule, expected: string, from: number, to: number, piece: number): void {
    this.remainder(rowFault(rule, expected), this.source(from, to), piece);
  }

  remainder(fault: RowFault, source: SourceBytes, piece: number): void {
    if (piece === 0) this.number += 1;
    this.taker.reject(this.number, [fault], source, piece);
  }

  private source(from: number, to: number): SourceBytes {
    const { window } = this.stream;
    return { bytes: window.bytes, from, to, offset: this.placed ? window.offsetOf(from) : undefined };
  }
}

/** A name in a file may be a value that somebody used as one: it is not shown. */
function unknownNames(count: number): string {
  return `columns of the schema only: ${count} ${count === 1 ? 'name is' : 'names are'} not in it`;
}
