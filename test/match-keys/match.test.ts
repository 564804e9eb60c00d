import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fateFile } from '../../lambdas/match-keys/fate-file';
import { KeyTable } from '../../lambdas/match-keys/key-table';
import { matchKeys } from '../../lambdas/match-keys/match';
import { FATE, FateTable } from '../../lambdas/shared/dataset/fates';
import { hashOf } from '../../lambdas/shared/dataset/hash';
import { KeyIndexWriter, readKeyIndex } from '../../lambdas/shared/dataset/key-index';
import { KEY_ENTRY_BYTES, readKeys } from '../../lambdas/shared/dataset/row-block';

const PARTITIONS = 3;

interface Row {
  readonly key: number;
  readonly content: number;
  readonly shard: number;
  readonly row: number;
}

const hash = (text: string) => hashOf(Buffer.from(text));
const groupOf = ({ content }: Row) => content % PARTITIONS;

/** The section of keys of a block, as it is laid down in bytes. */
function sectionOf(rows: readonly Row[]): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const entry = Buffer.alloc(KEY_ENTRY_BYTES);
      hash(`key ${row.key}`).copy(entry, 0);
      hash(`content ${row.content}`).copy(entry, 16);
      entry.writeUInt32LE(groupOf(row), 32);
      entry.writeUInt32LE(row.shard, 36);
      entry.writeUInt32LE(row.row, 40);
      return entry;
    }),
  );
}

function tableOf(rows: readonly Row[]): KeyTable {
  // Deliberately expects less than comes.
  const table = new KeyTable(KEY_ENTRY_BYTES);
  table.add(sectionOf(rows));
  return table;
}

function match(rows: readonly Row[], parent?: Buffer) {
  const table = tableOf(rows);
  return { table, matched: matchKeys(table, readKeyIndex(parent)) };
}

/** The same decided with a map, row by row. */
function expected(rows: readonly Row[], known: Map<number, number>): Map<string, number> {
  const fates = new Map<string, number>();
  const inOrder = [...rows].sort((a, b) => a.shard - b.shard || a.row - b.row);
  for (const { key, content, shard, row } of inOrder) {
    const earliest = known.get(key);
    if (earliest === undefined) known.set(key, content);
    const fate = earliest === undefined ? FATE.kept : earliest === content ? FATE.duplicate : FATE.conflict;
    fates.set(`${shard}/${row}`, fate);
  }
  return fates;
}

const rows: fc.Arbitrary<Row[]> = fc.uniqueArray(
  fc.record({
    key: fc.nat({ max: 8 }),
    content: fc.nat({ max: 3 }),
    shard: fc.constantFrom(0, 1, 7, 99_999),
    row: fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(2 ** 31, 2 ** 32 - 1)),
  }),
  { selector: ({ shard, row }) => `${shard}/${row}`, maxLength: 60 },
);

describe('matching keys', () => {
  it('keeps the earliest row of a key and tells duplicates from conflicts, in this run and against the parent', () => {
    fc.assert(
      fc.property(rows, rows, (earlier, later) => {
        const known = new Map<number, number>();
        expected(earlier, known);
        const parent = match(earlier).matched.index;
        const { table, matched } = match(later, parent);
        const wanted = expected(later, known);
        for (let position = 0; position < table.count; position += 1) {
          const at = `${table.shardOf(position)}/${table.rowOf(position)}`;
          expect(matched.fates[position], at).toBe(wanted.get(at));
        }
        const count = (fate: number) => [...wanted.values()].filter((one) => one === fate).length;
        expect(matched).toMatchObject({
          kept: count(FATE.kept),
          duplicates: count(FATE.duplicate),
          conflicts: count(FATE.conflict),
        });
        // The index holds each key once, with the content that was first, in the order of the keys.
        const entries = [...known].map(([key, content]) =>
          Buffer.concat([hash(`key ${key}`), hash(`content ${content}`)]),
        );
        expect(matched.index).toEqual(Buffer.concat(entries.sort(Buffer.compare)));
      }),
    );
  });

  it('tells split-data of every row that is not kept, in the stretch of its group', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { table, matched } = match(all);
        const { bytes, offsets } = fateFile(table, matched.fates, PARTITIONS);
        const wanted = expected(all, new Map());
        expect(offsets).toHaveLength(PARTITIONS + 1);
        for (let partition = 0; partition < PARTITIONS; partition += 1) {
          const part = bytes.subarray(offsets[partition], offsets[partition + 1]);
          const half = Math.floor(part.length / 24) * 12;
          const fates = FateTable.of([part.subarray(half), part.subarray(0, half)]);
          for (const row of all.filter((one) => groupOf(one) === partition)) {
            expect(fates.of(row.shard, row.row)).toBe(wanted.get(`${row.shard}/${row.row}`));
          }
        }
      }),
    );
  });

  it('is the same in whatever order blocks are read', () => {
    fc.assert(
      fc.property(rows, (all) => {
        expect(match([...all].reverse()).matched.index).toEqual(match(all).matched.index);
      }),
    );
  });

  it('of a row whose group lies nowhere fails', () => {
    const { table, matched } = match([
      { key: 1, content: 2, shard: 0, row: 0 },
      { key: 1, content: 2, shard: 0, row: 1 },
    ]);
    expect(() => fateFile(table, matched.fates, 2)).toThrow('a row lies in partition 2 of 2');
  });

  it('takes as long as sorting does: 200,000 rows within seconds', () => {
    const many = Array.from({ length: 200_000 }, (_, row) => ({
      key: row % 150_000,
      content: row % 150_000,
      shard: 0,
      row,
    }));
    const begun = Date.now();
    const { matched } = match(many);
    expect(matched).toMatchObject({ kept: 150_000, duplicates: 50_000 });
    expect(Date.now() - begun).toBeLessThan(20_000);
  });
});

describe('an index of keys', () => {
  it('is read as it was written', () => {
    const entries = [...readKeys(sectionOf([{ key: 1, content: 2, shard: 0, row: 0 }]))];
    const writer = new KeyIndexWriter(3);
    const words = Uint32Array.from({ length: 8 }, (_, index) => index * 0x1111_1111);
    writer.add(words, 0);
    const index = readKeyIndex(writer.finish());
    expect(entries).toHaveLength(1);
    expect(index).toEqual({ words, width: 8, count: 1 });
    expect(readKeyIndex(undefined).count).toBe(0);
  });

  it('that was cut short is refused', () => {
    expect(() => readKeyIndex(Buffer.alloc(33))).toThrow('the key index has 33 bytes, no multiple of 32');
  });
});
