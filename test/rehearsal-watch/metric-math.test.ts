import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateMetricMath, type MathQuery } from '../../rehearsal/watch/metric-math';
import { InvalidExpression, UnsupportedExpression } from '../../rehearsal/watch/not-evaluable';
import type { TimeSeries } from '../../rehearsal/watch/time-series';

/** Periods of a minute, `_` standing for a missing point. */
const _ = undefined;

function evaluate(expression: string, series: Readonly<Record<string, TimeSeries>> = {}): TimeSeries {
  const metrics = Object.entries(series).map(([id, points]) => ({ id, series: points }));
  const periods = metrics[0]?.series.length ?? 3;
  const queries: MathQuery[] = [...metrics, { id: 'result', expression }];
  return evaluateMetricMath(queries, 'result', { start: 0, periodSeconds: 60, periods });
}

describe('tables of the user guide', () => {
  const metrics = { metric1: [30, 20, 0, 0], metric2: [20, _, 20, _] };

  test.each([
    ['(metric1 < metric2)', [0, 0, 1, 0]],
    ['(metric1 >= 30)', [1, 0, 0, 0]],
    ['(metric1 > 15 AND metric2 > 15)', [1, 0, 0, 0]],
    ['(metric1 > 15 && metric2 > 15)', [1, 0, 0, 0]],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, metrics)).toEqual(expected);
  });

  const branches = { metric1: [1, 1, 0, 0, _], metric2: [30, _, 0, 0, 30], metric3: [0, 0, 20, _, 20] };

  test.each([
    ['IF(metric1, metric2, metric3)', [30, 0, 20, _, _]],
    ['IF(metric1, 5, metric3)', [5, 5, 20, _, _]],
    ['IF(metric1, metric2, 5)', [30, 0, 5, 5, _]],
    ['IF(metric1, metric2)', [30, 0, _, _, _]],
    ['IF(metric1, 7)', [7, 7, _, _, _]],
    ['IF(metric1, 10, 2)', [10, 10, 2, 2, _]],
    ['IF(1, metric2, metric3)', [30, _, 0, 0, 30]],
    ['IF(0, metric2, metric3)', [0, 0, 20, _, 20]],
    ['IF(0, metric2)', [_, _, _, _, _]],
    ['IF(metric3 < 10, metric3)', [0, 0, _, _, _]],
    ['IF(-metric1, metric2, metric3)', [30, 0, 20, _, _]],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, branches)).toEqual(expected);
  });
});

