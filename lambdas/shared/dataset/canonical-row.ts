import type { ColumnSchema, ColumnType } from '../../../protocol/dataset';

/** What a cell holds once it is checked; a date or timestamp as milliseconds since 1970, UTC. */
export type CellValue = string | number | boolean | null;

/** One row as the only text that it has: columns in the order of the schema, nothing left out, no blanks. No line break. */
export function canonicalLine(columns: readonly ColumnSchema[], values: readonly CellValue[]): string {
  const members = columns.map(
    ({ name, type }, index) => `${JSON.stringify(name)}:${canonicalValue(type, values[index] ?? null)}`,
  );
  return `{${members.join(',')}}`;
}

/** JSON text of one value. Numbers are written with the fewest digits that give them back, as JavaScript does; -0 is 0. */
export function canonicalValue(type: ColumnType, value: CellValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number' && type === 'date') return `"${new Date(value).toISOString().slice(0, 10)}"`;
  if (typeof value === 'number' && type === 'timestamp') return `"${new Date(value).toISOString()}"`;
  return JSON.stringify(value);
}

/** The values of a line that `canonicalLine` wrote. */
export function valuesOfLine(columns: readonly ColumnSchema[], line: string): CellValue[] {
  const members: Readonly<Record<string, CellValue>> = JSON.parse(line);
  return columns.map(({ name, type }) => {
    const value = Object.hasOwn(members, name) ? (members[name] ?? null) : null;
    return typeof value === 'string' && (type === 'date' || type === 'timestamp') ? Date.parse(value) : value;
  });
}
