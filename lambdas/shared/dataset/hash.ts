const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** 32-bit words of a hash. */
export const HASH_WORDS = 4;
/** Bytes of a hash. */
export const HASH_BYTES = 16;

/**
 * MurmurHash3, x86, 128 bits, of the bytes from `from` to before `to`, into four words of `out` from `at` on. By its author put in
 * the public domain; spreads well and is quick without 64-bit arithmetic, and is no protection against somebody who looks for
 * collisions. What must withstand that, a version's address, is a SHA-256.
 */
export function murmur128(bytes: Uint8Array, from: number, to: number, out: Uint32Array, at = 0, seed = 0): void {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const length = to - from;
  const whole = from + (length & ~15);
  let i = from;
  for (; i < whole; i += 16) {
    const k1 = wordAt(bytes, i);
    const k2 = wordAt(bytes, i + 4);
    const k3 = wordAt(bytes, i + 8);
    const k4 = wordAt(bytes, i + 12);
    h1 ^= Math.imul(rotate(Math.imul(k1, C1), 15), C2);
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(k2, C2), 16), C3);
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(k3, C3), 17), C4);
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(k4, C4), 18), C1);
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  const left = to - whole;
  if (left > 12) h4 ^= Math.imul(rotate(Math.imul(lastWord(bytes, whole + 12, to), C4), 18), C1);
  if (left > 8) h3 ^= Math.imul(rotate(Math.imul(lastWord(bytes, whole + 8, to), C3), 17), C4);
  if (left > 4) h2 ^= Math.imul(rotate(Math.imul(lastWord(bytes, whole + 4, to), C2), 16), C3);
  if (left > 0) h1 ^= Math.imul(rotate(Math.imul(lastWord(bytes, whole, to), C1), 15), C2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out[at] = h1;
  out[at + 1] = h2 + h1;
  out[at + 2] = h3 + h1;
  out[at + 3] = h4 + h1;
}

/** The hash of whole bytes, as its 16 bytes: the words, each with its least byte first. */
export function hashOf(bytes: Uint8Array): Buffer {
  const words = new Uint32Array(HASH_WORDS);
  murmur128(bytes, 0, bytes.length, words);
  const hash = Buffer.allocUnsafe(HASH_BYTES);
  writeHash(words, hash, 0);
  return hash;
}

export function writeHash(words: Uint32Array, target: Buffer, at: number): void {
  for (let word = 0; word < HASH_WORDS; word += 1) target.writeUInt32LE(words[word] ?? 0, at + word * 4);
}

/** In which of `partitions` something with this hash lies, by the first of its words. */
export function partitionOf(firstWord: number, partitions: number): number {
  return firstWord % partitions;
}

/** Bytes outside of the array are never asked for; `?? 0` would cost the hot loop a branch, `| 0` makes the same of them. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** At most four bytes, those from `to` on as zeros. */
function lastWord(bytes: Uint8Array, at: number, to: number): number {
  let word = bytes[at] as number;
  if (at + 1 < to) word |= (bytes[at + 1] as number) << 8;
  if (at + 2 < to) word |= (bytes[at + 2] as number) << 16;
  if (at + 3 < to) word |= (bytes[at + 3] as number) << 24;
  return word;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finish(word: number): number {
  let h = word;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
