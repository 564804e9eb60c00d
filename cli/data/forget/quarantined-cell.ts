import type { QuarantinedRow } from '../../../protocol/dataset';

/** What a quarantined row holds in a column, as far as it can be read; undefined where it cannot. */
export function cellOf(row: QuarantinedRow, raw: Buffer, column: string): string | undefined {
  if (row.format === 'csv') {
    const index = row.header?.indexOf(column) ?? -1;
    return index === -1 ? undefined : cellsOf(raw.toString('utf8'), row.delimiter)[index];
  }
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, column)) return undefined;
    const cell: unknown = (value as Readonly<Record<string, unknown>>)[column];
    return typeof cell === 'object' ? undefined : String(cell);
  } catch {
    return undefined;
  }
}

/** Cells of one row. A quote that is not closed ends with the row. */
function cellsOf(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"' && quoted && text[at + 1] === '"') {
      cell += character;
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      cells.push(cell);
      cell = '';
    } else if (quoted || !/[\r\n]/.test(character)) cell += character;
  }
  return [...cells, cell];
}
