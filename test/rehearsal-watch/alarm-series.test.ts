import { describe, expect, test } from 'vitest';
import type { AlarmDeclaration } from '../../rehearsal/watch/alarm-declaration';
import { type AlarmResult, evaluateAlarm } from '../../rehearsal/watch/alarm-evaluator';
import { MetricStore } from '../../rehearsal/watch/metric-store';

const NOW = Date.UTC(2026, 0, 1, 12, 1);

/** One value of each metric within the last minute; undefined publishes nothing. */
function storeOf(values: Readonly<Record<string, number | undefined>>): MetricStore {
  const store = new MetricStore();
  for (const [name, value] of Object.entries(values)) {
    const dimensions = { Deployment: 'd' };
    if (value !== undefined) store.add({ namespace: 'Slipway', name, dimensions, timestamp: NOW - 1000, value });
  }
  return store;
}

function stateOf(result: AlarmResult): string {
  return 'state' in result ? result.state : result.notEvaluated;
}

describe('alarms on metric math', () => {
  const metric = (Id: string, MetricName: string) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: 'Slipway', MetricName, Dimensions: [{ Name: 'Deployment', Value: 'd' }] },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const precision: AlarmDeclaration = {
    AlarmName: 'precision',
    Metrics: [
      { Id: 'precision', Expression: 'IF(FILL(tp, 0) + FILL(fp, 0) >= 20, tp / (tp + fp))', ReturnData: true },
      metric('tp', 'TruePositives'),
      metric('fp', 'FalsePositives'),
    ],
    EvaluationPeriods: 1,
    Threshold: 0.95,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'notBreaching',
  };
  const at = (tp?: number, fp?: number) =>
    stateOf(evaluateAlarm(precision, storeOf({ TruePositives: tp, FalsePositives: fp }), NOW, 'OK'));

  test('an alarm watches the one query that returns data', () => {
    expect(at(95, 5)).toBe('OK');
    expect(at(94, 6)).toBe('ALARM');
    expect(at(9, 9)).toBe('OK');
    expect(at(undefined, 20)).toBe('ALARM');
    expect(at()).toBe('OK');
  });

  test('an alarm may watch a single metric among its queries', () => {
    const alarm = { ...precision, Metrics: [{ ...metric('tp', 'TruePositives'), ReturnData: undefined }] };
    expect(stateOf(evaluateAlarm(alarm, storeOf({ TruePositives: 0.5 }), NOW))).toBe('ALARM');
  });

  const queries = precision.Metrics ?? [];
  const [expression, tp, fp] = queries;

  test.each<[string, Partial<AlarmDeclaration>, RegExp]>([
    [
      'a function that is not supported',
      { Metrics: [{ ...expression, Expression: 'STDDEV(tp)' }, ...queries.slice(1)] },
      /STDDEV/,
    ],
    ['a syntax error', { Metrics: [{ ...expression, Expression: 'tp +' }, ...queries.slice(1)] }, /the end at 5/],
    ['an id that is not declared', { Metrics: [{ ...expression, Expression: 'tn' }, ...queries.slice(1)] }, /"tn"/],
    ['a scalar', { Metrics: [{ ...expression, Expression: 'SUM(tp)' }, ...queries.slice(1)] }, /scalar/],
    [
      'two queries that return data',
      { Metrics: [{ ...expression }, { ...tp, ReturnData: true }, { ...fp }] },
      /2 queries/,
    ],
    ['no query that returns data', { Metrics: [{ ...tp }, { ...fp }] }, /0 queries/],
    ['no metric', { Metrics: [{ Id: 'e', Expression: 'TIME_SERIES(1)' }] }, /no metric/],
    ['two ids alike', { Metrics: [{ ...expression }, { ...tp }, { ...fp, Id: 'tp' }] }, /two queries with the id "tp"/],
    ['a query without an id', { Metrics: [{ ...expression, Id: undefined }, { ...tp }] }, /no Id/],
    ['another account', { Metrics: [{ ...expression }, { ...tp, AccountId: '1' }, { ...fp }] }, /another account/],
    [
      'periods that differ',
      { Metrics: [{ ...expression }, { ...tp }, { ...fp, MetricStat: { ...fp?.MetricStat, Period: 300 } }] },
      /60, 300 s/,
    ],
    ['a metric beside its queries', { MetricName: 'Latency', Namespace: 'Slipway' }, /both MetricName and Metrics/],
  ])('with %s is not evaluated', (_, change, reason) => {
    const result = evaluateAlarm({ ...precision, ...change }, new MetricStore(), NOW, 'OK');
    expect(result).toEqual({ notEvaluated: expect.stringMatching(reason) });
  });
});
