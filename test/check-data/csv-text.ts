import fc from 'fast-check';

/** Text of a cell that needs quotes now and then. */
const CELL = fc.string({
  unit: fc.constantFrom('a', 'b', '1', '"', ',', '\n', '\r', ' ', 'é', '😀', '\t'),
  maxLength: 6,
});

/** Pieces of which files are made that are mostly well and often broken. */
const PIECE = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1', '2', 'a', 'id', ',', ',', '\n', '\n', '\r\n', '"', '""', '","', '"a"') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\r', '\0', '\xff', '\xc3\xa9', '\xef\xbb\xbf', ' ', '\xfe\xff', '{"id":1}', '\\'),
  },
);

/** Bytes of anything that looks a little like a file of rows. */
export const ANY_BYTES: fc.Arbitrary<Buffer> = fc.oneof(
  fc.array(PIECE, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
  fc.array(PIECE, { maxLength: 40 }).map((pieces) => Buffer.from(`id,note\n${pieces.join('')}`, 'latin1')),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

/** Well-formed CSV of two columns, with the cells that it holds. */
export const WELL_FORMED: fc.Arbitrary<{ readonly rows: string[][]; readonly text: string }> = fc
  .tuple(
    fc.array(fc.tuple(CELL, CELL), { maxLength: 12 }),
    fc.infiniteStream(fc.boolean()),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([rows, quotes, lineBreak, last]) => {
    const written = (cell: string) => {
      const must = /[",\r\n]/.test(cell);
      return must || quotes.next().value ? `"${cell.replaceAll('"', '""')}"` : cell;
    };
    const lines = rows.map((cells) => cells.map(written).join(','));
    return { rows, text: ['id,note', ...lines].join(lineBreak) + (last ? lineBreak : '') };
  });

export const CHUNKS = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