describe('operators', () => {
  const m = { a: [6, _, 4, _], b: [2, 5, _, _], z: [0, 0, 0, 0] };

  test.each<[string, TimeSeries]>([
    // A point that one of two series lacks counts as 0; a division by it is dropped.
    ['a + b', [8, 5, 4, _]],
    ['a - b', [4, -5, 4, _]],
    ['a * b', [12, 0, 0, _]],
    ['a / b', [3, 0, _, _]],
    ['b / a', [1 / 3, _, 0, _]],
    ['a / z', [_, _, _, _]],
    ['a / 0', [_, _, _, _]],
    ['a / 0 > 1 OR 1', [_, _, _, _]],
    ['a + 1 / 0', [_, _, _, _]],
    ['(1 / 0 == 2) + a', [_, _, _, _]],
    ['100 / a', [100 / 6, _, 25, _]],
    ['-a', [-6, _, -4, _]],
    ['--a', [6, _, 4, _]],
    ['a ^ 2', [36, _, 16, _]],
    ['(0 - a) ^ 0.5', [_, _, _, _]],
    ['a == 6', [1, _, 0, _]],
    ['a != 6', [0, _, 1, _]],
    ['a <= 4', [0, _, 1, _]],
    ['a >= b', [1, 0, 1, _]],
    ['a > 5 OR b > 4', [1, 1, 0, _]],
    ['a > 5 || b > 4', [1, 1, 0, _]],
    ['a + (2 > 1)', [7, _, 5, _]],
    ['z - 3', [-3, -3, -3, -3]],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, m)).toEqual(expected);
  });

  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['24 / 4 / 2', 3],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['-2 * -3', 6],
    ['2 * 3 + 4 > 9 AND 1 < 2', 1],
    ['1 OR 0 AND 0', 1],
    ['(1 OR 0) AND 0', 0],
    ['3 > 2 == 1', 1],
    ['1 + 1 < 3', 1],
    ['.5 + 1.5e1 + 2E-1', 15.7],
    ['\n 1\t+ 2 ', 3],
  ])('%s is %d', (expression, expected) => {
    expect(evaluate(`TIME_SERIES(${expression})`)).toEqual([expected, expected, expected]);
  });

  test('addition commutes, whatever is missing', () => {
    const point = fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: undefined });
    const series = fc.array(point, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(series, series, (a, b) => {
        expect(evaluate('a + b', { a, b })).toEqual(evaluate('b + a', { a, b }));
        expect(evaluate('a + b', { a, b })).toEqual(evaluate('SUM([a, b])', { a, b }));
      }),
    );
  });

  test('every expression that is printed with all its parentheses is read back to the same value', () => {
    const number = fc.nat(20).map((value) => ({ text: String(value), value }));
    const { expression } = fc.letrec<{ expression: { text: string; value: number } }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5 },
        number,
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*'), tie('expression'))
          .map(([left, operator, right]) => ({
            text: `(${left.text} ${operator} ${right.text})`,
            value:
              operator === '+'
                ? left.value + right.value
                : operator === '-'
                  ? left.value - right.value
                  : left.value * right.value,
          })),
      ),
    }));
    fc.assert(
      fc.property(expression, ({ text, value }) => {
        expect(evaluate(`TIME_SERIES(${text})`)[0]).toBeCloseTo(value, 6);
      }),
    );
  });
});

describe('functions', () => {
  const m = { a: [_, 2, _, 6, _], b: [1, -1.5, 3, _, _], none: [_, _, _, _, _] };

  test.each<[string, TimeSeries]>([
    ['FILL(a, 0)', [0, 2, 0, 6, 0]],
    ['FILL(none, 0)', [0, 0, 0, 0, 0]],
    ['FILL(a, b)', [1, 2, 3, 6, _]],
    ['FILL(a, MIN(b))', [-1.5, 2, -1.5, 6, -1.5]],
    ['FILL(a, REPEAT)', [_, 2, 2, 6, 6]],
    ['FILL(a, LINEAR)', [_, 2, 4, 6, _]],
    ['SUM(FILL([a, b], 1))', [2, 0.5, 4, 7, 2]],
    ['SUM([a, b])', [1, 0.5, 3, 6, _]],
    ['SUM(METRICS())', [1, 0.5, 3, 6, _]],
    ['SUM(METRICS("a"))', [_, 2, _, 6, _]],
    ['SUM([METRICS("a"), b])', [1, 0.5, 3, 6, _]],
    ['AVG([a, b])', [0.5, 0.25, 1.5, 3, _]],
    ['MIN([a, b])', [1, -1.5, 3, 6, _]],
    ['MAX([a, b])', [1, 2, 3, 6, _]],
    ['SUM(METRICS()/2)', [0.5, 0.25, 1.5, 3, _]],
    ['SUM(100 * [a, b])', [100, 50, 300, 600, _]],
    ['a - SUM(a)', [_, -6, _, -2, _]],
    ['a - AVG(a)', [_, 0.4, _, 4.4, _]],
    ['a - MAX(a)', [_, -4, _, 0, _]],
    ['a - MIN(a)', [_, 0, _, 4, _]],
    ['a + MAX(none)', [_, _, _, _, _]],
    ['ABS(b)', [1, 1.5, 3, _, _]],
    ['CEIL(b)', [1, -1, 3, _, _]],
    ['FLOOR(b)', [1, -2, 3, _, _]],
    ['DIFF(a)', [_, _, _, 4, _]],
    ['RATE(a)', [_, _, _, 4 / 120, _]],
    ['RATE(b)', [_, -2.5 / 60, 4.5 / 60, _, _]],
    ['a / PERIOD(a)', [_, 2 / 60, _, 0.1, _]],
    ['TIME_SERIES(5)', [5, 5, 5, 5, 5]],
    ['TIME_SERIES(MAX(a))', [6, 6, 6, 6, 6]],
    ['MIN(ABS([a, b]))', [1, 1.5, 3, 6, _]],
  ])('%s', (expression, expected) => {
    const points = evaluate(expression, m);
    expect(points).toHaveLength(expected.length);
    points.forEach((point, index) => {
      const wanted = expected[index];
      if (wanted === undefined) expect(point).toBeUndefined();
      else expect(point).toBeCloseTo(wanted, 10);
    });
  });

  test('an error rate with a traffic floor has a point only where there was traffic enough', () => {
    const rate = evaluate('IF(requests >= 20, 100 * errors / requests)', {
      requests: [100, 10, _, 40, 20],
      errors: [5, 10, _, _, 20],
    });
    expect(rate).toEqual([5, _, _, 0, 100]);
  });

  test('FILL with a number leaves nothing missing', () => {
    const point = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), fc.integer(), (a, filler) => {
        expect(evaluate(`FILL(a, ${filler})`, { a })).toEqual(a.map((value) => value ?? filler));
      }),
    );
  });
});

