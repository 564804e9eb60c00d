import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MetricDatapoint, MetricStore } from '../../rehearsal/watch/metric-store';
import { UnsupportedStatistic } from '../../rehearsal/watch/not-evaluable';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const LATENCY = { namespace: 'Slipway', name: 'Latency', dimensions: { Deployment: 'spam-filter-pilot' } };

function storeOf(...values: readonly (number | Partial<MetricDatapoint>)[]): MetricStore {
  const store = new MetricStore();
  for (const value of values) {
    const datapoint = typeof value === 'number' ? { value } : value;
    store.add({ ...LATENCY, timestamp: START, value: 0, ...datapoint });
  }
  return store;
}

function statisticOf(store: MetricStore, statistic: string): number | undefined {
  return store.statistic(LATENCY, statistic, 60, START, START + MINUTE)[0]?.value;
}

describe('statistics of one period', () => {
  test.each([
    ['SampleCount', [4, 1, 3], 3],
    ['Sum', [4, 1, 3], 8],
    ['Average', [4, 1, 4], 3],
    ['Minimum', [4, -1, 3], -1],
    ['Maximum', [-4, -1, -3], -1],
    ['Sum', [0, -2], -2],
    ['p0', [4, 1, 3], 1],
    ['p50', [4, 1, 3], 3],
    ['p50', [4, 1, 3, 2], 2.5],
    ['p100', [4, 1, 3], 4],
    ['p100.0', [4, 1, 3], 4],
    ['p95', [7], 7],
    ['p90', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 10],
    ['p12.5', [0, 8], 1],
    ['tm90', [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000], 5],
    ['tm50', [2, 4, 100, 200], 3],
    ['tm100', [2, 4], 3],
    ['tm75', [3, 3, 9], 11 / 3],
  ])('%s of %j is %d', (statistic, values, expected) => {
    expect(statisticOf(storeOf(...values), statistic)).toBeCloseTo(expected, 10);
  });

  test('a count weighs a value as if it had been published that many times', () => {
    const weighted = storeOf({ value: 1, count: 3 }, { value: 10 });
    const repeated = storeOf(1, 1, 1, 10);
    for (const statistic of ['SampleCount', 'Sum', 'Average', 'p50', 'p90', 'tm75', 'Maximum']) {
      expect(statisticOf(weighted, statistic)).toBe(statisticOf(repeated, statistic));
    }
  });

  test('a percentile is not available where a value is negative', () => {
    expect(statisticOf(storeOf(-1, 5), 'p95')).toBeUndefined();
    expect(statisticOf(storeOf(0, 5), 'p100')).toBe(5);
  });

  test.each(['p101', 'p', 'p-1', 'p99.12345678901', 'IQM', 'wm98', 'TM(10%:90%)', 'tm0', 'average', 'toString', ''])(
    'fails by name for the statistic "%s"',
    (statistic) => {
      expect(() => statisticOf(storeOf(1), statistic)).toThrow(UnsupportedStatistic);
      expect(() => statisticOf(storeOf(1), statistic)).toThrow(`"${statistic}"`);
    },
  );

  test('a percentile lies between the extremes, and grows with its number', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.nat(100), fc.nat(100), (samples, a, b) => {
        const store = storeOf(...samples);
        const low = statisticOf(store, `p${Math.min(a, b)}`) ?? Number.NaN;
        const high = statisticOf(store, `p${Math.max(a, b)}`) ?? Number.NaN;
        expect(low).toBeGreaterThanOrEqual(Math.min(...samples));
        // Interpolation may round by one unit in the last place.
        expect(high).toBeLessThanOrEqual(Math.max(...samples) * (1 + 1e-12));
        expect(low).toBeLessThanOrEqual(high * (1 + 1e-12));
      }),
    );
  });
});

