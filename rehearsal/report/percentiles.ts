import type { LatencyKind, LatencyReport, LatencySummary } from './report';

/** Enough for a smooth curve; of four kinds they take about 100 KB of the JSON. */
const SAMPLES_KEPT = 1000;

/** Latencies in milliseconds, by kind, in any order. */
export type LatencySamples = Readonly<Record<LatencyKind, readonly number[]>>;

/**
 * Nearest rank: the smallest sample that at least `percent` % of the samples do not exceed, undefined of no samples.
 * `ascending` must be sorted.
 */
export function percentile(ascending: readonly number[], percent: number): number | undefined {
  if (!(percent > 0 && percent <= 100)) {
    throw new RangeError(`percentile ${percent} is out of range: give a number above 0 and up to 100`);
  }
  return ascending[Math.ceil((percent * ascending.length) / 100) - 1];
}

/** Null of no samples. */
export function summarize(samples: readonly number[]): LatencySummary | null {
  const sorted = ascending(samples);
  const max = sorted.at(-1);
  if (max === undefined) return null;
  const at = (percent: number): number => percentile(sorted, percent) ?? max;
  return { count: sorted.length, p50: at(50), p95: at(95), p99: at(99), max };
}

/** `objectiveP95Ms` is null where the contract states none. */
export function latencyOf(samples: LatencySamples, objectiveP95Ms: number | null): LatencyReport {
  return {
    unit: 'ms',
    percentiles: 'nearest rank',
    objectiveP95Ms,
    total: summarize(samples.total),
    overhead: summarize(samples.overhead),
    model: summarize(samples.model),
    client: summarize(samples.client),
    samples: {
      total: thin(samples.total, SAMPLES_KEPT),
      overhead: thin(samples.overhead, SAMPLES_KEPT),
      model: thin(samples.model, SAMPLES_KEPT),
      client: thin(samples.client, SAMPLES_KEPT),
    },
  };
}

/** At most `keep` (2 or more) of the samples, ascending and evenly spread by rank; the extremes stay. */
export function thin(samples: readonly number[], keep: number): readonly number[] {
  const sorted = ascending(samples);
  if (sorted.length <= keep) return sorted;
  const step = (sorted.length - 1) / (keep - 1);
  return Array.from({ length: keep }, (_, index) => sorted[Math.round(index * step)]).filter(
    (sample) => sample !== undefined,
  );
}

function ascending(samples: readonly number[]): number[] {
  const bad = samples.find((sample) => !Number.isFinite(sample) || sample < 0);
  if (bad !== undefined) throw new RangeError(`latency ${bad} is no duration: give milliseconds of 0 or more`);
  return [...samples].sort((a, b) => a - b);
}