describe('requests of several queries', () => {
  const grid = { start: 0, periodSeconds: 60, periods: 2 };
  const metrics: readonly MathQuery[] = [
    { id: 'tp', series: [8, _] },
    { id: 'fp', series: [2, _] },
  ];

  test('an expression may use other expressions, in any order', () => {
    const queries: MathQuery[] = [
      { id: 'percent', expression: 'precision * 100' },
      { id: 'precision', expression: 'tp / positives' },
      { id: 'positives', expression: 'tp + fp' },
      ...metrics,
    ];
    expect(evaluateMetricMath(queries, 'percent', grid)).toEqual([80, _]);
  });

  test('METRICS() leaves expressions out', () => {
    const queries: MathQuery[] = [
      ...metrics,
      { id: 'e1', expression: 'tp * 2' },
      { id: 'all', expression: 'SUM(METRICS())' },
    ];
    expect(evaluateMetricMath(queries, 'all', grid)).toEqual([10, _]);
  });

  test('an array may be handed on to another expression', () => {
    const queries: MathQuery[] = [
      ...metrics,
      { id: 'e1', expression: '[tp, fp]' },
      { id: 'e2', expression: 'MAX(e1)' },
    ];
    expect(evaluateMetricMath(queries, 'e2', grid)).toEqual([8, _]);
  });

  test('a metric is a result of its own', () => {
    expect(evaluateMetricMath(metrics, 'tp', grid)).toEqual([8, _]);
  });

  test.each<[string, readonly MathQuery[], string]>([
    ['itself', [{ id: 'e1', expression: 'e1 + 1' }], 'e1 -> e1'],
    [
      'others',
      [
        { id: 'e1', expression: 'e2 + 1' },
        { id: 'e2', expression: 'SUM([e3])' },
        { id: 'e3', expression: '-e1' },
      ],
      'e1 -> e2 -> e3 -> e1',
    ],
  ])('fails for an expression that reads itself through %s', (_name, queries, path) => {
    expect(() => evaluateMetricMath(queries, 'e1', grid)).toThrow(InvalidExpression);
    expect(() => evaluateMetricMath(queries, 'e1', grid)).toThrow(path);
  });

  test('fails for two queries of one id', () => {
    expect(() => evaluateMetricMath([...metrics, ...metrics], 'tp', grid)).toThrow('same id');
  });
});

