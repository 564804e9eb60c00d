import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonAtoms } from '../../lambdas/shared/statistics/atoms';
import type { ColumnProfile, ProfiledValue } from '../../lambdas/shared/statistics/dataset-profile';
import { columnDistance } from '../../lambdas/shared/statistics/distance';
import { categoryBins, equalWidthBins, quantileBins } from '../../lambdas/shared/statistics/histogram';
import { jensenShannon } from '../../lambdas/shared/statistics/jensen-shannon';
import { kolmogorovSmirnov } from '../../lambdas/shared/statistics/kolmogorov-smirnov';
import { populationStability } from '../../lambdas/shared/statistics/population-stability';
import type { ColumnType } from '../../protocol/dataset';
import { columnOf, profiled, seeded } from './samples';

function of(type: ColumnType, values: readonly ProfiledValue[], personal = false): ColumnProfile {
  return profiled(columnOf(type, personal, 'x'), values);
}

function drawn(size: number, seed: number, draw: (random: number) => number): number[] {
  const random = seeded(seed);
  return Array.from({ length: size }, () => draw(random()));
}

describe('the distance of a column', () => {
  test('of the same distribution is what chance makes of it; of a shifted one it is more', () => {
    const before = of(
      'number',
      drawn(20_000, 1, (random) => random * 100),
    );
    const same = columnDistance(
      before,
      of(
        'number',
        drawn(5_000, 2, (random) => random * 100),
      ),
    );
    expect(same.on).toBe('values');
    expect(same.reason).toBeUndefined();
    expect(same.psi).toBeGreaterThan(0);
    expect(same.psi).toBeLessThan(4 * (same.psiByChance ?? 0));
    expect(same.ks?.pValue).toBeGreaterThan(0.001);
    const shifted = columnDistance(
      before,
      of(
        'number',
        drawn(5_000, 2, (random) => random * 100 + 30),
      ),
    );
    expect(shifted.psi).toBeGreaterThan(0.5);
    expect(shifted.jensenShannon).toBeGreaterThan(0.2);
    expect(shifted.ks?.pValue).toBeLessThan(1e-9);
    expect(shifted.chiSquare).toBeUndefined();
  });

  test('of samples by Kolmogorov and Smirnov, from sketches, is that of the samples but for a bucket', () => {
    const a = drawn(4_000, 1, (random) => Math.exp(4 * random));
    const b = drawn(3_000, 2, (random) => Math.exp(4 * random ** 1.1));
    const exact = kolmogorovSmirnov(a, b)?.statistic ?? Number.NaN;
    const sketched = columnDistance(of('number', a), of('number', b)).ks?.statistic ?? Number.NaN;
    expect(sketched).toBeLessThanOrEqual(exact);
    expect(sketched).toBeGreaterThan(exact - 0.01);
  });

  test.each<[string, number[], number[]]>([
    ['one number became another', Array(200).fill(5), Array(200).fill(7)],
    ['one number became many', Array(200).fill(5), drawn(200, 1, (random) => random * 10)],
    [
      'numbers went to where there was a gap',
      [...Array(100).fill(1), ...Array(100).fill(100)],
      drawn(200, 1, (r) => 20 + r),
    ],
    ['numbers went beyond the end', drawn(200, 1, (random) => random), drawn(200, 2, (random) => 1 + random / 50)],
    ['the sign changed', drawn(2_000, 1, (random) => random), drawn(2_000, 1, (random) => -random)],
    ['zeros came in', drawn(2_000, 1, (random) => random), [...Array(1_000).fill(0), ...drawn(2_000, 3, (r) => r)]],
  ])('is seen when %s', (_, a, b) => {
    const there = columnDistance(of('number', a), of('number', b));
    expect(there.psi).toBeGreaterThan(0.25);
    const back = columnDistance(of('number', b), of('number', a));
    expect(back.psi).toBeCloseTo(there.psi ?? Number.NaN, 12);
  });

  test('of times is told by their own steps: a month is seen, 50 years after 1970', () => {
    const hour = 3_600_000;
    const month = drawn(5_000, 1, (random) => 1.7e12 + Math.floor(random * 720) * hour + Math.floor(random * 1e6));
    const next = month.map((at) => at + 720 * hour);
    expect(columnDistance(of('timestamp', month), of('timestamp', next)).jensenShannon).toBeGreaterThan(0.95);
    const days = month.map((at) => at - (at % 86_400_000));
    expect(columnDistance(of('date', days), of('date', days)).psi).toBe(0);
  });

  test('of texts is that of their counts, with chi-square', () => {
    const before = of(
      'string',
      ['a', 'b', 'c'].flatMap((text) => Array<string>(100).fill(text)),
    );
    const after = of(
      'string',
      ['a', 'b', 'd'].flatMap((text) => Array<string>(100).fill(text)),
    );
    const distance = columnDistance(before, after);
    expect(distance.on).toBe('values');
    expect(distance.psi).toBe(populationStability([100, 100, 100, 0], [100, 100, 0, 100]));
    expect(distance.chiSquare).toMatchObject({ statistic: 200, degreesOfFreedom: 3 });
    expect(distance.ks).toBeUndefined();
  });

  test('of booleans is that of their counts', () => {
    const halves = of(
      'boolean',
      Array.from({ length: 200 }, (_, i) => i % 2 === 0),
    );
    const tenth = of(
      'boolean',
      Array.from({ length: 200 }, (_, i) => i % 10 === 0),
    );
    const distance = columnDistance(halves, tenth);
    expect(distance.jensenShannon).toBe(jensenShannon([100, 100], [180, 20]));
    expect(distance.psiByChance).toBe(0.01);
  });

  test('counts rows without a value as a bin of their own', () => {
    const full = of('string', Array<string>(200).fill('a'));
    const half = of('string', [...Array<string>(100).fill('a'), ...Array<null>(100).fill(null)]);
    const distance = columnDistance(full, half);
    expect(distance.psi).toBe(populationStability([200, 0], [100, 100]));
    expect(distance.nullShares).toEqual({ a: 0, b: 0.5 });
  });

  test('looks at nulls alone where values are too few, and says so', () => {
    const distance = columnDistance(
      of(
        'number',
        drawn(200, 1, (r) => r),
      ),
      of('number', Array<null>(200).fill(null)),
    );
    expect(distance).toMatchObject({ on: 'nulls', reason: '0 values on one side, at least 50 are needed' });
    expect(distance.psi).toBeGreaterThan(5);
    expect(distance.ks).toBeUndefined();
  });

  test('is none of fewer than 50 rows, and says so', () => {
    const distance = columnDistance(
      of(
        'number',
        drawn(200, 1, (r) => r),
      ),
      of(
        'number',
        drawn(49, 1, (r) => r),
      ),
    );
    expect(distance).toEqual({
      column: 'x',
      on: 'nothing',
      reason: '49 rows on one side, at least 50 are needed',
      psi: null,
      psiByChance: null,
      jensenShannon: null,
      nullShares: { a: 0, b: 0 },
    });
  });

  test('of texts that were too many to count is that of their lengths, and says so', () => {
    const unique = (length: number) => Array.from({ length: 1_200 }, (_, i) => String(i).padStart(length, '0'));
    const distance = columnDistance(of('string', unique(10)), of('string', unique(12)));
    expect(distance).toMatchObject({ on: 'lengths', reason: 'too many different texts: they were not counted' });
    expect(distance.jensenShannon).toBe(1);
    expect(distance.ks?.statistic).toBe(1);
    const counted = columnDistance(of('string', unique(10)), of('string', Array<string>(100).fill('same')));
    expect(counted.on).toBe('lengths');
  });

  test('of personal columns is that of lengths, or of nulls alone, and says so', () => {
    const reason = 'values of personal data are not kept';
    const names = (letter: string) => of('string', Array<string>(100).fill(letter), true);
    expect(columnDistance(names('a'), names('bb'))).toMatchObject({ on: 'lengths', reason, jensenShannon: 1 });
    const ages = of(
      'number',
      drawn(100, 1, (random) => random),
      true,
    );
    expect(columnDistance(ages, ages)).toMatchObject({ on: 'nulls', reason, psi: 0 });
    const open = of(
      'number',
      drawn(100, 1, (random) => random),
    );
    expect(columnDistance(open, ages)).toMatchObject({ on: 'nulls', reason });
  });

  test('fails for two different columns', () => {
    expect(() => columnDistance(of('number', []), of('string', []))).toThrow(
      'column "x" (number) and column "x" (string) cannot be compared',
    );
  });

  test('of rare categories is not made of chance alone', () => {
    const texts = (seed: number) => drawn(2_000, seed, (random) => random).map((r) => `t${Math.floor(r * 900)}`);
    expect(columnDistance(of('string', texts(1)), of('string', texts(2))).psi).toBeLessThan(0.01);
  });
});

