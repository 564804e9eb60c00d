import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyOf, percentile, summarize, thin } from '../../rehearsal/report/percentiles';

const latencies = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });
const ascending = (samples: readonly number[]): number[] => [...samples].sort((a, b) => a - b);

describe('percentile', () => {
  it.each([
    [[15, 20, 35, 40, 50], 5, 15],
    [[15, 20, 35, 40, 50], 30, 20],
    [[15, 20, 35, 40, 50], 40, 20],
    [[15, 20, 35, 40, 50], 50, 35],
    [[15, 20, 35, 40, 50], 100, 50],
    [[7], 99, 7],
  ])('takes the nearest rank: of %j the %d th is %d', (samples, percent, expected) => {
    expect(percentile(samples, percent)).toBe(expected);
  });

  it('is undefined of no samples', () => {
    expect(percentile([], 50)).toBeUndefined();
  });

  it.each([0, -1, 100.1, Number.NaN])('fails of %d percent', (percent) => {
    expect(() => percentile([1], percent)).toThrow('is out of range');
  });

  it('is the least sample that at least so many percent do not exceed', () => {
    fc.assert(
      fc.property(latencies, fc.integer({ min: 1, max: 100 }), (samples, percent) => {
        const sorted = ascending(samples);
        const found = percentile(sorted, percent) ?? Number.NaN;
        const share = (limit: (sample: number) => boolean): number =>
          (100 * samples.filter(limit).length) / samples.length;
        expect(samples).toContain(found);
        expect(share((sample) => sample <= found)).toBeGreaterThanOrEqual(percent - 1e-9);
        expect(share((sample) => sample < found)).toBeLessThan(percent);
      }),
    );
  });
});

describe('summarize', () => {
  it('does not depend on the order of the samples and orders its percentiles', () => {
    fc.assert(
      fc.property(latencies, (samples) => {
        const summary = summarize(samples);
        expect(summarize([...samples].reverse())).toEqual(summary);
        const { p50, p95, p99, max } = summary ?? { p50: 0, p95: 0, p99: 0, max: -1 };
        expect([p50, p95, p99, max]).toEqual(ascending([p50, p95, p99, max]));
        expect(max).toBe(Math.max(...samples));
      }),
    );
  });

  it('is null of no samples, never 0', () => {
    expect(summarize([])).toBeNull();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -0.1])('fails of the sample %d', (bad) => {
    expect(() => summarize([1, bad])).toThrow('is no duration');
  });
});

describe('thin', () => {
  it('keeps at most so many samples, all measured, with both extremes', () => {
    fc.assert(
      fc.property(latencies, fc.integer({ min: 2, max: 50 }), (samples, keep) => {
        const kept = thin(samples, keep);
        expect(kept).toHaveLength(Math.min(keep, samples.length));
        expect(kept).toEqual(ascending(kept));
        expect(kept.every((sample) => samples.includes(sample))).toBe(true);
        expect([kept.at(0), kept.at(-1)]).toEqual([Math.min(...samples), Math.max(...samples)]);
      }),
    );
  });
});

describe('latencyOf', () => {
  it('keeps kinds apart, and says null for a kind without samples', () => {
    const latency = latencyOf({ total: [3, 1, 2], overhead: [1], model: [], client: [9, 8] }, 200);
    expect(latency.total).toEqual({ count: 3, p50: 2, p95: 3, p99: 3, max: 3 });
    expect(latency.model).toBeNull();
    expect(latency.client?.p50).toBe(8);
    expect(latency.samples).toEqual({ total: [1, 2, 3], overhead: [1], model: [], client: [8, 9] });
  });

  it('caps the samples but computes the percentiles from all', () => {
    const total = Array.from({ length: 10_001 }, (_, index) => index);
    const latency = latencyOf({ total, overhead: [], model: [], client: [] }, null);
    expect(latency.samples.total).toHaveLength(1000);
    expect(latency.total).toEqual({ count: 10_001, p50: 5000, p95: 9500, p99: 9900, max: 10_000 });
  });
});