describe('what is refused', () => {
  const m = { a: [1, 2, 3] };

  test.each([
    ['STDDEV(a)', 'STDDEV'],
    ['ANOMALY_DETECTION_BAND(a, 2)', 'ANOMALY_DETECTION_BAND'],
    ["SEARCH('{Slipway,Deployment} Latency', 'Sum')", 'SEARCH'],
    ['SORT(METRICS(), AVG, DESC)', 'SORT'],
    ['a + RUNNING_SUM(a)', 'RUNNING_SUM'],
    ['IF(a > 1, DAY(a))', 'DAY'],
    ['sum(a)', 'sum'],
    ['toString(a)', 'toString'],
    ['constructor(a)', 'constructor'],
    ['SELECT AVG(Latency) FROM Slipway', 'SELECT'],
    ['IF([a, a], 1, 0)', 'IF'],
    ['PERIOD(a + 1)', 'PERIOD'],
  ])('%s is unsupported, and the message names %s', (expression, name) => {
    expect(() => evaluate(expression, m)).toThrow(UnsupportedExpression);
    expect(() => evaluate(expression, m)).toThrow(name);
  });

  test.each([
    ['', 'the end at 1'],
    ['a +', 'the end at 4'],
    ['a b', '"b" at 3'],
    ['(a', 'the end at 3'],
    ['a)', '")" at 2'],
    ['SUM(a', 'the end at 6'],
    ['SUM(a,)', '")" at 7'],
    ['[a', 'the end at 3'],
    ['* a', '"*" at 1'],
    ['a = 1', '"=" at 3'],
    ['a % 2', '"%" at 3'],
    ['!a', '"!" at 1'],
    ['"a', '""" at 1'],
    ['1.2.3', '".3" at 4'],
    ['a $ b', '"$" at 3'],
    ['b + 1', 'id "b"'],
    ['5', 'a scalar'],
    ['SUM(a)', 'a scalar'],
    ['[a, a]', 'an array'],
    ['METRICS()', 'an array'],
    ['SUM()', 'one argument, not 0'],
    ['SUM(a, a)', 'one argument, not 2'],
    ['SUM(5)', 'SUM takes time series'],
    ['RATE(5)', 'RATE takes time series'],
    ['TIME_SERIES(a)', 'takes a scalar'],
    ['FILL(a)', 'two arguments, not 1'],
    ['FILL(5, a)', 'first argument'],
    ['FILL(a, ZERO)', 'REPEAT or LINEAR'],
    ['FILL(a, [a])', 'REPEAT or LINEAR'],
    ['ABS(REPEAT)', 'REPEAT'],
    ['IF(a)', 'two or three arguments, not 1'],
    ['IF(a, 1, 2, 3)', 'two or three arguments, not 4'],
    ['IF(1 > 0, 5, 3)', 'needs a time series'],
    ['METRICS(a)', 'METRICS takes'],
    ['a + "x"', 'METRICS("...")'],
    ['LINEAR', 'LINEAR'],
    ['[a, 1]', 'not scalars'],
    ['[a] + [a]', 'two arrays'],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, 'nested'],
    [`${'-'.repeat(100_000)}a`, 'nested'],
  ])('"%s" is invalid', (expression, reason) => {
    expect(() => evaluate(expression, m)).toThrow(InvalidExpression);
    expect(() => evaluate(expression, m)).toThrow(reason);
  });

  test('no text makes the parser fail in another way', () => {
    const piece = fc.constantFrom(
      'a',
      '1',
      'SUM',
      '(',
      ')',
      '[',
      ']',
      ',',
      '+',
      '-',
      '^',
      '<',
      'AND',
      '"x"',
      ' ',
      '.',
      '§',
    );
    const source = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(source, (expression) => {
        try {
          expect(evaluate(expression, m)).toHaveLength(3);
        } catch (error) {
          if (!(error instanceof InvalidExpression || error instanceof UnsupportedExpression)) throw error;
        }
      }),
    );
  });
});
