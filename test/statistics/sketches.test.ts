import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinctOf, quantile, quantileError } from '../../lambdas/shared/statistics/column-figures';
import { CountTable } from '../../lambdas/shared/statistics/count-table';
import {
  DISTINCT_STANDARD_ERROR,
  DistinctSketch,
  distinctEstimate,
} from '../../lambdas/shared/statistics/distinct-sketch';
import { columnOf, profiled, seeded } from './samples';

const SHARES = [0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999];

function exactly(sorted: Float64Array, share: number): number {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Name, draw, largest relative error that its quantiles may have. */
const NUMBERS: readonly [string, (random: () => number) => number, number][] = [
  ['uniform', (random) => random() * 1000, 0.01],
  ['normal around 0', normal, 0.01],
  ['narrow, far from 0', (random) => 300 + normal(random), 0.0001],
  ['log-normal', (random) => Math.exp(3 * normal(random)), 0.01],
  ['Pareto with an infinite mean', (random) => (1 - random()) ** (-1 / 0.8), 0.01],
  ['Cauchy', (random) => Math.tan(Math.PI * (random() - 0.5)), 0.01],
  ['zeros and a tail', (random) => (random() < 0.6 ? 0 : (random() - 0.3) * Math.exp(5 * random())), 0.01],
  ['all sizes of doubles', (random) => (random() - 0.5) * 10 ** (600 * random() - 300), 0.34],
];

describe('quantiles from a sketch', () => {
  test.each(NUMBERS)('keep the stated error: %s', (_, draw, promised) => {
    const random = seeded(7);
    const values = Float64Array.from({ length: 100_000 }, () => draw(random));
    const column = profiled(columnOf('number'), [...values]);
    const error = quantileError(column);
    expect(column.numbers?.values).toBeNull();
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThanOrEqual(promised);
    values.sort();
    for (const share of SHARES) {
      const exact = exactly(values, share);
      expect(Math.abs((quantile(column, share) ?? Number.NaN) - exact)).toBeLessThanOrEqual(
        error * Math.abs(exact) * (1 + 1e-12),
      );
    }
    expect([quantile(column, 0), quantile(column, 1)]).toEqual([values[0], values.at(-1)]);
  });

  test('keep the stated error for doubles of the last octave, and below the smallest normal one', () => {
    const large = Float64Array.from({ length: 5_000 }, (_, i) => Number.MAX_VALUE * (1 - i / 20_000)).sort();
    const column = profiled(columnOf('number'), [...large]);
    for (const share of SHARES) {
      const exact = exactly(large, share);
      expect(Math.abs((quantile(column, share) ?? Number.NaN) / exact - 1)).toBeLessThanOrEqual(quantileError(column));
    }
    const small = Float64Array.from({ length: 5_000 }, (_, i) => i * 2 ** -1050).sort();
    const tiny = profiled(columnOf('number'), [...small]);
    for (const share of SHARES) {
      const difference = (quantile(tiny, share) ?? Number.NaN) - exactly(small, share);
      expect(Math.abs(difference)).toBeLessThanOrEqual(quantileError(tiny) * 2 ** -1022);
    }
  });

  test.each([Number.MAX_VALUE, 1.75 * 2 ** 1023])(
    'never lie beyond the largest number, nor far from it: %d',
    (largest) => {
      const wide = Array.from({ length: 10_000 }, (_, i) => 2 ** (i / 10 - 100));
      const column = profiled(columnOf('number'), [...wide, ...Array<number>(2_000).fill(1.75 * 2 ** 1023), largest]);
      const measured = quantile(column, 0.95) ?? Number.NaN;
      expect(measured).toBeLessThanOrEqual(largest);
      expect(measured / (1.75 * 2 ** 1023) - 1).toBeLessThanOrEqual(quantileError(column));
    },
  );

  test('of the opposite numbers are the opposite ones', () => {
    const values = Array.from({ length: 5_000 }, (_, i) => (i + 1) / 8);
    const [there, back] = [values, values.map((value) => -value)].map(
      (numbers) => profiled(columnOf('number'), numbers).numbers?.sketch,
    );
    const counts = (of: typeof there) => of?.buckets.filter((_, i) => i % 2 === 1);
    expect(back?.shift).toBe(there?.shift);
    expect(counts(back)).toEqual(counts(there)?.toReversed());
  });

  test.each([
    ['timestamp', 30 * 86_400_000, 86_400_000 / 24],
    ['timestamp', 3e12, 3e12 / 500],
    ['date', 3650 * 86_400_000, 8 * 86_400_000],
  ] as const)('keep the stated error in time: %s over %d ms', (type, range, promised) => {
    const random = seeded(3);
    const step = type === 'date' ? 86_400_000 : 1;
    const values = Float64Array.from({ length: 50_000 }, () => step * Math.floor((random() - 0.3) * (range / step)));
    const column = profiled(columnOf(type), [...values]);
    const error = quantileError(column);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThanOrEqual(promised);
    values.sort();
    for (const share of SHARES) {
      const difference = (quantile(column, share) ?? Number.NaN) - exactly(values, share);
      expect(Math.abs(difference)).toBeLessThanOrEqual(error);
    }
  });

  test('have a bounded number of buckets whatever the numbers are', () => {
    const random = seeded(11);
    const bits = new BigUint64Array(1);
    const double = new Float64Array(bits.buffer);
    const anything = Array.from({ length: 200_000 }, () => {
      bits[0] = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));
      return double[0] ?? 0;
    });
    const { numbers, unusable } = profiled(columnOf('number'), anything);
    expect(numbers?.sketch?.buckets.length).toBeLessThanOrEqual(2 * 4_096);
    expect((numbers?.count ?? 0) + unusable).toBe(200_000);
  });
});

