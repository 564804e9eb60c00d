import { UnsupportedStatistic } from './not-evaluable';

/** A value and how many samples of it there were. */
export interface Sample {
  readonly value: number;
  readonly count: number;
}

/** The samples of one period to its value; undefined where the statistic is not available for them. Never called without samples. */
export type StatisticFunction = (samples: readonly Sample[]) => number | undefined;

const SIMPLE: Readonly<Record<string, StatisticFunction>> = {
  SampleCount: sampleCount,
  Sum: sum,
  Average: (samples) => sum(samples) / sampleCount(samples),
  Minimum: (samples) => samples.reduce((lowest, { value }) => Math.min(lowest, value), Number.POSITIVE_INFINITY),
  Maximum: (samples) => samples.reduce((highest, { value }) => Math.max(highest, value), Number.NEGATIVE_INFINITY),
};

// CloudWatch takes up to ten decimal places.
const EXTENDED = /^(p|tm)(100(?:\.0{1,10})?|\d{1,2}(?:\.\d{1,10})?)$/;

/** The function of a statistic's name, or `UnsupportedStatistic`. */
export function statisticFunction(statistic: string): StatisticFunction {
  const simple = Object.hasOwn(SIMPLE, statistic) ? SIMPLE[statistic] : undefined;
  if (simple !== undefined) return simple;

  const [, kind, number] = EXTENDED.exec(statistic) ?? [];
  const share = Number(number) / 100;
  if (kind === 'p') return (samples) => percentile(samples, share);
  if (kind === 'tm' && share > 0) return (samples) => trimmedMean(samples, share);
  throw new UnsupportedStatistic(statistic);
}

/** The share of a percentile statistic (`p95` is 0.95), or undefined for any other statistic. */
export function percentileShare(statistic: string): number | undefined {
  const [, kind, number] = EXTENDED.exec(statistic) ?? [];
  return kind === 'p' ? Number(number) / 100 : undefined;
}

function sampleCount(samples: readonly Sample[]): number {
  return samples.reduce((total, { count }) => total + count, 0);
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value, count }) => total + value * count, 0);
}

/**
 * Linear interpolation between the closest ranks (type 7 of Hyndman and Fan, 1996). CloudWatch publishes no formula and
 * answers an approximation, so the last digits may differ from it. As CloudWatch documents for GetMetricStatistics,
 * percentiles are not available when any value is negative; that is judged period by period here.
 */
function percentile(samples: readonly Sample[], share: number): number | undefined {
  if (samples.some(({ value }) => value < 0)) return undefined;
  const ascending = sorted(samples);
  const rank = share * Math.max(0, sampleCount(ascending) - 1);
  const below = valueAtRank(ascending, Math.floor(rank));
  const above = valueAtRank(ascending, Math.ceil(rank));
  return below + (above - below) * (rank - Math.floor(rank));
}

/** Mean of the lowest share of the samples (`tm90` drops the highest tenth); the sample on the boundary counts with the fraction that is inside. */
function trimmedMean(samples: readonly Sample[], share: number): number {
  const kept = sampleCount(samples) * share;
  let left = kept;
  let total = 0;
  for (const { value, count } of sorted(samples)) {
    const taken = Math.min(left, count);
    total += value * taken;
    left -= taken;
  }
  return total / kept;
}

function sorted(samples: readonly Sample[]): readonly Sample[] {
  return [...samples].sort((a, b) => a.value - b.value);
}

/** The value at a rank that counts from 0, ranks past the end being the highest value. */
function valueAtRank(ascending: readonly Sample[], rank: number): number {
  let seen = 0;
  let value = Number.NaN;
  for (const sample of ascending) {
    value = sample.value;
    seen += sample.count;
    if (seen > rank) break;
  }
  return value;
}
