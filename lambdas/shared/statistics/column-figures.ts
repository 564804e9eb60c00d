import type { ColumnType } from '../../../protocol/dataset';
import { quantileOf } from './atoms';
import type { ColumnProfile } from './dataset-profile';
import { DISTINCT_STANDARD_ERROR, distinctEstimate } from './distinct-sketch';
import { dividedBy } from './exact-number';
import { exactOf, type NumberProfile } from './number-profile';
import { bucketError, scaleOf } from './scale';

/** Usable values: rows that are neither null nor unusable. */
export function valuesOf({ rows, nulls, unusable }: ColumnProfile): number {
  return rows - nulls - unusable;
}

/** Share of rows without a value; null where there are no rows. */
export function nullShare({ rows, nulls }: ColumnProfile): number | null {
  return rows === 0 ? null : nulls / rows;
}

/** Different values, with the standard error of the figure relative to it: 0 where they were counted one by one. */
export function distinctOf(column: ColumnProfile): { readonly count: number; readonly standardError: number } {
  if (column.distinct !== null) {
    return { count: Math.round(distinctEstimate(column.distinct)), standardError: DISTINCT_STANDARD_ERROR };
  }
  const { booleans } = column;
  const count = booleans
    ? Math.min(1, booleans.false) + Math.min(1, booleans.true)
    : (column.texts ?? column.numbers?.values ?? []).length;
  return { count, standardError: 0 };
}

/** Each value as text (dates and timestamps in ISO 8601) and how often it came; null where that is not known. */
export function valueCounts({ type, texts, numbers, booleans }: ColumnProfile): ReadonlyMap<string, number> | null {
  if (texts) return new Map(texts);
  if (booleans) return new Map(Object.entries(booleans).filter(([, count]) => count > 0));
  if (!numbers?.values) return null;
  return new Map(numbers.values.map(([value, count]) => [shown(type, value), count]));
}

/** A number of a profile as the column shows it: of dates and timestamps the ISO 8601 text of the milliseconds. */
export function shown(type: ColumnType, value: number): string {
  if (type !== 'date' && type !== 'timestamp') return String(value);
  const text = new Date(value).toISOString();
  return type === 'date' ? text.slice(0, text.indexOf('T')) : text;
}

/** Exact sum divided by count, rounded once; null where there are none. Of times in milliseconds since 1970. */
export function mean({ count, sum }: NumberProfile): number | null {
  return count === 0 ? null : dividedBy(exactOf(sum), BigInt(count));
}

/** Of the sample (divided by count - 1), from exact sums, rounded once; null for fewer than two. Infinite above 1.8e308. */
export function variance({ count, sum, squares }: NumberProfile): number | null {
  if (count < 2) return null;
  const [total, square, n] = [exactOf(sum), exactOf(squares), BigInt(count)];
  const exponent = Math.min(square.exponent, 2 * total.exponent);
  const mantissa =
    n * (square.mantissa << BigInt(square.exponent - exponent)) -
    ((total.mantissa * total.mantissa) << BigInt(2 * total.exponent - exponent));
  return dividedBy({ mantissa, exponent }, n * (n - 1n));
}

export function standardDeviation(numbers: NumberProfile): number | null {
  const squared = variance(numbers);
  return squared === null ? null : Math.sqrt(squared);
}

/**
 * The value at or below which a share (0 to 1) of the numbers of a column lies: of times in milliseconds. Null where there
 * are none, and for columns without numbers. Its error is at most `quantileError`.
 */
export function quantile({ type, numbers }: ColumnProfile, share: number): number | null {
  return numbers === undefined ? null : quantileOf(scaleOf(type), numbers, share);
}

/** Largest error of a quantile: of numbers relative to it, of dates and timestamps in milliseconds. */
export function quantileError({ type, numbers }: ColumnProfile): number {
  return numbers?.sketch ? bucketError(scaleOf(type), numbers.sketch.shift) : 0;
}
