/** One measured figure of a benchmark. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the project promises, in words that say which side is good: `<= 50`. */
  readonly target?: string;
  /** Lowest and highest of the runs that `value` is the median of. */
  readonly spread?: readonly [number, number];
}
