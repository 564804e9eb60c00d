import { isUtf8 } from 'node:buffer';
import type { RowRule } from '../../../../protocol/dataset';
import { MAX_ROW_BYTES, SLICE_BYTES, Window } from './window';

export const LF = 0x0a;
export const CR = 0x0d;

/** Outcome of looking for the end of a record. */
export const SCAN = { incomplete: 0, whole: 1, broken: 2 } as const;

/** What is special in the bytes of a record. */
export const SEEN = { high: 0x80, nul: 0x40 } as const;

/** Knows what a record of its format is. */
export interface RecordScanner {
  /** End of the record that was scanned last, before its line break. */
  readonly to: number;
  /** Bits of `SEEN` of the record that was scanned last. */
  readonly seen: number;
  /** Why it is broken: what was expected. */
  readonly expected: string;
  /** Looks at the record that begins at `from`, of which bytes up to `end` are there; `final`: and no more will come. */
  scan(bytes: Buffer, from: number, end: number, final: boolean): number;
}

/** Takes what a stream is made of, in its order. Places are within the window and hold during the call. */
export interface RecordHandler {
  /** Whether nothing more can be taken in for now. */
  readonly full: boolean;
  /** A record whose cells the scanner has told apart. */
  row(from: number, to: number): void;
  /** A record that is none. */
  bad(rule: RowRule, expected: string, from: number, to: number): void;
  /** A part of something that is too long to be held; `piece` counts from 0. */
  piece(rule: RowRule, expected: string, from: number, to: number, piece: number): void;
}

/** One text wherever the end of a quoted field was not found, so that it does not depend on how much of the stream was there. */
const UNCLOSED = `every quoted field to be closed, and the row to have at most ${MAX_ROW_BYTES} bytes`;
const OVERLONG = `at most ${MAX_ROW_BYTES} bytes in a row`;
const UTF_8 = 'text in UTF-8';
const NO_NUL = 'text without NUL bytes';

/**
 * Cuts a stream of bytes into records, however the stream itself is cut, and in memory that does not grow. Every byte is part of a
 * row, of something bad, of a line break, or of the byte order mark at its beginning.
 *
 * A broken record of several lines costs its first line only, and reading goes on behind that line: whoever forgot one quote keeps
 * all other rows. A line that is longer than a row may be is handed on in pieces.
 */
export class RecordStream {
  readonly window: Window;
  private handler: RecordHandler | undefined;
  private begun: boolean;
  private ended = false;
  /** Reason of a line that is being skipped, or of a stream. */
  private skipping: { readonly rule: RowRule; readonly expected: string; readonly toEnd: boolean } | undefined;
  /** Pieces that were handed on of what is being skipped. */
  pieces = 0;
  /** Unread bytes from which on another look at the record is worth it: each look begins anew. */
  private lookAgainAt = 0;

  /** `offset`: place in the source of the first byte. */
  constructor(
    private readonly scanner: RecordScanner,
    offset = 0,
  ) {
    this.window = new Window(offset);
    this.begun = offset > 0;
  }

  /** Says who takes the records; before anything is read. */
  handTo(handler: RecordHandler): void {
    this.handler = handler;
  }

  /**
   * Takes in bytes of a chunk from `from` on, and answers how many. Fewer than there are: the handler is full, or the chunk is
   * long. Call again with the rest.
   */
  take(chunk: Uint8Array, from: number): number {
    if (!this.drain()) return 0;
    const to = Math.min(chunk.length, from + SLICE_BYTES);
    this.window.append(chunk, from, to);
    this.drain();
    return to - from;
  }

  /** Says that nothing more comes. False: the handler is full; call again. */
  end(): boolean {
    this.ended = true;
    return this.drain();
  }

  /**
   * Says that nothing more comes because the stream is damaged: what has begun and is not whole is part of the damage, and is handed
   * on in pieces. False: the handler is full; call again.
   */
  abandon(rule: RowRule, expected: string): boolean {
    this.lookAgainAt = 0;
    if (!this.ended && !this.drain()) return false;
    this.ended = true;
    this.skipping = { rule, expected, toEnd: true };
    return this.drain();
  }

