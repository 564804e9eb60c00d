import { HASH_BYTES, HASH_WORDS } from './hash';
import { hashToWords, wordsToHash } from './hash-order';

/**
 * The keys of all rows of a version, one file a partition: 32 bytes a row, the hash of its key and of its content, in the order
 * of the keys. A key stands once.
 */
const ENTRY_BYTES = 2 * HASH_BYTES;
const ENTRY_WORDS = 2 * HASH_WORDS;

/** Entries as words: `width` words each. */
export interface KeyIndex {
  readonly words: Uint32Array;
  readonly width: number;
  readonly count: number;
}

export function readKeyIndex(bytes: Buffer | undefined): KeyIndex {
  const count = entriesIn(bytes, ENTRY_BYTES, 'key index');
  const words = new Uint32Array(count * ENTRY_WORDS);
  for (let entry = 0; entry < count && bytes !== undefined; entry += 1) {
    hashToWords(bytes, words, entry * ENTRY_WORDS, entry * ENTRY_BYTES);
    hashToWords(bytes, words, entry * ENTRY_WORDS + HASH_WORDS, entry * ENTRY_BYTES + HASH_BYTES);
  }
  return { words, width: ENTRY_WORDS, count };
}

/** Writes key indexes entry by entry; whoever calls keeps to the order. */
export class KeyIndexWriter {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(entries: number) {
    this.bytes = Buffer.allocUnsafe(entries * ENTRY_BYTES);
  }

  /** Key and content stand one after the other from `from`. */
  add(words: Uint32Array, from: number): void {
    wordsToHash(words, from, this.bytes, this.at);
    wordsToHash(words, from + HASH_WORDS, this.bytes, this.at + HASH_BYTES);
    this.at += ENTRY_BYTES;
  }

  finish(): Buffer {
    return this.bytes.subarray(0, this.at);
  }
}

/** How many entries a file holds; one that was cut short is refused. */
export function entriesIn(bytes: Buffer | undefined, entryBytes: number, what: string): number {
  const count = (bytes?.length ?? 0) / entryBytes;
  if (!Number.isInteger(count)) throw new Error(`the ${what} has ${bytes?.length} bytes, no multiple of ${entryBytes}`);
  return count;
}
