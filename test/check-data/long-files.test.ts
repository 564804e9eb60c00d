import { describe, expect, it } from 'vitest';
import { column, schemaOf } from '../dataset/schema';
import { checked } from './shard';

const SCHEMA = schemaOf([column('id', 'integer'), column('note', 'string')]);
const ROWS = 40_000;
const NOTE = `"quoted" ${'n'.repeat(60)}`;

describe('a file of some megabytes', () => {
  it.each([
    ['csv', 'id,note\n', (id: number) => `${id},"${NOTE.replaceAll('"', '""')}"`],
    ['jsonl', '', (id: number) => JSON.stringify({ id, note: NOTE })],
  ] as const)('of %s gives each row by its place, and its texts decoded', async (format, header, rowOf) => {
    const rows = Array.from({ length: ROWS }, (_, id) => (id % 1000 === 7 ? `x${id}` : rowOf(id)));
    const bytes = Buffer.from(`${header}${rows.join('\n')}\n`);
    const { accepted, setApart } = await checked(bytes, SCHEMA, { task: { format }, chunks: [65_536] });
    expect([accepted.length, setApart.length]).toEqual([ROWS - 40, 40]);
    const wrong = accepted.filter(({ row, line, raw, offset = -1 }) => {
      const there = bytes.toString('utf8', offset, offset + raw.length);
      return raw !== rowOf(row - 1) || there !== raw || line !== JSON.stringify({ id: row - 1, note: NOTE });
    });
    expect(wrong).toEqual([]);
    expect(setApart.map(({ row, raw }) => [row, raw.toString()])).toEqual(
      Array.from({ length: 40 }, (_, i) => [i * 1000 + 8, `x${i * 1000 + 7}`]),
    );
    expect(setApart.every(({ offset = -1, raw }) => bytes.subarray(offset, offset + raw.length).equals(raw))).toBe(
      true,
    );
  });

  it('with a row of just the most bytes, and rows behind it whose quotes are decoded, mixes none of them up', async () => {
    // Where the long row begins within what is taken in at once decides how often it is looked at, and how much comes meanwhile.
    const long = 1024 * 1024 - 2;
    const rows = [
      `0,${'a'.repeat(62_000)}`,
      `1,${'b'.repeat(long)}`,
      ...Array.from({ length: 60_000 }, () => '2,"""x"""'),
    ];
    const { accepted, setApart } = await checked(Buffer.from(`id,note\n${rows.join('\n')}`), SCHEMA);
    expect(setApart).toEqual([]);
    expect(accepted.map(({ line }) => line.length).slice(0, 2)).toEqual([62_018, long + 18]);
    expect(accepted.slice(2).filter(({ line }) => line !== '{"id":2,"note":"\\"x\\""}')).toEqual([]);
  });
});
