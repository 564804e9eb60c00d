import { CR, LF, type RecordScanner, SCAN, SEEN } from './record-stream';

/** Records that are lines: JSON Lines. A line break cannot stand within JSON text but between its parts, where nobody writes it. */
export class LineScanner implements RecordScanner {
  to = 0;
  seen = 0;
  readonly expected = '';

  scan(bytes: Buffer, from: number, end: number, final: boolean): number {
    let seen = 0;
    let at = from;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === LF || byte === CR) break;
      seen |= byte === 0 ? SEEN.nul : byte & SEEN.high;
    }
    if (at >= end && !final) return SCAN.incomplete;
    this.to = at;
    this.seen = seen;
    return SCAN.whole;
  }
}
