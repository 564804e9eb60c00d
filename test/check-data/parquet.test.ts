import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { parquetLines } from '../../lambdas/check-data/parquet-lines';
import { readParquet } from '../../lambdas/check-data/read-parquet';
import { column, schemaOf } from '../dataset/schema';
import { checked, taskOf } from './shard';

const SCHEMA = schemaOf([
  column('id', 'integer'),
  column('n', 'number'),
  column('s', 'string'),
  column('b', 'boolean'),
  column('d', 'date'),
  column('t', 'timestamp'),
]);
const ROWS = schemaOf([column('id', 'integer'), column('note', 'string')]);

/** Written by pyarrow: four rows in two row groups. */
const fixture = (codec: string) => readFileSync(join(__dirname, `fixtures/types-${codec}.parquet`));

function written(rows: number, rowGroupSize: number): Buffer {
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: Array.from({ length: rows }, (_, i) => i), type: 'INT32' },
        { name: 'note', data: Array.from({ length: rows }, (_, i) => `row ${i}`), type: 'STRING' },
      ],
      rowGroupSize,
      codec: 'UNCOMPRESSED',
      statistics: false,
    }),
  );
}

describe('a Parquet file', () => {
  it.each(['snappy', 'zstd', 'gzip', 'none'])(
    'compressed with %s gives the values that were written',
    async (codec) => {
      const { accepted, lines, result } = await checked(fixture(codec), SCHEMA, { task: { format: 'parquet' } });
      expect(accepted.map(({ line }) => JSON.parse(line))).toEqual([
        { id: 2, n: null, s: 'é"\n', b: false, d: '0001-01-01', t: null },
      ]);
      expect(accepted.map(({ row, offset }) => [row, offset])).toEqual([[2, undefined]]);
      expect(
        lines.map(({ row, offset, faults }) => [row, offset, faults.map(({ column: name, rule }) => [name, rule])]),
      ).toEqual([
        [1, undefined, [['t', 'type']]],
        [
          3,
          undefined,
          [
            ['n', 'type'],
            ['t', 'type'],
          ],
        ],
        [4, undefined, [['id', 'type']]],
      ]);
      expect(lines.slice(0, 2).map(({ raw }) => Buffer.from(raw, 'base64').toString())).toEqual([
        '{"id":1,"n":1.5,"s":"a","b":true,"d":"2024-02-29","t":"2024-02-29T01:02:03.004567Z"}',
        '{"id":3,"n":"NaN","s":null,"b":null,"d":null,"t":"1969-12-31T23:59:59.999999Z"}',
      ]);
      expect(Buffer.from(lines[2]?.raw ?? '', 'base64').toString()).toContain('"id":9007199254740993,');
      expect(result.counts).toEqual({ rows: 4, accepted: 1, quarantined: 3 });
    },
  );

  it('is read in many row groups', async () => {
    const { accepted } = await checked(written(2500, 400), ROWS, { task: { format: 'parquet' }, chunks: [999] });
    expect(accepted.map(({ row, line }) => [row, line])).toEqual(
      Array.from({ length: 2500 }, (_, i) => [i + 1, `{"id":${i},"note":"row ${i}"}`]),
    );
  });

  it('gives decimals without the errors of binary fractions', async () => {
    const cents = [115, 435, -101, 0];
    const bytes = Buffer.from(
      parquetWriteBuffer({
        columnData: [{ name: 'n', data: cents.map((value) => value / 100) }],
        schema: [
          { name: 'root', num_children: 1 },
          { name: 'n', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9, repetition_type: 'REQUIRED' },
        ],
      }),
    );
    const { accepted } = await checked(bytes, schemaOf([column('n', 'number')]), { task: { format: 'parquet' } });
    expect(accepted.map(({ line }) => line)).toEqual(['{"n":1.15}', '{"n":4.35}', '{"n":-1.01}', '{"n":0}']);
  });

  it.each([
    ['TIMESTAMP_MICROS', 'MICROS', 1_000n],
    [undefined, 'NANOS', 1_000_000n],
  ] as const)(
    'gives moments of %s, %s, to the millisecond, and sets apart what is finer',
    async (type, unit, perMs) => {
      const moments = [1_700_000_000_123n * perMs, -1n * perMs, 1_700_000_000_123n * perMs + 1n, -1n];
      const bytes = Buffer.from(
        parquetWriteBuffer({
          columnData: [{ name: 't', data: moments }],
          schema: [
            { name: 'root', num_children: 1 },
            {
              name: 't',
              type: 'INT64',
              converted_type: type,
              logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
              repetition_type: 'REQUIRED',
            },
          ],
        }),
      );
      const { accepted, lines } = await checked(bytes, schemaOf([column('t', 'timestamp')]), {
        task: { format: 'parquet' },
      });
      expect(accepted.map(({ line }) => line)).toEqual([
        '{"t":"2023-11-14T22:13:20.123Z"}',
        '{"t":"1969-12-31T23:59:59.999Z"}',
      ]);
      expect(
        lines.map(({ row, faults, raw }) => [row, faults[0]?.rule, Buffer.from(raw, 'base64').toString()]),
      ).toEqual([
        [3, 'type', `{"t":"2023-11-14T22:13:20.123${String(1).padStart(String(perMs).length - 1, '0')}Z"}`],
        [4, 'type', `{"t":"1969-12-31T23:59:59.999${'9'.repeat(String(perMs).length - 1)}Z"}`],
      ]);
    },
  );

  it('whose columns the schema does not know is set apart row by row', async () => {
    const { lines } = await checked(written(3, 3), schemaOf([column('id', 'integer')]), {
      task: { format: 'parquet' },
    });
    expect(lines.map(({ row, faults }) => [row, faults[0]?.rule])).toEqual([
      [1, 'columns'],
      [2, 'columns'],
      [3, 'columns'],
    ]);
  });

  it.each<[string, Buffer]>([
    ['nothing in it', Buffer.alloc(0)],
    ['another format in it', Buffer.from('id,note\n1,a\n')],
    ['its end cut off', written(100, 50).subarray(0, -20)],
    [
      'a footer that says nonsense',
      Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(40, 0xee), Buffer.from([40, 0, 0, 0]), Buffer.from('PAR1')]),
    ],
    [
      'a footer longer than it is',
      Buffer.concat([Buffer.from('PAR1'), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.from('PAR1')]),
    ],
  ])('with %s is set apart as a whole', async (_, bytes) => {
    const { lines, result } = await checked(bytes, ROWS, { task: { format: 'parquet' } });
    expect(result.counts).toEqual({ rows: 1, accepted: 0, quarantined: 1 });
    expect(lines.map(({ row, compressed, faults }) => [row, compressed, faults[0]?.expected])).toEqual([
      [1, true, 'a Parquet file whose footer can be read'],
    ]);
    expect(Buffer.from(lines[0]?.raw ?? '', 'base64').equals(bytes)).toBe(true);
  });

  it('with damage in its second row group gives the first, and keeps the bytes from there on', async () => {
    const bytes = written(1000, 500);
    // Before its texts there are the header of the page and the length of the first text.
    const second = bytes.indexOf('row 500') - 20;
    bytes.fill(0xff, second, second + 20);
    const { accepted, lines, result } = await checked(bytes, ROWS, { task: { format: 'parquet' } });
    expect(accepted).toHaveLength(500);
    expect(result.counts).toEqual({ rows: 501, accepted: 500, quarantined: 1 });
    const [{ row, raw, offset, faults } = { row: 0, raw: '', offset: 0, faults: [] }] = lines;
    expect([row, faults[0]?.expected]).toEqual([501, 'a Parquet file without damage']);
    expect(Buffer.from(raw, 'base64').equals(bytes.subarray(offset))).toBe(true);
    expect(offset).toBeLessThanOrEqual(second);
  });

  it('with text that is no UTF-8 has that row set apart', async () => {
    const bytes = written(3, 3);
    const at = bytes.indexOf('row 1');
    bytes[at] = 0xff;
    const { lines, accepted } = await checked(bytes, ROWS, { task: { format: 'parquet' } });
    expect(accepted.map(({ row }) => row)).toEqual([1, 3]);
    expect(lines.map(({ row, faults }) => [row, faults[0]?.rule])).toEqual([[2, 'encoding']]);
  });

  it('whose row groups are larger than can be held is not begun', async () => {
    const bytes = written(1000, 1000);
    const file = {
      byteLength: bytes.length,
      slice: (from: number, to?: number) => Uint8Array.from(bytes.subarray(from, to)).buffer,
    };
    const taken: Buffer[] = [];
    const damage = await parquetLines(file, async (lines) => void taken.push(lines), 100);
    expect(damage).toEqual({ expected: 'row groups of at most 100 bytes', offset: 4 });
    expect(taken).toEqual([]);
  });

  it('that cannot be fetched is no damaged file', async () => {
    const bytes = written(3, 3);
    const failing = {
      async *open(): AsyncGenerator<Buffer> {
        yield bytes.subarray(0, 1);
        throw new Error('connection reset');
      },
    };
    await expect(readParquet(taskOf(bytes).object, failing, async () => {})).rejects.toThrow('connection reset');
  });
});
