import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HASH_WORDS, hash128 } from '../../lambdas/shared/dataset/hash';
import { KeySet } from '../../lambdas/shared/dataset/key-set';

describe('a set of hashes', () => {
  it('knows what a Set knows, zeros and near neighbours included', () => {
    const word = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat({ max: 0xffff_ffff }));
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 4, maxLength: 4 })), (hashes) => {
        const set = new KeySet();
        const known = new Set<string>();
        for (const hash of [...hashes, ...hashes]) {
          expect(set.add(Uint32Array.from(hash))).toBe(!known.has(hash.join()));
          known.add(hash.join());
        }
        expect(set.size).toBe(known.size);
      }),
    );
  });

  it('grows to half a million and forgets none', () => {
    const set = new KeySet();
    const words = new Uint32Array(HASH_WORDS);
    const bytes = Buffer.alloc(4);
    const addAll = () => {
      let added = 0;
      for (let i = 0; i < 500_000; i += 1) {
        bytes.writeUInt32LE(i, 0);
        hash128(bytes, 0, 4, words);
        if (set.add(words)) added += 1;
      }
      return added;
    };
    expect([addAll(), set.size, addAll(), set.size]).toEqual([500_000, 500_000, 0, 500_000]);
  });

  it('reads a hash that lies among others', () => {
    const many = Uint32Array.of(9, 9, 9, 9, 1, 2, 3, 4);
    const set = new KeySet();
    expect([set.add(many, 4), set.add(Uint32Array.of(1, 2, 3, 4)), set.add(many, 0)]).toEqual([true, false, true]);
  });

  it('fails rather than never ends for hashes that are no hashes', () => {
    const set = new KeySet();
    const add = () => {
      for (let i = 1; i < 10_000; i += 1) set.add(Uint32Array.of(i, 7, 0, 0));
    };
    expect(add).toThrow('more hashes share a word than chance allows');
  });
});
