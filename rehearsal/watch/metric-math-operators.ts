import type { BinaryOperator } from './metric-math-parser';
import { InvalidExpression } from './not-evaluable';
import type { TimeSeries } from './time-series';

/** The three types of metric math: S, TS and TS[] in the user guide. A scalar without value came from a division by zero or an empty series. */
export type MathValue =
  | { readonly type: 'scalar'; readonly value: number | undefined }
  | { readonly type: 'series'; readonly points: TimeSeries }
  | { readonly type: 'array'; readonly series: readonly TimeSeries[] };

export const scalar = (value: number | undefined): MathValue => ({ type: 'scalar', value: finite(value) });
export const series = (points: TimeSeries): MathValue => ({ type: 'series', points: points.map(finite) });
export const array = (all: readonly TimeSeries[]): MathValue => ({
  type: 'array',
  series: all.map((one) => one.map(finite)),
});

const OPERATIONS: Readonly<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '||': (left, right) => Number(left !== 0 || right !== 0),
  '&&': (left, right) => Number(left !== 0 && right !== 0),
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
};

/**
 * An operator over any two types; a scalar or a series is broadcast over an array.
 *
 * Between two series, "missing values in a time series are treated as 0" (user guide, on arithmetic and on comparisons):
 * where one of them has a point, the other counts as 0; where none has, there is no point. A division by zero, and with it a
 * division by a missing point, drops the point. A series and a scalar have a point where the series has.
 */
export function applyOperator(operator: BinaryOperator, left: MathValue, right: MathValue): MathValue {
  const operation = OPERATIONS[operator];
  if (left.type === 'array' && right.type === 'array') {
    throw new InvalidExpression(`operator ${operator} does not take two arrays of time series`);
  }
  if (left.type === 'array') return array(left.series.map((one) => pointsOf(combine(operation, series(one), right))));
  if (right.type === 'array') return array(right.series.map((one) => pointsOf(combine(operation, left, series(one)))));
  return combine(operation, left, right);
}

/** A function of single values over every point. */
export function mapValue(value: MathValue, change: (point: number) => number): MathValue {
  const changed = (point: number | undefined) => (point === undefined ? undefined : change(point));
  if (value.type === 'scalar') return scalar(changed(value.value));
  if (value.type === 'series') return series(value.points.map(changed));
  return array(value.series.map((one) => one.map(changed)));
}

function combine(operation: (left: number, right: number) => number, left: MathValue, right: MathValue): MathValue {
  if (left.type === 'scalar' && right.type === 'scalar') return scalar(both(operation, left.value, right.value));
  if (left.type === 'scalar') return series(pointsOf(right).map((point) => both(operation, left.value, point)));
  if (right.type === 'scalar') return series(pointsOf(left).map((point) => both(operation, point, right.value)));
  const others = pointsOf(right);
  return series(
    pointsOf(left).map((point, index) => {
      const other = others[index];
      return point === undefined && other === undefined ? undefined : operation(point ?? 0, other ?? 0);
    }),
  );
}

function both(
  operation: (left: number, right: number) => number,
  left: number | undefined,
  right: number | undefined,
): number | undefined {
  return left === undefined || right === undefined ? undefined : operation(left, right);
}

function pointsOf(value: MathValue): TimeSeries {
  if (value.type === 'series') return value.points;
  throw new InvalidExpression('metric math needs a time series here');
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
