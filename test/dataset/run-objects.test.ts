import { describe, expect, it } from 'vitest';
import { atOnce } from '../../lambdas/shared/at-once';
import { FATE, FateTable, writeFate } from '../../lambdas/shared/dataset/fates';
import { hashToWords, wordsToHash } from '../../lambdas/shared/dataset/hash-order';
import { findJson, readJson } from '../../lambdas/shared/dataset/object-store';
import { readParts } from '../../lambdas/shared/dataset/read-parts';

describe('parts of blocks', () => {
  const parts = Array.from({ length: 9 }, (_, index) => ({ key: `block ${index}`, from: index, to: index + 2 }));
  const put = async () => {};

  it('are read in their order, a few ahead of the one in hand', async () => {
    let asked = 0;
    let read = 0;
    let ahead = 0;
    const get = async (key: string) => {
      asked += 1;
      ahead = Math.max(ahead, asked - read);
      await new Promise((resolve) => setTimeout(resolve, 9 - asked));
      return Buffer.from(key);
    };
    const found: string[] = [];
    for await (const part of readParts({ get, put }, parts)) {
      read += 1;
      found.push(part.toString());
    }
    expect(found).toEqual(parts.map(({ key }) => key));
    expect(ahead).toBeGreaterThan(1);
    expect(ahead).toBeLessThanOrEqual(5);
  });

  it('of which one is missing fail, by its name', async () => {
    const get = async (key: string) => (key === 'block 5' ? undefined : Buffer.from(key));
    const read = async () => {
      for await (const _ of readParts({ get, put }, parts));
    };
    await expect(read()).rejects.toThrow('there is no object block 5, which an earlier step of the run has written');
  });

  it('that are none are none', async () => {
    for await (const part of readParts({ get: async () => undefined, put }, [])) expect(part).toBeUndefined();
  });
});

describe('an object of JSON', () => {
  const store = {
    get: async (key: string) => (key === 'there' ? Buffer.from('{"a":1}') : undefined),
    put: async () => {},
  };

  it('is found or not, and fails where it must be there', async () => {
    expect(await readJson(store, 'there')).toEqual({ a: 1 });
    expect(await findJson(store, 'there')).toEqual({ a: 1 });
    expect(await findJson(store, 'gone')).toBeUndefined();
    await expect(readJson(store, 'gone')).rejects.toThrow('there is no object gone');
  });
});

describe('fates', () => {
  it('are told apart at the limits of shards and rows', () => {
    const entries = [
      [99_999, 2 ** 32 - 1, FATE.conflict],
      [99_999, 2 ** 32 - 2, FATE.duplicate],
      [0, 1, FATE.conflict],
    ] as const;
    const bytes = Buffer.alloc(36);
    entries.forEach(([shard, row, fate], index) => {
      writeFate(bytes, index * 12, shard, row, fate);
    });
    const fates = FateTable.of([bytes]);
    for (const [shard, row, fate] of entries) expect(fates.of(shard, row)).toBe(fate);
    expect([fates.of(0, 0), fates.of(0, 2), fates.of(99_998, 2 ** 32 - 1)]).toEqual([0, 0, 0]);
    // What would be the same number if a shard had room for half as many rows.
    const early = Buffer.alloc(12);
    writeFate(early, 0, 1, 0, FATE.duplicate);
    expect(FateTable.of([early]).of(0, 2 ** 31)).toBe(FATE.kept);
    expect(FateTable.of([]).of(0, 0)).toBe(FATE.kept);
  });

  it('of a file that was cut short, or of a shard without an end, are refused', () => {
    expect(() => FateTable.of([Buffer.alloc(13)])).toThrow('no multiple of 12');
    expect(() => writeFate(Buffer.alloc(12), 0, 2 ** 19, 0, FATE.duplicate)).toThrow('shard 524288 is beyond 524287');
  });
});

describe('hashes', () => {
  it('are as words what they were as bytes, and compare as these do', () => {
    const bytes = Buffer.from('ff000000000000010000000200000003', 'hex');
    const words = new Uint32Array(4);
    hashToWords(bytes, words, 0);
    expect([...words]).toEqual([0xff000000, 1, 2, 3]);
    const back = Buffer.alloc(16);
    wordsToHash(words, 0, back);
    expect(back).toEqual(bytes);
  });
});

describe('work at once', () => {
  it('is no more than was asked, and answers in the order of the items', async () => {
    let running = 0;
    let most = 0;
    const results = await atOnce([5, 1, 4, 2, 3], 2, async (wait) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, wait));
      running -= 1;
      return wait * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it('fails as soon as one item does', async () => {
    const work = atOnce([1, 2, 3], 3, async (item) => {
      if (item === 2) throw new Error('the second');
      return item;
    });
    await expect(work).rejects.toThrow('the second');
  });
});
