import { describe, expect, it } from 'vitest';
import { column, schemaOf } from '../dataset/schema';
import { CONTENTS } from './csv-contents';
import { big, HEAD, MIB, SHAPES } from './csv-shapes';
import { checked } from './shard';

const SCHEMA = schemaOf(
  [column('id', 'integer', { required: true }), column('note', 'string'), column('x', 'number')],
  { key: ['id'] },
);

const CASES = [...SHAPES, ...CONTENTS];

describe('a CSV file', () => {
  it.each(CASES)('with $name is read to the last byte', async ({ bytes, good = [], bad = [], delimiter = ',' }) => {
    const { result, accepted, setApart } = await checked(Buffer.from(bytes, 'latin1'), SCHEMA, { task: { delimiter } });
    expect(accepted.map(({ line }) => JSON.parse(line)).map(({ id, note }) => [id, note])).toEqual(good);
    expect(setApart.map(({ row, rules, raw }) => [row, rules[0], raw.toString('latin1')])).toEqual(bad);
    expect(result.counts).toEqual({
      rows: good.length + bad.length,
      accepted: good.length,
      quarantined: bad.length,
    });
  });

  it.each([[65_536], [300_000], [900_000, 1], [1_048_575], [5_000_000]])(
    'with long rows is read the same in chunks of %j',
    async (...chunks) => {
      const longest = (note: string) => `1,"${note}",2`;
      const note = `""${big(MIB - 8)}`;
      const rows = [
        longest(note),
        longest(`${note}b`),
        `2,${big(700_000)},3`,
        `"${big(MIB)}`,
        '3,c,4',
        `4,${big(3 * MIB)},5`,
      ];
      const file = Buffer.from(`${HEAD}${rows.join('\r\n')}`);
      const { accepted, setApart } = await checked(file, SCHEMA, { chunks });
      expect(accepted.map(({ row, raw }) => [row, raw.length])).toEqual([
        [1, MIB],
        [3, 700_004],
        [5, 5],
      ]);
      expect(JSON.parse(accepted[0]?.line ?? '').note).toBe(`"${big(MIB - 8)}`);
      expect(setApart.map(({ row, rules, raw }) => [row, rules[0], raw.length])).toEqual([
        [2, 'too-large', MIB + 1],
        [4, 'too-large', MIB + 1],
        [6, 'too-large', 3 * MIB + 4],
      ]);
    },
  );

  it('is tried with at least eighty malformed inputs', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(80);
  });
});