  /** Hands on all records that are whole; false where the handler is full before that. */
  private drain(): boolean {
    const { window, handler } = this;
    if (handler === undefined) throw new Error('a stream is read, and nobody takes its records');
    if (!this.begun && !this.begin()) return true;
    while (window.start < window.end) {
      if (handler.full) return false;
      if (this.skipping === undefined ? !this.record(handler) : !this.skip(handler)) return true;
    }
    return true;
  }

  /** What stands before the first record; false as long as that is not known. */
  private begin(): boolean {
    const { window } = this;
    const { bytes, start, end } = window;
    if (end - start < 3 && !this.ended) return false;
    this.begun = true;
    const [first, second, third] = bytes.subarray(start, end);
    if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) {
      this.skipping = { rule: 'encoding', expected: `${UTF_8}, not UTF-16`, toEnd: true };
    } else if (first === 0xef && second === 0xbb && third === 0xbf) {
      window.start += 3;
    }
    return true;
  }

  /** Hands on the next record; false where it is not whole yet. */
  private record(handler: RecordHandler): boolean {
    const { window, scanner } = this;
    const { bytes, start, end } = window;
    const first = bytes[start];
    if (first === LF || first === CR) {
      window.start = start + 1;
      return true;
    }
    if (end - start < this.lookAgainAt && !this.ended) return false;
    this.lookAgainAt = 0;
    const limit = start + MAX_ROW_BYTES + 1;
    const to = Math.min(end, limit);
    const found = scanner.scan(bytes, start, to, this.ended && to === end);
    if (found === SCAN.whole) {
      window.start = scanner.to;
      this.whole(handler, start, scanner.to);
    } else if (found === SCAN.broken) {
      this.broken(handler, start, scanner.to);
    } else if (to === limit) {
      this.overlong(handler, start, to);
    } else {
      // Twice as much: so a long record is looked at a few times, not once a chunk.
      this.lookAgainAt = Math.min(2 * (end - start), MAX_ROW_BYTES + 1);
      return false;
    }
    return true;
  }

  private whole(handler: RecordHandler, from: number, to: number): void {
    const { bytes } = this.window;
    const { seen } = this.scanner;
    this.window.nextRow();
    if ((seen & SEEN.nul) !== 0) handler.bad('encoding', NO_NUL, from, to);
    else if ((seen & SEEN.high) !== 0 && !isUtf8(bytes.subarray(from, to))) handler.bad('encoding', UTF_8, from, to);
    else handler.row(from, to);
  }

  private broken(handler: RecordHandler, from: number, to: number): void {
    const { window, scanner } = this;
    const line = lineEnd(window.bytes, from, to);
    window.start = line;
    handler.bad('malformed', line < to || scanner.expected === '' ? UNCLOSED : scanner.expected, from, line);
  }

  private overlong(handler: RecordHandler, from: number, to: number): void {
    const line = lineEnd(this.window.bytes, from, to);
    if (line < to) {
      this.window.start = line;
      handler.bad('malformed', UNCLOSED, from, line);
    } else {
      this.skipping = { rule: 'too-large', expected: OVERLONG, toEnd: false };
    }
  }

  /** Hands on a piece of what is skipped; false where more must come first. */
  private skip(handler: RecordHandler): boolean {
    const { window, skipping } = this;
    if (skipping === undefined) return true;
    const { rule, expected, toEnd } = skipping;
    const { bytes, start, end } = window;
    const limit = Math.min(end, start + MAX_ROW_BYTES);
    const to = toEnd ? limit : lineEnd(bytes, start, limit);
    if (to === end && !this.ended && to < start + MAX_ROW_BYTES) return false;
    if (to > start) {
      window.start = to;
      handler.piece(rule, expected, start, to, this.pieces);
      this.pieces += 1;
    }
    const next = bytes[window.start];
    const atLineEnd = window.start < end && (next === LF || next === CR);
    if (!toEnd && atLineEnd) {
      this.skipping = undefined;
      this.pieces = 0;
    }
    return true;
  }
}

/** Place of the first line break, or `to`. */
function lineEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== LF && bytes[at] !== CR) at += 1;
  return at;
}
