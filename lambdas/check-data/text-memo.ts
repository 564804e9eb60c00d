import { MAX_VALUES } from '../shared/statistics/value-counts';

/** Texts of a column that are looked up again: as many as the profile counts. */
const MAX_TEXTS = MAX_VALUES;
/** Bytes of all of them. */
const MAX_BYTES = 64 * 1024;
/** A power of two, so that at most a quarter of the places is taken. */
const PLACES = 4096;

/** A few texts by their UTF-8 bytes, so that those of a row need not be made into a text to be known again. */
export class TextMemo {
  readonly texts: string[] = [];
  private readonly pool = Buffer.allocUnsafe(MAX_BYTES);
  private readonly begins = new Int32Array(MAX_TEXTS + 1);
  /** Number of the text, plus one; 0: free. */
  private readonly places = new Int32Array(PLACES);

  /** Number of a text among `texts`, or -1. */
  find(bytes: Buffer, from: number, to: number): number {
    const { places } = this;
    for (let place = placeOf(bytes, from, to); ; place = (place + 1) & (PLACES - 1)) {
      const found = (places[place] as number) - 1;
      if (found === -1 || this.is(found, bytes, from, to)) return found;
    }
  }

  /** Adds a text that is not there, and answers its number; -1 where there is no room for another. */
  add(bytes: Buffer, from: number, to: number): number {
    const next = this.texts.length;
    const begin = this.begins[next] as number;
    if (next === MAX_TEXTS || begin + to - from > MAX_BYTES) return -1;
    let place = placeOf(bytes, from, to);
    while (this.places[place] !== 0) place = (place + 1) & (PLACES - 1);
    this.places[place] = next + 1;
    bytes.copy(this.pool, begin, from, to);
    this.begins[next + 1] = begin + to - from;
    this.texts.push(bytes.toString('utf8', from, to));
    return next;
  }

  private is(text: number, bytes: Buffer, from: number, to: number): boolean {
    const { pool, begins } = this;
    let at = begins[text] as number;
    if ((begins[text + 1] as number) - at !== to - from) return false;
    for (let i = from; i < to; i += 1, at += 1) if (bytes[i] !== pool[at]) return false;
    return true;
  }
}

function placeOf(bytes: Buffer, from: number, to: number): number {
  let hash = to - from;
  for (let i = from; i < to; i += 1) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}
