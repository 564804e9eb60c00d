/** Most bytes of a row, without its line break. What is longer is no row that anybody meant. */
export const MAX_ROW_BYTES = 1024 * 1024;

/** Most bytes that are taken in at once. */
export const SLICE_BYTES = 256 * 1024;

/** A row and the first byte of its line break are here as a whole, and room is left for what comes next. */
const DATA_BYTES = MAX_ROW_BYTES + 1 + 2 * SLICE_BYTES;

/**
 * The part of a stream that is being looked at, in one piece of memory however the stream was cut. Behind it there is room for one
 * row's decoded cells, so that a cell is a place in the same memory, decoded or not.
 */
export class Window {
  readonly bytes = Buffer.allocUnsafe(DATA_BYTES + MAX_ROW_BYTES);
  /** Unread bytes begin here. */
  start = 0;
  end = 0;
  /** End of what has been decoded of the row at hand. */
  decodedTo = DATA_BYTES;

  /** `base`: place in the source of the first byte. */
  constructor(private base: number) {}

  /** Place in the source of a byte of the window. */
  offsetOf(at: number): number {
    return this.base + at;
  }

  /** At most `SLICE_BYTES`, and only when no row that fits in is left unread. */
  append(chunk: Uint8Array, from: number, to: number): void {
    if (this.end + to - from > DATA_BYTES) {
      this.bytes.copyWithin(0, this.start, this.end);
      this.base += this.start;
      this.end -= this.start;
      this.start = 0;
    }
    this.bytes.set(chunk.subarray(from, to), this.end);
    this.end += to - from;
  }

  /** Forgets what was decoded of the row before. */
  nextRow(): void {
    this.decodedTo = DATA_BYTES;
  }
}
