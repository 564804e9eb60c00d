import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addExact,
  dividedBy,
  exactText,
  parseExact,
  squareOf,
  timesOf,
  ZERO,
} from '../../lambdas/shared/statistics/exact-number';
import { ExactSum } from '../../lambdas/shared/statistics/exact-sum';

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    -5e-324,
    2 ** -1022,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    1e308,
    2 ** 1000,
    0.1,
    2 ** 53,
  ),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);

function summed(values: readonly number[], square = false): string {
  const sum = new ExactSum();
  for (const value of values) {
    if (square) sum.addSquare(value);
    else sum.add(value);
  }
  return exactText(sum.toExact());
}

describe('an exact sum', () => {
  test.each<[readonly number[], string]>([
    [[], '0'],
    [[0, -0], '0'],
    [[1], '1p0'],
    [[0.5, 0.25], '3p-2'],
    [[-6], '-3p1'],
    [[5e-324], '1p-1074'],
    [[1e16, 1, -1e16], '1p0'],
    [[Number.MAX_VALUE, Number.MAX_VALUE], '1fffffffffffffp972'],
    [[Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324], '1p-1074'],
  ])('of %j is %s', (values, text) => {
    expect(summed(values)).toBe(text);
  });

  test('keeps the lowest bit of many numbers below the smallest normal one', () => {
    expect(summed([...Array<number>(256).fill(2 ** -1022 - 5e-324), 5e-324])).toBe('fffffffffffff01p-1074');
  });

  test('is that of whole numbers without end, of the numbers and of their squares', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 100 }), (values) => {
        const sum = values.reduce((total, value) => addExact(total, timesOf(value, 1)), ZERO);
        const squares = values.reduce((total, value) => addExact(total, squareOf(value, 1)), ZERO);
        expect(summed(values)).toBe(exactText(sum));
        expect(summed(values, true)).toBe(exactText(squares));
      }),
      { numRuns: 500 },
    );
  });

  test('stays exact after its accumulators were emptied', () => {
    const sum = new ExactSum();
    for (let i = 0; i < 1_000; i++) {
      sum.add(0.1);
      if (i % 100 === 0) sum.toExact();
    }
    expect(exactText(sum.toExact())).toBe(exactText(timesOf(0.1, 1_000)));
  });

  test('stays exact when more numbers came than an accumulator can take', () => {
    const [sum, value] = [new ExactSum(), 1 / 3];
    const times = 2 ** 28 + 3;
    for (let i = 0; i < times; i++) sum.add(value);
    expect(exactText(sum.toExact())).toBe(exactText(timesOf(value, times)));
  }, 30_000);
});

describe('an exact number', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 1, max: 2 ** 31 }), (value, times) => {
        const text = exactText(squareOf(value, times));
        expect(exactText(parseExact(text) ?? ZERO)).toBe(text);
      }),
    );
  });

  test.each(['', '1', 'p0', '2p0', '01p0', '1p', '1p0 ', '-0', 'Ap0', '1p99999', `1${'0'.repeat(1_300)}1p0`])(
    'fails to be read from %j',
    (text) => {
      expect(parseExact(text)).toBeUndefined();
    },
  );

  test('divided by 1 is the double that it was made of', () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(dividedBy(timesOf(value, 1), 1n)).toBe(value + 0);
      }),
    );
  });

  test('divided is rounded to the nearest double', () => {
    const whole = fc.integer({ min: 1, max: 2 ** 31 });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        expect(dividedBy(timesOf(a, 1), BigInt(b))).toBe(a / b);
      }),
    );
    expect(dividedBy({ mantissa: 1n, exponent: 1030 }, 1n)).toBe(Number.POSITIVE_INFINITY);
    expect(dividedBy({ mantissa: 3n, exponent: 1030 }, 3n << 1030n)).toBe(1);
    expect(dividedBy({ mantissa: (1n << 5000n) + 1n, exponent: -5000 }, 1n)).toBe(1);
    expect(dividedBy({ mantissa: ((1n << 65n) + (1n << 12n)) * 3n + 1n, exponent: 0 }, 3n)).toBe(2 ** 65 + 2 ** 13);
    // A tie that is none: half of a last bit, and a little more.
    expect(dividedBy({ mantissa: (1n << 200n) + (1n << 147n) + 1n, exponent: -200 }, 1n)).toBe(1 + 2 ** -52);
  });
});
