import type { ProfiledValue } from '../lambdas/shared/statistics/dataset-profile';
import { mergeProfiles, ProfileBuilder } from '../lambdas/shared/statistics/profile';
import type { ColumnSchema, ColumnType } from '../protocol/dataset';
import { median } from './median';
import { type BenchRow, memoryRow } from './row';

const ROWS = 500_000;
const RUNS = 7;
const MERGES = 200;

/** Name, column, cell of a row: different ones and repeated ones. */
const CELLS: readonly [string, ColumnSchema, (row: number) => ProfiledValue][] = [
  ['number', column('number'), (row) => Math.exp(Math.sin(row) * 5)],
  ['integer of 100', column('integer'), (row) => row % 100],
  ['timestamp', column('timestamp'), (row) => 1_700_000_000_000 + row * 61_003],
  ['date', column('date'), (row) => (18_000 + (row % 700)) * 86_400_000],
  ['boolean', column('boolean'), (row) => row % 3 === 0],
  ['text of 12', column('string'), (row) => `category ${row % 12}`],
  ['text, all different', column('string'), (row) => `customer-${row}`],
  ['personal text', column('string', true), (row) => `customer-${row}`],
];

/** Processor time that a profile takes for one cell, after values became too many to be counted one by one where they do. */
export function benchStatistics(): BenchRow[] {
  const rows = CELLS.map(([name, of, cell]) => {
    const cells = Array.from({ length: ROWS }, (_, row) => cell(row));
    const nanoseconds = Array.from({ length: RUNS + 1 }, () => addAll(of, cells));
    // The first run warms up.
    return { name: `profile of a cell, ${name}`, unit: 'ns', target: '<= 150', ...median(nanoseconds.slice(1)) };
  });
  return [...rows, mergeRow(), memoryRow('statistics', process.resourceUsage().maxRSS)];
}

function addAll(of: ColumnSchema, cells: readonly ProfiledValue[]): number {
  const builder = ProfileBuilder.of([of]);
  const start = process.cpuUsage();
  for (let row = 0; row < cells.length; row++) builder.add(0, cells[row]);
  const nanoseconds = (1e3 * process.cpuUsage(start).user) / cells.length;
  const profiled = builder.toProfile().rows;
  if (profiled !== cells.length) throw new Error(`the profile is of ${profiled} cells, not of ${cells.length}`);
  return nanoseconds;
}

function mergeRow(): BenchRow {
  const profiles = [0, 1].map((part) => {
    const builder = ProfileBuilder.of([column('number')]);
    for (let row = 0; row < ROWS; row++) builder.add(0, Math.exp(Math.sin(row * 2 + part) * 5));
    return builder.toProfile();
  });
  const [a, b] = profiles;
  if (a === undefined || b === undefined) throw new Error('there are two profiles');
  const milliseconds = Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < MERGES; i++) mergeProfiles(a, b);
    return process.cpuUsage(start).user / 1e3 / MERGES;
  });
  return { name: 'merge of two profiles, a column', unit: 'ms', ...median(milliseconds) };
}

function column(type: ColumnType, personal = false): ColumnSchema {
  return { name: type, type, required: false, personal, severity: 'reject' };
}