describe('distinct values from a sketch', () => {
  const OF: readonly [string, (i: number) => string | number][] = [
    ['numbers', (i) => i],
    ['fractions', (i) => i / 1024],
    ['texts', (i) => `customer-${i}`],
    ['texts that differ at their start', (i) => `${i.toString(36)}-${'x'.repeat(20)}`],
  ];

  test.each(OF.flatMap(([name, value]) => [10, 1_000, 1_000_000].map((size) => [size, name, value] as const)))(
    'are within three standard errors: %d %s',
    (size, _, value) => {
      const sketch = new DistinctSketch();
      for (let i = 0; i < size; i++) {
        const next = value(i);
        if (typeof next === 'string') sketch.addText(next);
        else sketch.addNumber(next);
      }
      const error = Math.abs(distinctEstimate(sketch.toText()) / size - 1);
      expect(error).toBeLessThanOrEqual(size === 10 ? 0.01 : 3 * DISTINCT_STANDARD_ERROR);
    },
  );

  test('have no estimate but 0 of nothing, and a standard error of 1.6 %', () => {
    expect(distinctEstimate(new DistinctSketch().toText())).toBe(0);
    expect(DISTINCT_STANDARD_ERROR).toBeCloseTo(0.01625, 6);
  });

  test('have the stated standard error over many sketches, and no bias', () => {
    const errors = Array.from({ length: 200 }, (_, run) => {
      const sketch = new DistinctSketch();
      for (let i = 0; i < 20_000; i++) sketch.addNumber(run * 1e6 + i);
      return distinctEstimate(sketch.toText()) / 20_000 - 1;
    });
    const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const spread = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(Math.abs(bias)).toBeLessThan(0.004);
    expect(spread).toBeGreaterThan(0.8 * DISTINCT_STANDARD_ERROR);
    expect(spread).toBeLessThan(1.2 * DISTINCT_STANDARD_ERROR);
  });

  test('tell texts apart that differ in one code unit, a lone surrogate among them', () => {
    const texts = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      '\u0000',
      '\u0000\u0000',
      '\ud800',
      '\udc00',
      '\ud800\udc00',
      'å',
      'a\u030a',
    ];
    const sketch = new DistinctSketch();
    for (const text of texts) sketch.addText(text);
    expect(Math.round(distinctEstimate(sketch.toText()))).toBe(texts.length);
  });

  test('are counted through a profile', () => {
    const column = profiled(
      columnOf('integer'),
      Array.from({ length: 60_000 }, (_, i) => i % 30_000),
    );
    const { count, standardError } = distinctOf(column);
    expect(Math.abs(count / 30_000 - 1)).toBeLessThan(3 * standardError);
  });
});

test('a table counts as a Map does', () => {
  const keys = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, fc.integer({ min: 1, max: 9 })), { maxLength: 400 }), (added) => {
      const table = new CountTable('doubles');
      const map = new Map<number, number>();
      for (const [key, count] of added) {
        table.add(key + 0, count);
        map.set(key + 0, (map.get(key + 0) ?? 0) + count);
      }
      expect(table.sorted()).toEqual([...map].sort(([a], [b]) => a - b));
      expect(table.size).toBe(map.size);
    }),
  );
});
