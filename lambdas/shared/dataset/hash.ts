import { createHash, hash } from 'node:crypto';

/** 32-bit words of a hash. */
export const HASH_WORDS = 4;
/** Bytes of a hash. */
export const HASH_BYTES = 16;

/** A digest as text, a character for each byte: Node makes it in half the time that it takes for a Buffer. */
const digestOf: (bytes: Uint8Array) => string =
  // Node 20.12 and later.
  typeof hash === 'function'
    ? (bytes) => hash('sha256', bytes, 'binary')
    : (bytes) => createHash('sha256').update(bytes).digest('binary');

/**
 * The first 128 bits of the SHA-256 of the bytes from `from` to before `to`, as four words of `out` from `at` on. It says which rows
 * are the same, and rows come from outside: nobody may be able to make one that has the hash of another.
 */
export function hash128(bytes: Uint8Array, from: number, to: number, out: Uint32Array, at = 0): void {
  const digest = digestOf(bytes.subarray(from, to));
  for (let word = 0; word < HASH_WORDS; word += 1) {
    const byte = word * 4;
    out[at + word] =
      digest.charCodeAt(byte) |
      (digest.charCodeAt(byte + 1) << 8) |
      (digest.charCodeAt(byte + 2) << 16) |
      (digest.charCodeAt(byte + 3) << 24);
  }
}

/** The hash of whole bytes, as its 16 bytes: the words, each with its least byte first. */
export function hashOf(bytes: Uint8Array): Buffer {
  return Buffer.from(digestOf(bytes).slice(0, HASH_BYTES), 'latin1');
}

export function writeHash(words: Uint32Array, target: Buffer, at: number): void {
  for (let word = 0; word < HASH_WORDS; word += 1) target.writeUInt32LE(words[word] ?? 0, at + word * 4);
}

/** In which of `partitions` something with this hash lies, by the first of its words. */
export function partitionOf(firstWord: number, partitions: number): number {
  return firstWord % partitions;
}
