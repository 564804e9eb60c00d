import { array, type MathValue, mapValue, scalar, series } from './metric-math-operators';
import { InvalidExpression, UnsupportedExpression } from './not-evaluable';
import { type Grid, periodStart, type TimeSeries } from './time-series';

/** An argument of a function: a value, or the word REPEAT or LINEAR. */
export type MathArgument = MathValue | { readonly type: 'keyword'; readonly word: string };

export type MathFunction = (args: readonly MathArgument[], grid: Grid) => MathValue;

/** Functions of values. METRICS and PERIOD are functions of the request, and are with the evaluator. */
const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ABS: pointwise('ABS', Math.abs),
  CEIL: pointwise('CEIL', Math.ceil),
  FLOOR: pointwise('FLOOR', Math.floor),
  // "Missing values are treated as 0" (user guide, on AVG), so the divisor is all periods, or all series.
  AVG: aggregate('AVG', (points) => total(points) / points.length),
  SUM: aggregate('SUM', (points) => (points.every((point) => point === undefined) ? undefined : total(points))),
  MIN: aggregate('MIN', (points) => extreme(points, Math.min)),
  MAX: aggregate('MAX', (points) => extreme(points, Math.max)),
  DIFF: overTime('DIFF', (change) => change),
  RATE: overTime('RATE', (change, seconds) => change / seconds),
  FILL: fill,
  IF: choose,
  TIME_SERIES: timeSeries,
};

/** @throws UnsupportedExpression for a function that is not implemented here */
export function functionNamed(name: string): MathFunction {
  const implementation = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (implementation === undefined) throw new UnsupportedExpression(`metric math function ${name} is not supported`);
  return implementation;
}

function pointwise(name: string, change: (point: number) => number): MathFunction {
  return (args) => mapValue(only(name, args), change);
}

/** One series becomes a scalar over time; an array becomes a series over its members, with a point where any of them has one. */
function aggregate(name: string, reduce: (points: TimeSeries) => number | undefined): MathFunction {
  return (args, grid) => {
    const value = only(name, args);
    if (value.type === 'scalar') throw new InvalidExpression(`${name} takes time series, not a scalar`);
    if (value.type === 'series') return scalar(reduce(value.points));
    return series(
      slots(grid, (index) => {
        const points = value.series.map((one) => one[index]);
        return points.every((point) => point === undefined) ? undefined : reduce(points);
      }),
    );
  };
}

/** A function of each point and the point before it, however long ago that was; the first point has none. */
function overTime(name: string, compute: (change: number, seconds: number) => number): MathFunction {
  return (args, grid) => {
    const value = only(name, args);
    if (value.type === 'scalar') throw new InvalidExpression(`${name} takes time series, not a scalar`);
    const one = (points: TimeSeries) =>
      points.map((point, index) => {
        const before = points.findLastIndex((earlier, at) => at < index && earlier !== undefined);
        const previous = points[before];
        if (point === undefined || previous === undefined) return undefined;
        return compute(point - previous, (periodStart(grid, index) - periodStart(grid, before)) / 1000);
      });
    return value.type === 'series' ? series(one(value.points)) : array(value.series.map(one));
  };
}

function fill(args: readonly MathArgument[]): MathValue {
  const [value, filler] = args;
  if (args.length !== 2 || value === undefined || filler === undefined) {
    throw new InvalidExpression(`FILL takes two arguments, not ${args.length}`);
  }
  if (value.type === 'series') return series(filled(value.points, filler));
  if (value.type === 'array') return array(value.series.map((one) => filled(one, filler)));
  throw new InvalidExpression('FILL takes time series as its first argument');
}

