import { valueCounts } from '../shared/statistics/column-figures';
import type { ColumnProfile } from '../shared/statistics/dataset-profile';

/** Share of one value among all rows, empty ones included; where it cannot be told, why. */
export function shareOf(column: ColumnProfile, value: string): number | string {
  if (column.personal) return 'the column is personal: its values are not counted';
  const counts = valueCounts(column);
  if (counts === null) return 'the column has too many different values to count them';
  return (counts.get(value) ?? 0) / column.rows;
}
