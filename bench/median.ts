/** Median of the runs, with the lowest and the highest beside it. */
export function median(values: readonly number[]): {
  readonly value: number;
  readonly spread: readonly [number, number];
} {
  const sorted = values.toSorted((a, b) => a - b);
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  const value = sorted[Math.floor(sorted.length / 2)];
  if (value === undefined || lowest === undefined || highest === undefined) throw new RangeError('no runs, no median');
  return { value, spread: [lowest, highest] };
}
