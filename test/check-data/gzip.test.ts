import { constants, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column, schemaOf } from '../dataset/schema';
import { WELL_FORMED } from './csv-text';
import { checked } from './shard';

const SCHEMA = schemaOf([column('id', 'integer'), column('note', 'string')]);
const CSV = `id,note\n${Array.from({ length: 20_000 }, (_, i) => `${i},${((i * 7919) % 104_729).toString(36)}\n`).join('')}`;
const GZIP = gzipSync(CSV);
const MIB = 1024 * 1024;

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  /** Good rows at least and at most. */
  readonly good: readonly [number, number];
  /** Whether something is set apart. */
  readonly damaged: boolean;
}

const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at] = (copy.at(at) ?? 0) ^ 0xff;
  return copy;
};
/** Blocks as they are, each with its length and the same once more, inverted: a wrong one is found at once. */
const STORED = gzipSync(CSV, { level: constants.Z_NO_COMPRESSION });
/** Behind the header of ten bytes and the byte that says what block it is. */
const FIRST_LENGTH = 11;
const SECOND_LENGTH = FIRST_LENGTH + 4 + STORED.readUInt16LE(FIRST_LENGTH) + 1;

const CASES: readonly Case[] = [
  { name: 'nothing wrong', bytes: GZIP, good: [20_000, 20_000], damaged: false },
  { name: 'nothing at all', bytes: Buffer.alloc(0), good: [0, 0], damaged: false },
  { name: 'an empty file in it', bytes: gzipSync(''), good: [0, 0], damaged: false },
  {
    name: 'two members',
    bytes: Buffer.concat([gzipSync(CSV.slice(0, 50_001)), gzipSync(CSV.slice(50_001))]),
    good: [20_000, 20_000],
    damaged: false,
  },
  {
    name: 'an empty member between',
    bytes: Buffer.concat([gzipSync(CSV.slice(0, 9)), gzipSync(''), gzipSync(CSV.slice(9))]),
    good: [20_000, 20_000],
    damaged: false,
  },
  { name: 'zeros behind it', bytes: Buffer.concat([GZIP, Buffer.alloc(1000)]), good: [20_000, 20_000], damaged: false },
  {
    name: 'zeros and something behind it',
    bytes: Buffer.concat([GZIP, Buffer.alloc(100_000), Buffer.from('x')]),
    good: [20_000, 20_000],
    damaged: true,
  },
  {
    name: 'other bytes behind it',
    bytes: Buffer.concat([GZIP, Buffer.from('more')]),
    good: [20_000, 20_000],
    damaged: true,
  },
  {
    name: 'a second member that is cut off',
    bytes: Buffer.concat([GZIP, GZIP.subarray(0, 15)]),
    good: [20_000, 20_000],
    damaged: true,
  },
  { name: 'a cut in the middle', bytes: GZIP.subarray(0, GZIP.length >> 1), good: [8_000, 12_000], damaged: true },
  { name: 'a cut before its checksum', bytes: GZIP.subarray(0, -8), good: [20_000, 20_000], damaged: true },
  { name: 'a cut within its checksum', bytes: GZIP.subarray(0, -6), good: [20_000, 20_000], damaged: true },
  { name: 'a cut within its length', bytes: GZIP.subarray(0, -1), good: [20_000, 20_000], damaged: true },
  { name: 'a cut within its header', bytes: GZIP.subarray(0, 5), good: [0, 0], damaged: true },
  { name: 'its first byte alone', bytes: GZIP.subarray(0, 1), good: [0, 0], damaged: true },
  { name: 'a wrong checksum', bytes: flipped(GZIP, -6), good: [20_000, 20_000], damaged: true },
  { name: 'a wrong length', bytes: flipped(GZIP, -2), good: [20_000, 20_000], damaged: true },
  { name: 'a wrong method', bytes: flipped(GZIP, 2), good: [0, 0], damaged: true },
  { name: 'a block that does not know its length', bytes: flipped(STORED, FIRST_LENGTH), good: [0, 0], damaged: true },
  {
    name: 'a second block that does not know its length',
    bytes: flipped(STORED, SECOND_LENGTH),
    good: [5_000, 10_000],
    damaged: true,
  },
  { name: 'no gzip in it', bytes: Buffer.from(CSV), good: [0, 0], damaged: true },
  { name: 'zlib instead of gzip', bytes: deflateSync(CSV), good: [0, 0], damaged: true },
];

