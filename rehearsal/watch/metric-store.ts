import { type Sample, statisticFunction } from './statistic';

/** What identifies a metric: the name in the namespace with exactly these dimensions, in any order. */
interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface MetricDatapoint extends MetricIdentity {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly value: number;
  /** How many samples had this value, as `Counts` of PutMetricData. Default 1. */
  readonly count?: number;
  /** One of CloudWatch's units. Default `None`. */
  readonly unit?: string;
  /** Seconds. Default 60. */
  readonly storageResolution?: 1 | 60;
}

/** A metric to be read; with a unit, only what was published with that unit. */
export interface MetricSeries extends MetricIdentity {
  readonly unit?: string;
}

/** One period's value. */
export interface StatisticPoint {
  /** Start of the period, milliseconds since the epoch. */
  readonly timestamp: number;
  readonly value: number;
}

interface StoredSample extends Sample {
  readonly timestamp: number;
  readonly unit: string;
}

/** The unit of what was published without one. */
const NO_UNIT = 'None';

/**
 * Metrics in memory, read as CloudWatch reads them: a metric with one dimension more, less or different is another metric,
 * and is never aggregated into this one.
 */
export class MetricStore {
  private readonly samples = new Map<string, StoredSample[]>();

  add(...datapoints: readonly MetricDatapoint[]): void {
    for (const datapoint of datapoints) this.addOne(datapoint);
  }

  /**
   * The statistic of each period that has samples, in time order. Points from `start` on and before `end` count.
   *
   * Periods follow each other from `start`, rounded down to the whole minute (to the second for periods below a minute), as
   * CloudWatch lays them out: two overlapping windows of five minutes a minute apart are both five minutes of their own.
   *
   * @throws UnsupportedStatistic
   */
  statistic(
    series: MetricSeries,
    stat: string,
    periodSeconds: number,
    start: number,
    end: number,
  ): readonly StatisticPoint[] {
    const compute = statisticFunction(stat);
    if (!Number.isFinite(periodSeconds) || periodSeconds <= 0) {
      throw new RangeError(`period ${periodSeconds} is not a positive number of seconds`);
    }
    const points: StatisticPoint[] = [];
    for (const [timestamp, samples] of this.byPeriod(series, periodSeconds, start, end)) {
      const value = compute(samples);
      if (value !== undefined) points.push({ timestamp, value });
    }
    return points.sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Whether anything was published under this very name with these very dimensions. */
  has(metric: MetricIdentity): boolean {
    return this.samples.has(keyOf(metric));
  }

  private addOne(datapoint: MetricDatapoint): void {
    const { timestamp, value, count = 1, unit = NO_UNIT } = datapoint;
    checkFinite('timestamp', timestamp);
    checkFinite('value', value);
    if (!(Number.isFinite(count) && count > 0)) throw new RangeError(`count ${count} of a datapoint is not positive`);
    const key = keyOf(datapoint);
    const stored = this.samples.get(key) ?? [];
    stored.push({ timestamp, value, count, unit });
    this.samples.set(key, stored);
  }

  private byPeriod(series: MetricSeries, periodSeconds: number, start: number, end: number): Map<number, Sample[]> {
    const periodMs = periodSeconds * 1000;
    const roundTo = periodSeconds < 60 ? 1000 : 60_000;
    const first = Math.floor(start / roundTo) * roundTo;
    const periods = new Map<number, Sample[]>();
    for (const sample of this.samples.get(keyOf(series)) ?? []) {
      if (sample.timestamp < first || sample.timestamp >= end) continue;
      if (series.unit !== undefined && sample.unit !== series.unit) continue;
      const period = first + Math.floor((sample.timestamp - first) / periodMs) * periodMs;
      const inPeriod = periods.get(period) ?? [];
      inPeriod.push(sample);
      periods.set(period, inPeriod);
    }
    return periods;
  }
}

function checkFinite(what: string, number: number): void {
  if (!Number.isFinite(number)) throw new RangeError(`${what} ${number} of a datapoint is not a finite number`);
}

function keyOf({ namespace, name, dimensions }: MetricIdentity): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, pairs]);
}
