import {
  type AlarmDeclaration,
  dimensionsOf,
  givenText,
  type MetricQueryDeclaration,
  requiredNumber,
  requiredText,
} from './alarm-declaration';
import { evaluateMetricMath, type MathQuery } from './metric-math';
import type { MetricSeries, MetricStore } from './metric-store';
import { UnsupportedAlarm } from './not-evaluable';
import { type Grid, gridEnd, onGrid, type TimeSeries } from './time-series';

/** A metric and how it is condensed into one value a period. */
export interface MetricStatistic {
  readonly series: MetricSeries;
  readonly statistic: string;
}

/** What an alarm watches: one metric, or one of several queries over metrics and expressions. */
export interface WatchedSeries {
  readonly periodSeconds: number;
  /** Metrics by the id that expressions know them by; a single metric has the id of the result. */
  readonly metrics: ReadonlyMap<string, MetricStatistic>;
  readonly expressions: ReadonlyMap<string, string>;
  readonly resultId: string;
}

const SINGLE_METRIC_ID = 'm1';

/** @throws UnsupportedAlarm for a declaration that CloudWatch would refuse, or whose kind is not evaluated here */
export function watchedSeries(alarm: AlarmDeclaration): WatchedSeries {
  const queries = alarm.Metrics ?? [];
  const metricName = givenText(alarm.MetricName);
  if (queries.length === 0 && metricName === undefined)
    throw new UnsupportedAlarm('alarm has neither MetricName nor Metrics');
  if (queries.length === 0) return singleMetric(alarm);
  if (metricName !== undefined) throw new UnsupportedAlarm('alarm has both MetricName and Metrics');
  return severalQueries(queries);
}

/** The values of the watched series on the grid. */
export function readSeries(watched: WatchedSeries, store: MetricStore, grid: Grid): TimeSeries {
  const queries: MathQuery[] = [
    ...[...watched.metrics].map(([id, metric]) => ({ id, series: readMetric(metric, store, grid) })),
    ...[...watched.expressions].map(([id, expression]) => ({ id, expression })),
  ];
  return evaluateMetricMath(queries, watched.resultId, grid);
}

export function readMetric({ series, statistic }: MetricStatistic, store: MetricStore, grid: Grid): TimeSeries {
  return onGrid(grid, store.statistic(series, statistic, grid.periodSeconds, grid.start, gridEnd(grid)));
}

function singleMetric(alarm: AlarmDeclaration): WatchedSeries {
  const metric: MetricStatistic = {
    series: {
      namespace: requiredText('Namespace', alarm.Namespace),
      name: requiredText('MetricName', alarm.MetricName),
      dimensions: dimensionsOf(alarm.Dimensions),
      unit: givenText(alarm.Unit),
    },
    statistic: requiredText('Statistic', givenText(alarm.ExtendedStatistic) ?? alarm.Statistic),
  };
  return {
    periodSeconds: requiredNumber('Period', alarm.Period, isPeriod),
    metrics: new Map([[SINGLE_METRIC_ID, metric]]),
    expressions: new Map(),
    resultId: SINGLE_METRIC_ID,
  };
}

function severalQueries(queries: readonly MetricQueryDeclaration[]): WatchedSeries {
  const metrics = new Map<string, MetricStatistic>();
  const expressions = new Map<string, string>();
  const periods = new Set<number>();
  for (const query of queries) {
    const id = requiredText('Id of a query', query.Id);
    if (metrics.has(id) || expressions.has(id)) throw new UnsupportedAlarm(`alarm has two queries with the id "${id}"`);
    const expression = givenText(query.Expression);
    if (expression !== undefined) {
      expressions.set(id, expression);
      continue;
    }
    periods.add(requiredNumber(`Period of query "${id}"`, query.MetricStat?.Period, isPeriod));
    metrics.set(id, queriedMetric(id, query));
  }
  return { periodSeconds: onlyPeriod(periods), metrics, expressions, resultId: resultOf(queries) };
}

function queriedMetric(id: string, { MetricStat, AccountId }: MetricQueryDeclaration): MetricStatistic {
  if (givenText(AccountId) !== undefined) throw new UnsupportedAlarm(`query "${id}" reads another account`);
  return {
    series: {
      namespace: requiredText(`Namespace of query "${id}"`, MetricStat?.Metric?.Namespace),
      name: requiredText(`MetricName of query "${id}"`, MetricStat?.Metric?.MetricName),
      dimensions: dimensionsOf(MetricStat?.Metric?.Dimensions),
      unit: givenText(MetricStat?.Unit),
    },
    statistic: requiredText(`Stat of query "${id}"`, MetricStat?.Stat),
  };
}

/** "Each metric must be using the same period" (user guide, on alarms based on math expressions). */
function onlyPeriod(periods: ReadonlySet<number>): number {
  const [period, ...others] = periods;
  if (period === undefined) throw new UnsupportedAlarm('alarm has expressions and no metric that gives them a period');
  if (others.length > 0)
    throw new UnsupportedAlarm(`alarm has metrics of different periods: ${[...periods].join(', ')} s`);
  return period;
}

/** `ReturnData` is true where it is left out; exactly one query may return data. */
function resultOf(queries: readonly MetricQueryDeclaration[]): string {
  const returned = queries.filter(({ ReturnData }) => ReturnData !== false);
  const [result, ...others] = returned;
  if (result === undefined || others.length > 0) {
    throw new UnsupportedAlarm(`alarm has ${returned.length} queries with ReturnData, and needs exactly 1`);
  }
  return requiredText('Id of a query', result.Id);
}

function isPeriod(seconds: number): boolean {
  return [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);
}
