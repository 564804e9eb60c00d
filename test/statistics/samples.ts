import type { DatasetProfile, ProfiledValue } from '../../lambdas/shared/statistics/dataset-profile';
import { ProfileBuilder } from '../../lambdas/shared/statistics/profile';
import type { ColumnSchema, ColumnType } from '../../protocol/dataset';

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function columnOf(type: ColumnType, personal = false, name: string = type): ColumnSchema {
  return { name, type, required: false, personal, severity: 'reject' };
}

export function profileOf(
  columns: readonly ColumnSchema[],
  rows: readonly (readonly ProfiledValue[])[],
): DatasetProfile {
  const builder = ProfileBuilder.of(columns);
  for (const row of rows) {
    row.forEach((value, i) => {
      builder.add(i, value);
    });
  }
  return builder.toProfile();
}

/** The profile of one column. */
export function profiled(column: ColumnSchema, values: readonly ProfiledValue[]): DatasetProfile['columns'][number] {
  const [profile] = profileOf(
    [column],
    values.map((value) => [value]),
  ).columns;
  if (profile === undefined) throw new Error('a profile has its column');
  return profile;
}
