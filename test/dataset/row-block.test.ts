import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockRow,
  KEY_ENTRY_BYTES,
  RowBlockWriter,
  readKeys,
  readRows,
} from '../../lambdas/shared/dataset/row-block';

const HASH = fc.uint32Array({ minLength: 4, maxLength: 4 });
const BYTES = fc.uint8Array({ maxLength: 40 });
const ROW: fc.Arbitrary<BlockRow> = fc.record({
  hashes: fc.record({ k: HASH, c: HASH, g: HASH }),
  shard: fc.nat(),
  row: fc.nat(),
  offset: fc.option(fc.maxSafeInteger().map(Math.abs), { nil: undefined }),
  line: BYTES,
  raw: BYTES,
});

const hex = (hash: Uint32Array) => Buffer.from(hash.buffer, hash.byteOffset, 16).toString('hex');

describe('a block of rows', () => {
  it('gives back every row in the stretch of its partition, in the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(ROW, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (rows, partitions) => {
        const writer = new RowBlockWriter(partitions);
        for (const row of rows) writer.add(row);
        const { size } = writer;
        const { bytes, rows: count, keyOffsets, rowOffsets } = writer.finish();

        expect([bytes.length, count]).toEqual([size, rows.length]);
        expect([keyOffsets.length, rowOffsets.length]).toEqual([partitions + 1, partitions + 1]);
        expect([keyOffsets[0], keyOffsets.at(-1), rowOffsets[0], rowOffsets.at(-1)]).toEqual([
          0,
          rows.length * KEY_ENTRY_BYTES,
          rows.length * KEY_ENTRY_BYTES,
          bytes.length,
        ]);
        for (let partition = 0; partition < partitions; partition += 1) {
          const keys = rows.filter(({ hashes }) => (hashes.k[0] ?? 0) % partitions === partition);
          expect(
            [...readKeys(bytes.subarray(keyOffsets[partition], keyOffsets[partition + 1]))].map((entry) => ({
              ...entry,
              k: entry.k.toString('hex'),
              c: entry.c.toString('hex'),
            })),
          ).toEqual(
            keys.map(({ hashes, shard, row }) => ({
              k: hex(hashes.k),
              c: hex(hashes.c),
              groupPartition: (hashes.g[0] ?? 0) % partitions,
              shard,
              row,
            })),
          );
          const groups = rows.filter(({ hashes }) => (hashes.g[0] ?? 0) % partitions === partition);
          expect(
            [...readRows(bytes.subarray(rowOffsets[partition], rowOffsets[partition + 1]))].map((entry) => ({
              hashes: [entry.k, entry.c, entry.g].map((hash) => hash.toString('hex')),
              place: [entry.shard, entry.row, entry.offset],
              texts: [entry.line, entry.raw].map((text) => text.toString('hex')),
            })),
          ).toEqual(
            groups.map(({ hashes, shard, row, offset, line, raw }) => ({
              hashes: [hashes.k, hashes.c, hashes.g].map(hex),
              place: [shard, row, offset],
              texts: [line, raw].map((text) => Buffer.from(text).toString('hex')),
            })),
          );
        }
      }),
    );
  });

  it('grows by what it says that a row takes, and is empty again when it is finished', () => {
    const writer = new RowBlockWriter(2);
    const zero = new Uint32Array(4);
    const row = {
      hashes: { k: zero, c: zero, g: zero },
      shard: 1,
      row: 1,
      line: Buffer.alloc(300_000),
      raw: Buffer.alloc(9),
    };
    writer.add(row);
    expect([writer.size, writer.rows]).toEqual([RowBlockWriter.bytesOf(row), 1]);
    writer.finish();
    expect([writer.size, writer.rows]).toEqual([0, 0]);
    expect(writer.finish().bytes).toHaveLength(0);
  });
});
