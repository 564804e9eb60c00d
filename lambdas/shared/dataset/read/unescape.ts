import { CELL, type Cells } from './cells';
import type { Window } from './window';

const QUOTE = 0x22;

/** Writes the cells of a row in which quotes stand twice behind the data of the window, each quote once. */
export function unescapeCells(window: Window, { kinds, starts, ends, count }: Cells): void {
  const { bytes } = window;
  let to = window.decodedTo;
  for (let cell = 0; cell < count; cell += 1) {
    if (kinds[cell] !== CELL.escaped) continue;
    const end = ends[cell] as number;
    const begin = to;
    for (let at = starts[cell] as number; at < end; at += 1) {
      const byte = bytes[at] as number;
      bytes[to++] = byte;
      if (byte === QUOTE) at += 1;
    }
    kinds[cell] = CELL.text;
    starts[cell] = begin;
    ends[cell] = to;
  }
  window.decodedTo = to;
}
