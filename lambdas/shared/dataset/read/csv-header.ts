import type { ColumnSchema } from '../../../../protocol/dataset';
import { CELL, Cells } from './cells';
import type { CsvScanner } from './csv-scanner';
import { unescapeCells } from './unescape';
import type { Window } from './window';

/** Header of a file whose first record cannot be read. No row of it fits. */
export const NO_HEADER: readonly string[] = [];

/** Names in the record that was scanned last. */
export function headerNames(window: Window, scanner: CsvScanner): readonly string[] {
  const { cells } = scanner;
  if (cells.count > Cells.capacity) return NO_HEADER;
  if (scanner.hasEscapes) unescapeCells(window, cells);
  return Array.from({ length: cells.count }, (_, cell) =>
    cells.kinds[cell] === CELL.none ? '' : window.bytes.toString('utf8', cells.starts[cell], cells.ends[cell]),
  );
}

/**
 * What is wrong with a header, as what was expected; undefined where nothing is. A name of the file is never shown: that of a file
 * without a header is a value. Columns that are not required may be absent: older files do not have them.
 */
export function headerFault(columns: readonly ColumnSchema[], names: readonly string[]): string | undefined {
  if (names.length === 0) return 'a header that can be read';
  const known = new Set(columns.map(({ name }) => name));
  const missing = columns.filter(({ name, required }) => required && !names.includes(name)).map(({ name }) => name);
  const twice = columns.filter(({ name }) => names.indexOf(name) !== names.lastIndexOf(name)).map(({ name }) => name);
  const empty = names.filter((name) => name === '').length;
  const unknown = names.filter((name) => name !== '' && !known.has(name)).length;
  const wrong = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
    ...(twice.length > 0 ? [`it has ${twice.join(', ')} more than once`] : []),
    ...(empty > 0 ? [`it has ${count(empty, 'empty name')}`] : []),
    ...(unknown > 0 ? [`it has ${count(unknown, 'name')} that the schema does not know`] : []),
  ];
  return wrong.length === 0 ? undefined : `a header that fits the schema: ${wrong.join('; ')}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
