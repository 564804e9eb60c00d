import type { QuarantinedRow } from '../../protocol/dataset';
import { isFirst, rowIdOf } from './quarantine';

/** A row with all of its bytes; or without any, where it cannot be put in again. */
export interface WholeRow {
  readonly row: QuarantinedRow;
  readonly raw: Buffer | undefined;
}

/** No worker takes a row this long: it would be set apart again. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

/** Puts rows together whose bytes lie in several lines. */
export async function* wholeRows(lines: AsyncIterable<QuarantinedRow>): AsyncGenerator<WholeRow> {
  let begun: Pieces | undefined;
  for await (const line of lines) {
    if (begun === undefined || isFirst(line) || rowIdOf(line) !== rowIdOf(begun.row)) {
      if (begun !== undefined) yield begun.whole();
      begun = new Pieces(line);
    } else begun.add(line);
  }
  if (begun !== undefined) yield begun.whole();
}

class Pieces {
  private readonly bytes: Buffer[] = [];
  private length = 0;
  /** What follows a damage in a compressed object, or lacks its beginning, is no row that a source could hold. */
  private readable: boolean;

  constructor(readonly row: QuarantinedRow) {
    this.readable = isFirst(row);
    this.add(row);
  }

  add({ raw, compressed }: QuarantinedRow): void {
    const bytes = Buffer.from(raw, 'base64');
    this.length += bytes.length;
    this.readable &&= compressed !== true && this.length <= MAX_ROW_BYTES;
    if (this.readable) this.bytes.push(bytes);
    else this.bytes.length = 0;
  }

  whole(): WholeRow {
    return { row: this.row, raw: this.readable ? Buffer.concat(this.bytes) : undefined };
  }
}