describe('a compressed file', () => {
  it.each(CASES)(
    'with $name yields every row before its damage, and keeps the rest',
    async ({ bytes, good, damaged }) => {
      for (const chunks of [undefined, [1000, 7]]) {
        const { result, accepted, lines, setApart } = await checked(bytes, SCHEMA, { task: { gzip: true }, chunks });
        const { rows, accepted: count, quarantined } = result.counts;
        expect(count).toBeGreaterThanOrEqual(good[0]);
        expect(count).toBeLessThanOrEqual(good[1]);
        expect([quarantined, rows]).toEqual([damaged ? 1 : 0, count + quarantined]);
        expect(accepted.map(({ raw }) => `${raw}\n`).join('')).toBe(
          CSV.slice(8, 8 + accepted.reduce((sum, { raw }) => sum + raw.length + 1, 0)),
        );
        if (!damaged) return;
        expect(setApart[0]?.rules).toEqual(['malformed']);
        // What was begun of a row comes first, then the bytes of the object that nothing can be made of, to its last one.
        const begun = Buffer.concat(
          lines.filter(({ compressed }) => compressed !== true).map(({ raw }) => Buffer.from(raw, 'base64')),
        );
        const read = `id,note\n${accepted.map(({ raw }) => `${raw}\n`).join('')}`;
        expect(CSV.startsWith(count === 0 && begun.length > 0 ? begun.toString() : read + begun.toString())).toBe(true);
        const left = lines.filter(({ compressed }) => compressed === true);
        const offset = left[0]?.offset ?? bytes.length;
        expect(Buffer.concat(left.map(({ raw }) => Buffer.from(raw, 'base64'))).equals(bytes.subarray(offset))).toBe(
          true,
        );
      }
    },
  );

  it('that is damaged loses nothing that came out of it', async () => {
    const cut = GZIP.subarray(0, GZIP.length - 2000);
    const { accepted, lines } = await checked(cut, SCHEMA, { task: { gzip: true } });
    const begun = lines
      .filter(({ compressed }) => compressed !== true)
      .map(({ raw }) => Buffer.from(raw, 'base64').toString());
    const out = `id,note\n${accepted.map(({ raw }) => `${raw}\n`).join('')}${begun.join('')}`;
    // 2,000 bytes of these are some 5,000 of text.
    expect(out.length).toBeGreaterThan(CSV.length - 7_000);
    expect(CSV.startsWith(out)).toBe(true);
    expect(lines.map(({ row }) => row)).toEqual(lines.map(() => accepted.length + 1));
  });

  it('whose end comes with other bytes, and after them zeros alone, does not hide them', async () => {
    const bytes = Buffer.concat([GZIP, Buffer.from('\0x'), Buffer.alloc(5000)]);
    const { lines } = await checked(bytes, SCHEMA, { task: { gzip: true }, chunks: [GZIP.length + 2, 1000] });
    expect(lines.map(({ offset, raw }) => [offset, Buffer.from(raw, 'base64').length])).toEqual([[GZIP.length, 5002]]);
  });

  it('of which much is left is kept in pieces of a mebibyte', async () => {
    const bytes = Buffer.alloc(2 * MIB + 5, 'x');
    const { lines, result } = await checked(bytes, SCHEMA, { task: { gzip: true }, chunks: [300_000] });
    expect(lines.map(({ row, piece, offset, compressed }) => [row, piece, offset, compressed])).toEqual([
      [0, 0, 0, true],
      [0, 1, MIB, true],
      [0, 2, 2 * MIB, true],
    ]);
    expect(result.counts).toEqual({ rows: 1, accepted: 0, quarantined: 1 });
  });

  it('of JSON Lines is read as well', async () => {
    const { accepted, lines } = await checked(gzipSync('{"id":1}\n{"id":2}\n').subarray(0, -3), SCHEMA, {
      task: { gzip: true, format: 'jsonl' },
    });
    expect(accepted.map(({ row }) => row)).toEqual([1, 2]);
    expect(lines.map(({ row, faults }) => [row, faults[0]?.expected])).toEqual([
      [3, 'a whole gzip stream, which is not cut off'],
    ]);
  });

  it('gives the rows of what is in it', async () => {
    await fc.assert(
      fc.asyncProperty(WELL_FORMED, fc.nat({ max: 40 }), async ({ text }, at) => {
        const schema = schemaOf([column('id', 'string'), column('note', 'string')]);
        const plain = Buffer.from(text);
        const members = Buffer.concat([gzipSync(plain.subarray(0, at)), gzipSync(plain.subarray(at))]);
        const zipped = await checked(members, schema, { task: { gzip: true }, chunks: [at + 1] });
        expect(zipped.accepted).toEqual((await checked(plain, schema)).accepted);
      }),
      { numRuns: 60 },
    );
  });
});
