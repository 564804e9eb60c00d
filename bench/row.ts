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

/** Most memory that a process ever held, of its `maxRSS` in KiB. */
export function memoryRow(of: string, maxRssKiB: number): BenchRow {
  return { name: `memory of ${of}`, value: maxRssKiB / 1024, unit: 'MiB' };
}
