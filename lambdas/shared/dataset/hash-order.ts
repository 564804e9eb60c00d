import { HASH_WORDS } from './hash';

/** Copies the 16 bytes of a hash into words. Big-endian: words then compare as the bytes do. */
export function hashToWords(bytes: Uint8Array, words: Uint32Array, at: number, from = 0): void {
  for (let word = 0; word < HASH_WORDS; word += 1) {
    const byte = from + word * 4;
    words[at + word] =
      ((bytes[byte] ?? 0) << 24) |
      ((bytes[byte + 1] ?? 0) << 16) |
      ((bytes[byte + 2] ?? 0) << 8) |
      (bytes[byte + 3] ?? 0);
  }
}

export function wordsToHash(words: Uint32Array, at: number, bytes: Buffer, to = 0): void {
  for (let word = 0; word < HASH_WORDS; word += 1) bytes.writeUInt32BE(words[at + word] ?? 0, to + word * 4);
}

/** Order of two hashes, as of their bytes. */
export function compareHashes(a: Uint32Array, atA: number, b: Uint32Array, atB: number): number {
  for (let word = 0; word < HASH_WORDS; word += 1) {
    const left = a[atA + word] ?? 0;
    const right = b[atB + word] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** The numbers 0 to `count - 1` in an order. */
export function sortedPositions(count: number, compare: (a: number, b: number) => number): Uint32Array {
  const positions = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) positions[at] = at;
  return positions.sort(compare);
}

/** Words of rows of a fixed width, as many as are added. */
export class WordRows {
  words: Uint32Array;
  count = 0;

  constructor(
    readonly width: number,
    expected = 1024,
  ) {
    this.words = new Uint32Array(Math.max(1, expected) * width);
  }

  /** Room for one more row; where its words begin. */
  grow(): number {
    const at = this.count * this.width;
    if (at + this.width > this.words.length) {
      const larger = new Uint32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.count += 1;
    return at;
  }
}