describe('identity of a metric', () => {
  const both = { Deployment: 'd', GuardRule: 'r' };

  test.each([
    ['one dimension more', { Deployment: 'd', GuardRule: 'r', Extra: 'x' }],
    ['one dimension less', { Deployment: 'd' }],
    ['another value', { Deployment: 'd', GuardRule: 's' }],
    ['another case of the name', { deployment: 'd', GuardRule: 'r' }],
    ['values exchanged', { Deployment: 'r', GuardRule: 'd' }],
    ['no dimension', {}],
  ])('a metric with %s is not matched', (_, dimensions) => {
    const store = storeOf({ dimensions: both });
    expect(store.statistic({ ...LATENCY, dimensions }, 'Sum', 60, START, START + MINUTE)).toEqual([]);
    expect(store.statistic({ ...LATENCY, dimensions: both }, 'Sum', 60, START, START + MINUTE)).toHaveLength(1);
  });

  test('another namespace or name is not matched', () => {
    const store = storeOf(1);
    for (const other of [{ namespace: 'AWS/Lambda' }, { name: 'latency' }]) {
      expect(store.statistic({ ...LATENCY, ...other }, 'Sum', 60, START, START + MINUTE)).toEqual([]);
    }
  });

  test('the order of dimensions never changes the result', () => {
    const dimensions = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 6,
    });
    const shuffled = dimensions.chain((pairs) =>
      fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
    );
    fc.assert(
      fc.property(shuffled, ([pairs, permuted]) => {
        const store = storeOf({ dimensions: Object.fromEntries(pairs), value: 7 });
        const read = { ...LATENCY, dimensions: Object.fromEntries(permuted) };
        expect(store.statistic(read, 'Sum', 60, START, START + MINUTE)).toEqual([{ timestamp: START, value: 7 }]);
      }),
    );
  });

  test('with a unit, only what was published with that unit counts; without one, everything', () => {
    const store = storeOf({ value: 1, unit: 'Milliseconds' }, { value: 10 });
    const read = (unit?: string) =>
      store.statistic({ ...LATENCY, unit }, 'Sum', 60, START, START + MINUTE).map(({ value }) => value);
    expect(read()).toEqual([11]);
    expect(read('Milliseconds')).toEqual([1]);
    expect(read('None')).toEqual([10]);
    expect(read('Count')).toEqual([]);
  });
});

describe('periods', () => {
  test('a period holds its start and not its end, and periods without samples have no point', () => {
    const store = storeOf(
      { timestamp: START - 1, value: 100 },
      { timestamp: START, value: 1 },
      { timestamp: START + MINUTE - 1, value: 2 },
      { timestamp: START + 2 * MINUTE, value: 4 },
      { timestamp: START + 3 * MINUTE, value: 200 },
    );
    expect(store.statistic(LATENCY, 'Sum', 60, START, START + 3 * MINUTE)).toEqual([
      { timestamp: START, value: 3 },
      { timestamp: START + 2 * MINUTE, value: 4 },
    ]);
  });

  test('a start within a minute is rounded down to it, and periods follow each other from there', () => {
    const store = storeOf({ timestamp: START + MINUTE, value: 1 }, { timestamp: START + 6 * MINUTE - 1, value: 2 });
    const start = START + MINUTE + 17_123;
    expect(store.statistic(LATENCY, 'Sum', 300, start, START + 6 * MINUTE)).toEqual([
      { timestamp: START + MINUTE, value: 3 },
    ]);
  });

  test('points come in time order, whatever the order they were added in', () => {
    const store = storeOf({ timestamp: START + 2 * MINUTE }, { timestamp: START }, { timestamp: START + MINUTE });
    const times = store.statistic(LATENCY, 'Sum', 60, START, START + 3 * MINUTE).map(({ timestamp }) => timestamp);
    expect(times).toEqual([START, START + MINUTE, START + 2 * MINUTE]);
  });

  test('fails for a datapoint or a period that is no number CloudWatch takes', () => {
    expect(() => storeOf(Number.NaN)).toThrow('value NaN');
    expect(() => storeOf({ timestamp: Number.POSITIVE_INFINITY })).toThrow('timestamp Infinity');
    expect(() => storeOf({ count: 0 })).toThrow('count 0');
    expect(() => storeOf(1).statistic(LATENCY, 'Sum', 0, START, START + MINUTE)).toThrow('period 0');
  });
});
