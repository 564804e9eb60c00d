import { jStat } from 'jstat';
import { describe, expect, test } from 'vitest';
import { chiSquareFit, chiSquareHomogeneity } from '../../lambdas/shared/statistics/chi-square';
import { mean, variance } from '../../lambdas/shared/statistics/column-figures';
import { logGamma, upperGamma } from '../../lambdas/shared/statistics/gamma';
import { jensenShannon } from '../../lambdas/shared/statistics/jensen-shannon';
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovOfCounts,
  kolmogorovTail,
} from '../../lambdas/shared/statistics/kolmogorov-smirnov';
import { populationStability } from '../../lambdas/shared/statistics/population-stability';
import { columnOf, profiled } from './samples';
import reference from './scipy-reference.json';

/** Relative to what scipy says. */
const TOLERANCE = 1e-9;

function expectNear(measured: number | undefined | null, expected: number, tolerance = TOLERANCE): void {
  expect(Math.abs((measured ?? Number.NaN) - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

describe('what scipy says', () => {
  test.each(reference.logGamma)('of the logarithm of gamma of %d', (x = 0, expected = 0) => {
    expect(Math.abs(logGamma(x) - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
  });

  test.each(reference.upperGamma)('of the upper gamma function of %d and %d', (a = 0, x = 0, expected = 0) => {
    expectNear(upperGamma(a, x), expected);
  });

  test.each(reference.kolmogorov)("of Kolmogorov's limit above %d", (x = 0, expected = 0) => {
    expectNear(kolmogorovTail(x), expected, 1e-12);
  });

  test.each(reference.ks)(
    'of two samples by Kolmogorov and Smirnov: $name',
    ({ a, b, statistic, exact, asymptotic }) => {
      const measured = kolmogorovSmirnov(a, b);
      expectNear(measured?.statistic, statistic, 1e-12);
      expectNear(measured?.pValue, exact);
      expect(measured?.method).toBe('exact');
      expectNear(kolmogorovTail(statistic * Math.sqrt((a.length * b.length) / (a.length + b.length))), asymptotic);
      const values = [...new Set([...a, ...b])].sort((x, y) => x - y);
      const counts = [a, b].map((sample) => values.map((value) => sample.filter((other) => other === value).length));
      expect(kolmogorovSmirnovOfCounts(counts[0] ?? [], counts[1] ?? [])).toEqual(measured);
    },
  );

  test.each(reference.ksLarge)('of $n and $m values by Kolmogorov and Smirnov', ({ n, m, stretch, ...expected }) => {
    const a = Array.from({ length: n }, (_, i) => (i * 0.618033988749895) % 1);
    const b = Array.from({ length: m }, (_, i) => ((i * 0.7548776662466927) % 1) ** stretch);
    const measured = kolmogorovSmirnov(a, b);
    expectNear(measured?.statistic, expected.statistic, 1e-12);
    expectNear(measured?.pValue, expected.asymptotic);
    expect(measured?.method).toBe('asymptotic');
  });

  test.each(reference.homogeneity)('of two counts by chi-square, %#', ({ a, b, statistic, degrees, p }) => {
    const measured = chiSquareHomogeneity(a, b);
    expect(Math.abs((measured?.statistic ?? Number.NaN) - statistic)).toBeLessThanOrEqual(
      1e-9 * Math.max(1, statistic),
    );
    expect(measured?.degreesOfFreedom).toBe(degrees);
    expectNear(measured?.pValue, p);
  });

  test.each(reference.fit)('of a fit by chi-square, %#', ({ observed, expected, statistic, p }) => {
    const measured = chiSquareFit(observed, expected);
    expectNear(measured?.statistic, statistic);
    expectNear(measured?.pValue, p);
  });

  test.each(reference.jensenShannon)('of the Jensen-Shannon distance, %#', ({ a, b, distance }) => {
    // Near 0 the root makes 1e-9 of a rounding error of 1e-17.
    expect(Math.abs((jensenShannon(a, b) ?? Number.NaN) - distance)).toBeLessThanOrEqual(1e-9 * Math.max(1, distance));
  });

  test.each(reference.psi)('of the population stability index, %#', ({ a, b, psi }) => {
    expect(Math.abs((populationStability(a, b) ?? Number.NaN) - psi)).toBeLessThanOrEqual(1e-9 * Math.max(1e-6, psi));
  });

  test.each(reference.moments)('of mean and variance, to the last bit, %#', ({ values, ...expected }) => {
    const { numbers } = profiled(columnOf('number'), values);
    if (numbers === undefined) throw new Error('a column of numbers has numbers');
    expect(mean(numbers)).toBe(expected.mean);
    expect(variance(numbers)).toBe(expected.variance ?? Number.POSITIVE_INFINITY);
  });
});

describe('what jStat says', () => {
  const DEGREES = [1, 2, 3, 7, 20, 99];

  test.each(DEGREES.flatMap((degrees) => [0.2, 0.9, 1, 1.3, 2].map((factor) => [degrees, degrees * factor] as const)))(
    'of chi-square with %d degrees of freedom at %d',
    (degrees, statistic) => {
      const chance = 1 - jStat.chisquare.cdf(statistic, degrees);
      expect(Math.abs(upperGamma(degrees / 2, statistic / 2) - chance)).toBeLessThanOrEqual(1e-9);
    },
  );

  test.each([0.5, 1, 4.5, 30, 1000])('of the logarithm of gamma of %d', (x) => {
    expect(Math.abs(logGamma(x) - jStat.gammaln(x))).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(logGamma(x))));
  });

  test('of mean and variance', () => {
    const values = Array.from({ length: 3_000 }, (_, i) => Math.sin(i) * 100 + i);
    const { numbers } = profiled(columnOf('number'), values);
    if (numbers === undefined) throw new Error('a column of numbers has numbers');
    expectNear(mean(numbers), jStat.mean(values));
    expectNear(variance(numbers), jStat.variance(values, true));
  });
});

test('the Jensen-Shannon distance is between 0 and 1, where rounding leaves it beyond', () => {
  expect(jensenShannon([1777853419, 1925213010, 1813902376], [1777853421, 1925213012, 1813902376])).toBe(0);
  expect(jensenShannon([52, 7, 30, 24, 59, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 52, 7, 30, 24, 59])).toBe(1);
});

describe('distances of nothing', () => {
  test('are none', () => {
    expect(populationStability([0, 0], [1, 2])).toBeUndefined();
    expect(jensenShannon([1, 2], [0, 0])).toBeUndefined();
    expect(kolmogorovSmirnov([], [1])).toBeUndefined();
    expect(kolmogorovSmirnovOfCounts([0], [1])).toBeUndefined();
    expect(chiSquareHomogeneity([0, 0], [1, 1])).toBeUndefined();
    expect(chiSquareHomogeneity([5], [5])).toBeUndefined();
    expect(chiSquareFit([0, 0], [1, 1])).toBeUndefined();
    expect(chiSquareFit([5, 0], [1, 0])).toBeUndefined();
  });

  test('fail on bins that are not common', () => {
    expect(() => populationStability([1], [1, 2])).toThrow('1 and 2 bins cannot be compared');
    expect(() => jensenShannon([1], [1, 2])).toThrow('1 and 2 bins cannot be compared');
    expect(() => kolmogorovSmirnovOfCounts([1], [1, 2])).toThrow('1 and 2 bins cannot be compared');
    expect(() => chiSquareHomogeneity([1], [1, 2])).toThrow('1 and 2 categories cannot be compared');
    expect(() => chiSquareFit([1, 2], [1])).toThrow('2 and 1 categories cannot be compared');
  });

  test('categories that neither side has do not count', () => {
    expect(chiSquareHomogeneity([10, 0, 20], [20, 0, 10])).toEqual(chiSquareHomogeneity([10, 20], [20, 10]));
  });

  test('what is not expected at all and yet occurs fits by no chance', () => {
    expect(chiSquareFit([5, 1], [1, 0])?.pValue).toBe(0);
  });
});
