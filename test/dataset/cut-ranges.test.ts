import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRanges, type ObjectRange } from '../../lambdas/shared/dataset/cut-ranges';
import type { QuarantinedRow, RowFault, ShardTask, SourceFormat } from '../../protocol/dataset';
import { ANY_BYTES, CHUNKS, WELL_FORMED } from '../check-data/csv-text';
import { checked, inChunks, taskOf } from '../check-data/shard';
import { column, schemaOf } from './schema';

const SCHEMA = schemaOf([column('id', 'string'), column('note', 'string', { maxLength: 4 })]);
const FORMAT = fc.constantFrom<SourceFormat>('csv', 'jsonl');

async function rangesOf(
  bytes: Buffer,
  shardBytes: number,
  { chunks, ...task }: Partial<ShardTask> & { readonly chunks?: readonly number[] } = {},
): Promise<ObjectRange[]> {
  const ranges: ObjectRange[] = [];
  for await (const range of cutRanges(taskOf(bytes, task), () => inChunks(bytes, chunks), shardBytes, SCHEMA.columns))
    ranges.push(range);
  return ranges;
}

/** Reads all ranges as one. */
async function readAll(bytes: Buffer, ranges: readonly ObjectRange[], format: SourceFormat) {
  const parts = [];
  for (const range of ranges) parts.push(await checked(bytes, SCHEMA, { task: { format, ...range } }));
  return {
    accepted: parts.flatMap(({ accepted }) => accepted),
    lines: parts.flatMap(({ lines }) => lines),
  };
}

/** Whether a header does not fit or cannot be read only the reader of the first range can tell. */
function briefly(row: QuarantinedRow) {
  const brief = ({ expected }: RowFault) => expected.replace(/^a header that .*/, 'a header');
  return { ...row, faults: row.faults.map((fault) => ({ ...fault, expected: brief(fault) })) };
}

describe('the ranges of an object', () => {
  it('give the rows of the whole when they are read one by one', async () => {
    const bytes = fc.oneof(
      ANY_BYTES,
      WELL_FORMED.map(({ text }) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, FORMAT, fc.integer({ min: 1, max: 30 }), CHUNKS, async (file, format, size, chunks) => {
        const ranges = await rangesOf(file, size, { format, chunks });
        const whole = await checked(file, SCHEMA, { task: { format } });
        const { accepted, lines } = await readAll(file, ranges, format);
        expect(accepted).toEqual(whole.accepted);
        expect(lines.map(briefly)).toEqual(whole.lines.map(briefly));
      }),
      { numRuns: 600 },
    );
  });

  it('cover the object without gaps, and are as long as was asked for, but for the last', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_BYTES, FORMAT, fc.integer({ min: 1, max: 30 }), async (file, format, size) => {
        const ranges = await rangesOf(file, size, { format });
        if (file.length <= size) return;
        let at = 0;
        ranges.forEach(({ range }, index) => {
          expect(range?.from).toBe(at);
          at = range?.to ?? -1;
          if (index < ranges.length - 1) expect(at - (range?.from ?? 0)).toBeGreaterThanOrEqual(size);
        });
        expect(at).toBe(file.length);
      }),
    );
  });

  it('of CSV name the columns from the second on, and the number of the first row', async () => {
    expect(await rangesOf(Buffer.from('id,note\n1,a\n"2\n",b\n3,c\n'), 12)).toEqual([
      { range: { from: 0, to: 12 }, firstRow: 1 },
      { range: { from: 12, to: 23 }, header: ['id', 'note'], firstRow: 2 },
    ]);
  });

  it('of a file whose header cannot be read say so to all of their readers', async () => {
    const file = Buffer.from('id,"note\n1,a\n2,b\n3,c\n');
    const ranges = await rangesOf(file, 10);
    expect(ranges.map(({ header }) => header)).toEqual([undefined, []]);
    const { accepted, lines } = await readAll(file, ranges, 'csv');
    expect(accepted).toEqual([]);
    expect(lines.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
  });

  it('tell no name of a header that does not fit: it may be a row', async () => {
    const file = Buffer.from('ada@example.com,1\ngrace@example.com,2\nlin@example.com,3\n');
    const ranges = await rangesOf(file, 20);
    expect(ranges.map(({ header }) => header)).toEqual([undefined, []]);
    const { accepted, lines } = await readAll(file, ranges, 'csv');
    expect(accepted).toEqual([]);
    expect(lines.map(({ row, header }) => [row, header])).toEqual([
      [0, []],
      [1, []],
      [2, []],
    ]);
    expect(JSON.stringify(lines.map(({ raw, ...rest }) => rest))).not.toContain('@');
    expect(Buffer.from(lines[0]?.raw ?? '', 'base64').toString('utf8')).toBe('ada@example.com,1');
  });

  it('number the rows behind one that is too large as its reader does', async () => {
    const file = Buffer.from(`id,note\n1,${'b'.repeat(3 * 1024 * 1024)}\n2,b\n3,c\n`);
    const ranges = await rangesOf(file, 4);
    // The header is longer than a range: it is one.
    expect(ranges.map(({ firstRow }) => firstRow)).toEqual([1, 1, 2, 3]);
    const { accepted, lines } = await readAll(file, ranges, 'csv');
    expect(accepted.map(({ row }) => row)).toEqual([2, 3]);
    expect(lines.map(({ row, piece }) => [row, piece])).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
  });

  it.each<[string, Partial<ShardTask>, number]>([
    ['is compressed', { gzip: true }, 1],
    ['is Parquet', { format: 'parquet' }, 1],
    ['is small', {}, 100],
  ])('are one where the object %s, which is not read for it', async (_, task, size) => {
    const bytes = Buffer.from('id,note\n1,a\n2,b\n');
    const open = () => {
      throw new Error('nobody asked for this');
    };
    const ranges = [];
    for await (const range of cutRanges(taskOf(bytes, task), open, size, SCHEMA.columns)) ranges.push(range);
    expect(ranges).toEqual([{ firstRow: 1 }]);
  });
});
