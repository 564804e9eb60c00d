import { describe, expect, it } from 'vitest';
import { HASH_WORDS, hashOf, murmur128, partitionOf } from '../../lambdas/shared/dataset/hash';

function hexWords(text: string, seed = 0): string {
  const words = new Uint32Array(HASH_WORDS);
  const bytes = Buffer.from(text);
  murmur128(bytes, 0, bytes.length, words, 0, seed);
  return [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
}

describe('the 128-bit hash', () => {
  // Values of MurmurHash3_x86_128 as other implementations publish them.
  it.each([
    ['', 0, '00000000000000000000000000000000'],
    ["I will not buy this tobacconist's, it is scratched.", 0, '9b5b7ba2ef3f7866889adeaf00f3f98e'],
    ['The quick brown fox jumps over the lazy dog', 0, '2f1583c3ecee2c675d7bf66ce5e91d2c'],
  ])('of %j with seed %d is the published one', (text, seed, hex) => {
    expect(hexWords(text, seed)).toBe(hex);
  });

  it('has the verification value of SMHasher, which covers every length and seed from 0 to 255', () => {
    const key = Buffer.alloc(256);
    const hashes = Buffer.alloc(256 * 16);
    const words = new Uint32Array(HASH_WORDS);
    for (let length = 0; length < 256; length += 1) {
      key[length] = length;
      murmur128(key, 0, length, words, 0, 256 - length);
      words.forEach((word, index) => {
        hashes.writeUInt32LE(word, length * 16 + index * 4);
      });
    }
    expect(hashOf(hashes).readUInt32LE(0)).toBe(0xb3ece62a);
  });

  it('of a stretch is that of the stretch alone', () => {
    const bytes = Buffer.from('xxThe quick brown fox jumps over the lazy dogyy');
    const words = new Uint32Array(6);
    murmur128(bytes, 2, bytes.length - 2, words, 1);
    expect([...words]).toEqual([0, 0x2f1583c3, 0xecee2c67, 0x5d7bf66c, 0xe5e91d2c, 0]);
  });

  it('puts a hash into a partition by its first word', () => {
    expect([0, 7, 8, 0xffff_ffff].map((word) => partitionOf(word, 8))).toEqual([0, 7, 0, 7]);
  });
});
