import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { HASH_BYTES, HASH_WORDS, hash128, hashOf, partitionOf, writeHash } from '../../lambdas/shared/dataset/hash';

const hexOf = (text: string) => hashOf(Buffer.from(text)).toString('hex');

describe('the 128-bit hash', () => {
  // Of FIPS 180-2, appendix B, and of the empty text.
  const PUBLISHED = [
    ['', 'e3b0c44298fc1c149afbf4c8996fb924'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039'],
  ] as const;

  it.each(PUBLISHED)('of %j is the beginning of the published SHA-256', (text, hex) => {
    expect(hexOf(text)).toBe(hex);
  });

  it('is the same on a Node without a one-shot hash', async () => {
    vi.resetModules();
    vi.doMock('node:crypto', () => ({ createHash, hash: undefined }));
    const older = await import('../../lambdas/shared/dataset/hash');
    vi.doUnmock('node:crypto');
    expect(older.hashOf).not.toBe(hashOf);
    for (const [text, hex] of PUBLISHED) expect(older.hashOf(Buffer.from(text)).toString('hex')).toBe(hex);
  });

  it('of a stretch is that of the stretch alone, in words and in bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (before, bytes, after) => {
        const words = new Uint32Array(HASH_WORDS + 2);
        const all = Buffer.concat([before, bytes, after]);
        hash128(all, before.length, before.length + bytes.length, words, 1);
        const written = Buffer.alloc(HASH_BYTES + 1);
        writeHash(words.subarray(1), written, 1);
        const expected = createHash('sha256').update(bytes).digest().subarray(0, HASH_BYTES);
        expect([words[0], words[5]]).toEqual([0, 0]);
        expect(written.subarray(1)).toEqual(expected);
        expect(hashOf(bytes)).toEqual(expected);
      }),
    );
  });

  it('tells apart what was made to have the same MurmurHash3', () => {
    // Each step of it over 16 bytes can be undone: the second half of the forged one was reckoned from the first, not looked for.
    const forged = Buffer.from('7b226964223a372c2270616964223a3930302c22746f223aea885734c059196c', 'hex');
    expect(hashOf(forged).toString('hex')).not.toBe(hexOf('{"id":7,"paid":100,"to":"alice"}'));
  });

  it('puts a hash into a partition by its first word', () => {
    expect([0, 7, 8, 0xffff_ffff].map((word) => partitionOf(word, 8))).toEqual([0, 7, 0, 7]);
  });
});
