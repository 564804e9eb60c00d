import { HASH_WORDS } from './hash';

/** Hashes that a page has places for: 64 KB. */
const PLACES = 4096;
const WORDS = PLACES * HASH_WORDS;
/** Hashes from which a page is split. Linear probing looks at five places on average for a new one then. */
const FULL = Math.floor(PLACES * 0.85);
/** Pages are told apart by leading bits of a word: so many pages are 4 GB. */
const MOST_BITS = 16;

interface Page {
  readonly words: Uint32Array;
  /** Leading bits of the second word that all hashes of the page share. */
  readonly bits: number;
  size: number;
}

/**
 * A set of 128-bit hashes in typed arrays, by open addressing: 19 to 38 bytes a hash, where a Set of texts takes a hundred. It grows
 * by splitting one page after another (extendible hashing), so that growing leaves nothing behind to be collected, and no moment
 * needs the memory twice.
 */
export class KeySet {
  /** By the leading bits of the second word; several entries may be the same page. */
  private directory: Page[] = [newPage(0)];
  private bits = 0;
  private count = 0;
  private hasZero = false;
  private readonly scratch = new Uint32Array(WORDS);

  get size(): number {
    return this.count;
  }

  /** Adds the hash that lies in `words` at `at`; false where it was there. */
  add(words: Uint32Array, at = 0): boolean {
    const a = words[at] as number;
    const b = words[at + 1] as number;
    const c = words[at + 2] as number;
    const d = words[at + 3] as number;
    // A free place is all zeros: the one hash that is too is kept beside.
    if ((a | b | c | d) === 0) {
      if (this.hasZero) return false;
      this.hasZero = true;
    } else {
      const page = this.pageOf(b);
      if (!put(page.words, a, b, c, d)) return false;
      page.size += 1;
      if (page.size > FULL) this.split(page, b);
    }
    this.count += 1;
    return true;
  }

  private pageOf(second: number): Page {
    return this.directory[leading(second, this.bits)] as Page;
  }

  /** Halves a page by its next bit; the half of the zeros stays where it is. */
  private split(page: Page, second: number): void {
    if (page.bits === MOST_BITS) throw new RangeError('more hashes share a word than chance allows');
    if (page.bits === this.bits) {
      this.directory = this.directory.flatMap((entry) => [entry, entry]);
      this.bits += 1;
    }
    const bits = page.bits + 1;
    const zeros: Page = { words: page.words, bits, size: 0 };
    const ones = newPage(bits);
    this.scratch.set(page.words);
    page.words.fill(0);
    const { scratch } = this;
    for (let at = 0; at < WORDS; at += HASH_WORDS) {
      const a = scratch[at] as number;
      const b = scratch[at + 1] as number;
      const c = scratch[at + 2] as number;
      const d = scratch[at + 3] as number;
      if ((a | b | c | d) === 0) continue;
      const half = (leading(b, bits) & 1) === 0 ? zeros : ones;
      put(half.words, a, b, c, d);
      half.size += 1;
    }
    const entries = 2 ** (this.bits - bits);
    const first = leading(second, page.bits) * entries * 2;
    this.directory.fill(zeros, first, first + entries);
    this.directory.fill(ones, first + entries, first + 2 * entries);
  }
}

function newPage(bits: number): Page {
  return { words: new Uint32Array(WORDS), bits, size: 0 };
}

/** A shift by 32 would be one by 0. */
function leading(word: number, bits: number): number {
  return bits === 0 ? 0 : word >>> (32 - bits);
}

/** Puts a hash where it belongs in a page that is not full; false where it was there. */
function put(words: Uint32Array, a: number, b: number, c: number, d: number): boolean {
  let at = (a & (PLACES - 1)) * HASH_WORDS;
  for (;;) {
    const first = words[at];
    if (first === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return false;
    if (first === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0) break;
    at = (at + HASH_WORDS) & (WORDS - 1);
  }
  words[at] = a;
  words[at + 1] = b;
  words[at + 2] = c;
  words[at + 3] = d;
  return true;
}