describe('bins', () => {
  const numbers = (values: readonly number[]) => {
    const { numbers: profile } = of('number', values);
    if (profile === undefined) throw new Error('a column of numbers has numbers');
    return profile;
  };

  test('lose no row, whatever the numbers and however they were counted', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const sketched = Array.from({ length: 1_100 }, (_, i) => (i - 500) / 3);
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 80 }),
        fc.array(value, { maxLength: 80 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 12 }),
        (a, b, many, wanted) => {
          const [inA, inB] = [many ? [...sketched, ...a] : a, b];
          const atoms = commonAtoms('double', numbers(inA), numbers(inB));
          expect([...atoms.values]).toEqual(atoms.values.toSorted((x, y) => x - y));
          for (const bins of [atoms, quantileBins(atoms, wanted), equalWidthBins(atoms, wanted)]) {
            expect(bins.a.reduce((sum, count) => sum + count, 0)).toBe(inA.length);
            expect(bins.b.reduce((sum, count) => sum + count, 0)).toBe(inB.length);
          }
        },
      ),
    );
  });

  test('of equal shares have edges where the next one begins, and give a heavy value its own', () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    const atoms = commonAtoms('double', numbers(values), numbers(values));
    expect(quantileBins(atoms, 4)).toEqual({ edges: [0, 25, 50, 75, 99], a: [25, 25, 25, 25], b: [25, 25, 25, 25] });
    const heavy = [...Array<number>(96).fill(0), -2, -1, 1, 2];
    const bins = quantileBins(commonAtoms('double', numbers(heavy), numbers(heavy)), 4);
    expect(bins).toEqual({ edges: [-2, 0, 1, 2], a: [2, 96, 2], b: [2, 96, 2] });
  });

  test('of few numbers are one for each', () => {
    const few = numbers([1, 2, ...Array<number>(98).fill(3)]);
    const atoms = commonAtoms('double', few, few);
    expect(quantileBins(atoms, 4)).toEqual({ edges: [1, 2, 3, 3], a: [1, 1, 98], b: [1, 1, 98] });
  });

  test('of equal widths span what both have', () => {
    const atoms = commonAtoms('double', numbers([0, 1, 2, 3]), numbers([3, 4]));
    expect(equalWidthBins(atoms, 2)).toEqual({ edges: [0, 2, 4], a: [2, 2], b: [0, 2] });
    const far = commonAtoms('double', numbers([-Number.MAX_VALUE]), numbers([Number.MAX_VALUE]));
    expect(equalWidthBins(far, 2)).toMatchObject({ a: [1, 0], b: [0, 1] });
    expect(equalWidthBins(commonAtoms('double', numbers([7]), numbers([7])), 5)).toEqual({
      edges: [7, 7],
      a: [1],
      b: [1],
    });
  });

  test('of categories take the rare ones together', () => {
    const a = new Map([
      ['x', 100],
      ['y', 3],
    ]);
    const b = new Map([
      ['x', 100],
      ['z', 2],
    ]);
    expect(categoryBins(a, b, 20)).toEqual({ labels: ['x', null], a: [100, 3], b: [100, 2] });
    expect(categoryBins(a, b, 0)).toEqual({ labels: ['x', 'y', 'z'], a: [100, 3, 0], b: [100, 0, 2] });
  });
});
