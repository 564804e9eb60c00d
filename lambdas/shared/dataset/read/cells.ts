/** What kind of thing stands in a cell. */
export const CELL = {
  /** Nothing: absent, null or empty. */
  none: 0,
  /** Text whose type the schema tells: a cell of CSV. */
  text: 1,
  /** A JSON string, decoded. */
  string: 2,
  /** A JSON number, as it is written. */
  number: 3,
  /** `true` or `false` of JSON. */
  boolean: 4,
  /** A JSON array or object. */
  nested: 5,
  /** Text of CSV in which quotes stand twice: to be decoded before anybody else sees it. */
  escaped: 6,
} as const;

/** More than any schema has; cells beyond are counted and not kept. */
const MAX_CELLS = 4096;

/** Where the cells of one row lie in a window. Reused for every row. */
export class Cells {
  readonly kinds = new Uint8Array(MAX_CELLS);
  readonly starts = new Int32Array(MAX_CELLS);
  readonly ends = new Int32Array(MAX_CELLS);
  /** Cells that were seen; only those below `capacity` are kept. */
  count = 0;

  static readonly capacity = MAX_CELLS;
}
