import { CELL, Cells } from './cells';
import { CR, LF, type RecordScanner, SCAN, SEEN } from './record-stream';

const QUOTE = 0x22;

/** Bits of a byte's class beside those of `SEEN`. */
const DELIMITER = 1;
const BREAK = 2;
const QUOTATION = 4;
const ENDS_PLAIN = DELIMITER | BREAK | QUOTATION;

const STRAY = 'quotes only around a whole field, and within one only doubled';
const BEHIND = 'a delimiter or the end of the row behind a closing quote';

/**
 * Records of CSV as RFC 4180 has them, on bytes: a field may be put in quotes, and then hold delimiters, line breaks, and quotes
 * written twice. Lines may end with LF, CRLF or CR, each as it likes. Blanks are part of a field. What is not so is broken.
 */
export class CsvScanner implements RecordScanner {
  readonly cells = new Cells();
  to = 0;
  seen = 0;
  expected = '';
  /** Whether cells of the record that was scanned last have doubled quotes. */
  hasEscapes = false;
  private readonly classes = new Uint8Array(256);

  constructor(delimiter: string) {
    const byte = delimiter.charCodeAt(0);
    if (delimiter.length !== 1 || byte > 0x7f || byte === QUOTE || byte === LF || byte === CR || byte === 0) {
      throw new RangeError('a delimiter of CSV must be one ASCII character, and neither a quote nor a line break');
    }
    for (let high = 0x80; high < 0x100; high += 1) this.classes[high] = SEEN.high;
    this.classes[0] = SEEN.nul;
    this.classes[LF] = BREAK;
    this.classes[CR] = BREAK;
    this.classes[QUOTE] = QUOTATION;
    this.classes[byte] = DELIMITER;
  }

  scan(bytes: Buffer, from: number, end: number, final: boolean): number {
    const { classes, cells } = this;
    const { kinds, starts, ends } = cells;
    let seen = 0;
    let count = 0;
    let broken = '';
    let escapes = false;
    let at = from;
    for (;;) {
      let start = at;
      let stop = -1;
      let kind: number = CELL.text;
      if (at < end && bytes[at] === QUOTE) {
        start = at + 1;
        at = start;
        for (;;) {
          let of = 0;
          while (at < end) {
            of = classes[bytes[at] as number] as number;
            if ((of & QUOTATION) !== 0) break;
            seen |= of;
            at += 1;
          }
          if (at >= end) return this.unclosed(final, end);
          // Whether this quote closes the field is told by the byte behind it; without one the record is not whole either way.
          if (at + 1 >= end || bytes[at + 1] !== QUOTE) break;
          kind = CELL.escaped;
          escapes = true;
          at += 2;
        }
        stop = at;
        at += 1;
        if (at < end && ((classes[bytes[at] as number] as number) & (DELIMITER | BREAK)) === 0) broken = BEHIND;
      }
      let of = 0;
      for (;;) {
        while (at < end) {
          of = classes[bytes[at] as number] as number;
          if ((of & ENDS_PLAIN) !== 0) break;
          seen |= of;
          at += 1;
        }
        if (at >= end || (of & QUOTATION) === 0) break;
        if (broken === '') broken = STRAY;
        at += 1;
      }
      if (stop === -1) stop = at;
      if (count < Cells.capacity) {
        kinds[count] = start === stop ? CELL.none : kind;
        starts[count] = start;
        ends[count] = stop;
      }
      count += 1;
      if (at >= end) {
        if (!final) return SCAN.incomplete;
        break;
      }
      if ((of & BREAK) !== 0) break;
      at += 1;
    }
    cells.count = count;
    this.to = at;
    this.seen = seen;
    this.hasEscapes = escapes;
    this.expected = broken;
    return broken === '' ? SCAN.whole : SCAN.broken;
  }

  private unclosed(final: boolean, end: number): number {
    if (!final) return SCAN.incomplete;
    this.to = end;
    this.expected = '';
    return SCAN.broken;
  }
}
