import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalLine, valuesOfLine } from '../../lambdas/shared/dataset/canonical-row';
import { readRows } from '../../lambdas/shared/dataset/row-block';
import { RowHasher } from '../../lambdas/shared/dataset/row-hashes';
import { ProfileBuilder } from '../../lambdas/shared/statistics/profile';
import type { DatasetSchemaDocument, SourceFormat } from '../../protocol/dataset';
import { column, schemaOf } from '../dataset/schema';
import { ANY_BYTES, CHUNKS } from './csv-text';
import { type Checked, checked, configOf } from './shard';

const SCHEMA = schemaOf([column('id', 'string'), column('note', 'string', { maxLength: 4 })]);
const FORMAT = fc.constantFrom<SourceFormat>('csv', 'jsonl');
const RUNS = { numRuns: 400 };

/** Bytes that belong to rows, good or not, by where they lie. */
function owned({ accepted, setApart }: Checked): { from: number; bytes: Buffer }[] {
  return [
    ...accepted.map(({ offset, raw }) => ({ from: offset ?? -1, bytes: Buffer.from(raw, 'latin1') })),
    ...setApart.map(({ offset, raw }) => ({ from: offset ?? -1, bytes: raw })),
  ].sort((a, b) => a.from - b.from);
}

describe('of any bytes', () => {
  it('every one belongs to the header, to one row, to a line break, or is the mark at the beginning', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_BYTES, FORMAT, async (bytes, format) => {
        const found = await checked(bytes, SCHEMA, { task: { format } });
        let at = 0;
        let between = '';
        for (const { from, bytes: row } of owned(found)) {
          expect(from).toBeGreaterThanOrEqual(at);
          between += `${bytes.toString('latin1', at, from)}|`;
          expect(row.toString('latin1')).toBe(bytes.toString('latin1', from, from + row.length));
          at = from + row.length;
        }
        between += bytes.toString('latin1', at);
        const header =
          format === 'csv' && !found.setApart.some(({ row }) => row === 0)
            ? '(?:"?id"?,"?note"?|"?note"?,"?id"?|"?id"?|"?note"?)?'
            : '';
        expect(between).toMatch(new RegExp(`^(?:\xef\xbb\xbf)?[\r\n]*${header}[\r\n|]*$`));
      }),
      RUNS,
    );
  });

  it('the counts are those of the rows, and rows are numbered one by one', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_BYTES, FORMAT, async (bytes, format) => {
        const { result, accepted, setApart } = await checked(bytes, SCHEMA, { task: { format } });
        const { rows, accepted: good, quarantined } = result.counts;
        expect([good, quarantined, rows]).toEqual([accepted.length, setApart.length, good + quarantined]);
        expect(result.profile.rows).toBe(good);
        const numbers = [...accepted, ...setApart].map(({ row }) => row).sort((a, b) => a - b);
        const first = numbers[0] ?? 1;
        expect([0, 1]).toContain(first);
        expect(numbers).toEqual(numbers.map((_, index) => first + index));
      }),
      RUNS,
    );
  });

  it('the result is the same however the stream is cut and however small blocks and files are', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_BYTES, FORMAT, CHUNKS, async (bytes, format, chunks) => {
        const whole = await checked(bytes, SCHEMA, { task: { format } });
        const cut = await checked(bytes, SCHEMA, { task: { format }, chunks, limits: [300, 300] });
        expect(cut.accepted).toEqual(whole.accepted);
        expect(cut.lines).toEqual(whole.lines);
        const { blocks: _, quarantineFiles: __, ...said } = whole.result;
        expect(cut.result).toMatchObject(said);
      }),
      RUNS,
    );
  });
});

describe('a row that is accepted', () => {
  const schema: DatasetSchemaDocument = schemaOf(
    [
      column('s', 'string'),
      column('i', 'integer'),
      column('n', 'number'),
      column('b', 'boolean'),
      column('d', 'date'),
      column('t', 'timestamp'),
      column('p', 'string', { personal: true }),
    ],
    { key: ['i', 's'], freshness: { column: 't', maxAgeSeconds: 60 } },
  );
  const text = fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\x01', 'é', '😀', ',', '\x7f', '\u2028'),
    maxLength: 5,
  });
  const decimal = fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-'), fc.nat({ max: 10_000 }), fc.stringMatching(/^[0-9]{1,18}$/))
      .map(([sign, a, b]) => `${sign}${a}.${b}`),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom('0', '-0', '0.0', '1e3', '0.0000001', '0.000001', '1E-9', '-0.00', '10.10'),
  );
  const moment = fc.date({ min: new Date('0002-01-01'), max: new Date('9998-01-01'), noInvalidDate: true });
  const row = fc.tuple(
    text,
    fc.maxSafeInteger().map(String),
    decimal,
    fc.constantFrom('true', 'FALSE', ''),
    moment.map((date) => date.toISOString().slice(0, 10)),
    fc.oneof(
      moment.map((date) => date.toISOString()),
      moment.map((date) => `${date.toISOString().slice(0, 19)}+05:30`),
      fc.constant('1700000000'),
    ),
    text,
  );
  const csv = (rows: readonly (readonly string[])[]) =>
    Buffer.from(
      `s,i,n,b,d,t,p\n${rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`,
    );

  it('has the canonical line, the hashes and the profile of its values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
        const { accepted, setApart, result, files } = await checked(csv(rows), schema);
        expect(setApart).toEqual([]);
        const hasher = new RowHasher(schema, configOf(schema).holdOut);
        const profile = ProfileBuilder.of(schema.columns);
        let newest: number | undefined;
        const byLine = new Map<string, string>();
        for (const { line } of accepted) {
          const values = valuesOfLine(schema.columns, line);
          expect(canonicalLine(schema.columns, values)).toBe(line);
          values.forEach((value, index) => {
            profile.add(index, value);
          });
          newest = Math.max(newest ?? Number(values[5]), Number(values[5]));
          byLine.set(
            line,
            Object.values(hasher.of(values))
              .map((hash) => Buffer.from(hash.buffer).toString('hex'))
              .join(),
          );
        }
        expect(result.profile).toEqual(profile.toProfile());
        expect(result.newestEvent).toBe(newest === undefined ? undefined : new Date(newest).toISOString());
        for (const { key, rowOffsets } of result.blocks) {
          for (const entry of readRows((files.get(key) ?? Buffer.alloc(0)).subarray(rowOffsets[0]))) {
            expect([entry.k, entry.c, entry.g].map((hash) => hash.toString('hex')).join()).toBe(
              byLine.get(entry.line.toString()),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has the same profile as text and as bytes, past a thousand different texts', async () => {
    const many = Array.from({ length: 1500 }, (_, i) => [
      `${i % 3 === 0 ? 'é' : 'e'}${i}`,
      String(i),
      '1',
      'true',
      '2024-01-01',
      '1700000000',
      `p${i}`,
    ]);
    const { result, accepted } = await checked(csv(many), schema);
    const profile = ProfileBuilder.of(schema.columns);
    for (const { line } of accepted) {
      valuesOfLine(schema.columns, line).forEach((value, index) => {
        profile.add(index, value);
      });
    }
    expect(accepted).toHaveLength(1500);
    expect(result.profile).toEqual(profile.toProfile());
  });
});
