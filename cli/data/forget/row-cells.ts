import { isUtf8 } from 'node:buffer';
import { CELL } from '../../../lambdas/shared/dataset/read/cells';
import { CsvScanner } from '../../../lambdas/shared/dataset/read/csv-scanner';
import { JSON_LINE, JsonObjectReader } from '../../../lambdas/shared/dataset/read/json-object';
import { SCAN } from '../../../lambdas/shared/dataset/read/record-stream';
import { unescapeCells } from '../../../lambdas/shared/dataset/read/unescape';
import { MAX_ROW_BYTES, Window } from '../../../lambdas/shared/dataset/read/window';
import type { SourceFormat } from '../../../protocol/dataset';

/** A row as it lies in a source, and how it is to be read. */
export interface RawRow {
  readonly format: SourceFormat;
  readonly delimiter: string;
  /** Names of the columns of CSV. */
  readonly header?: readonly string[];
}

/** Reads single cells of rows, as the pipeline reads them. */
export class RowCells {
  private held: Window | undefined;
  private readonly scanners = new Map<string, CsvScanner>();
  private readonly readers = new Map<string, JsonObjectReader>();

  /** What a row holds in a column; undefined where the row as a whole cannot be read, or holds nothing there. */
  cellOf(row: RawRow, raw: Buffer, column: string): string | undefined {
    if (raw.length > MAX_ROW_BYTES || !isUtf8(raw) || raw.includes(0)) return undefined;
    const window = this.held ?? new Window(0);
    this.held = window;
    window.start = 0;
    window.end = 0;
    window.append(raw, 0, raw.length);
    window.nextRow();
    const to = withoutBreaks(raw);
    return row.format === 'csv' ? this.cellOfCsv(window, to, row, column) : this.cellOfJson(window, to, column);
  }

  private cellOfCsv(
    window: Window,
    to: number,
    { delimiter, header = [] }: RawRow,
    column: string,
  ): string | undefined {
    const index = header.indexOf(column);
    if (index === -1 || header.lastIndexOf(column) !== index) return undefined;
    const scanner = this.scanners.get(delimiter) ?? new CsvScanner(delimiter);
    this.scanners.set(delimiter, scanner);
    const whole = scanner.scan(window.bytes, 0, to, true) === SCAN.whole && scanner.to === to;
    const { cells } = scanner;
    if (!whole || cells.count !== header.length) return undefined;
    if (scanner.hasEscapes) unescapeCells(window, cells);
    if (cells.kinds[index] === CELL.none) return undefined;
    return window.bytes.toString('utf8', cells.starts[index], cells.ends[index]);
  }

  private cellOfJson(window: Window, to: number, column: string): string | undefined {
    const reader = this.readers.get(column) ?? new JsonObjectReader([column]);
    this.readers.set(column, reader);
    const found = reader.read(window, 0, to);
    // The other columns are unknown to this reader.
    if (found !== JSON_LINE.object && found !== JSON_LINE.unknown) return undefined;
    const { kinds, starts, ends } = reader.cells;
    if (kinds[0] === CELL.none || kinds[0] === CELL.nested) return undefined;
    return window.bytes.toString('utf8', starts[0], ends[0]);
  }
}

function withoutBreaks(raw: Buffer): number {
  let to = raw.length;
  while (to > 0 && (raw[to - 1] === 0x0a || raw[to - 1] === 0x0d)) to -= 1;
  return to;
}