/** REPEAT and LINEAR leave open what has no real point before it or, for LINEAR, after it. */
function filled(points: TimeSeries, filler: MathArgument): TimeSeries {
  if (filler.type === 'scalar') return points.map((point) => point ?? filler.value);
  if (filler.type === 'series') return points.map((point, index) => point ?? filler.points[index]);
  if (filler.type === 'keyword' && filler.word === 'REPEAT') {
    return points.map((_, index) => points.slice(0, index + 1).findLast((point) => point !== undefined));
  }
  if (filler.type === 'keyword' && filler.word === 'LINEAR')
    return points.map((_, index) => interpolated(points, index));
  throw new InvalidExpression('FILL fills with a number, a time series, REPEAT or LINEAR');
}

function interpolated(points: TimeSeries, index: number): number | undefined {
  const before = points.findLastIndex((point, at) => at <= index && point !== undefined);
  const after = points.findIndex((point, at) => at >= index && point !== undefined);
  const [from, to] = [points[before], points[after]];
  if (from === undefined || to === undefined) return undefined;
  return before === after ? from : from + ((to - from) * (index - before)) / (after - before);
}

/**
 * IF(condition, true value, optional false value), point by point: no condition, no point; a true value that is missing is
 * 0; a false value that is missing or left out drops the point (tables of the user guide, "Using IF expressions").
 */
function choose(args: readonly MathArgument[], grid: Grid): MathValue {
  const [condition, whenTrue, whenFalse] = args;
  if (condition === undefined || whenTrue === undefined || args.length > 3) {
    throw new InvalidExpression(`IF takes two or three arguments, not ${args.length}`);
  }
  const [test, yes] = [pointAt('IF', condition), pointAt('IF', whenTrue)];
  const no = whenFalse === undefined ? () => undefined : pointAt('IF', whenFalse);
  if (args.every(({ type }) => type === 'scalar')) {
    throw new InvalidExpression('IF needs a time series among its arguments');
  }
  // A scalar condition takes one of the series as it is: nothing is known to be missing from it.
  if (condition.type === 'scalar') {
    if (condition.value === undefined) return series(slots(grid, () => undefined));
    return series(slots(grid, condition.value === 0 ? no : yes));
  }
  return series(
    slots(grid, (index) => {
      const outcome = test(index);
      if (outcome === undefined) return undefined;
      return outcome === 0 ? no(index) : trueValue(whenTrue, yes(index));
    }),
  );
}

/** A series without a point counts as 0; a scalar without a value (from a division by zero) stays without. */
function trueValue(argument: MathArgument, value: number | undefined): number | undefined {
  return argument.type === 'series' ? (value ?? 0) : value;
}

function timeSeries(args: readonly MathArgument[], grid: Grid): MathValue {
  const value = only('TIME_SERIES', args);
  if (value.type !== 'scalar') throw new InvalidExpression('TIME_SERIES takes a scalar');
  return series(slots(grid, () => value.value));
}

function pointAt(name: string, argument: MathArgument): (index: number) => number | undefined {
  if (argument.type === 'scalar') return () => argument.value;
  if (argument.type === 'series') return (index) => argument.points[index];
  throw new UnsupportedExpression(`${name} over an ${argument.type} is not supported`);
}

function only(name: string, args: readonly MathArgument[]): MathValue {
  const [value] = args;
  if (args.length !== 1 || value === undefined) {
    throw new InvalidExpression(`${name} takes one argument, not ${args.length}`);
  }
  if (value.type === 'keyword') throw new InvalidExpression(`${name} does not take the word ${value.word}`);
  return value;
}

function slots(grid: Grid, valueAt: (index: number) => number | undefined): TimeSeries {
  return Array.from({ length: grid.periods }, (_, index) => valueAt(index));
}

function total(points: TimeSeries): number {
  return points.reduce<number>((sum, point) => sum + (point ?? 0), 0);
}

function extreme(points: TimeSeries, pick: (a: number, b: number) => number): number | undefined {
  return points.reduce(
    (best, point) => (best === undefined || point === undefined ? (best ?? point) : pick(best, point)),
    undefined,
  );
}
