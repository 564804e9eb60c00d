import { describe, expect, test } from 'vitest';
import type { AlarmDeclaration } from '../../rehearsal/watch/alarm-declaration';
import { extractEmf } from '../../rehearsal/watch/emf';
import { evaluateAll } from '../../rehearsal/watch/evaluate-all';
import { MetricStore } from '../../rehearsal/watch/metric-store';

const NOW = Date.UTC(2026, 0, 1, 12, 1);

function alarmOn(AlarmName: string, MetricName: string): AlarmDeclaration {
  return {
    AlarmName,
    Namespace: 'Slipway',
    MetricName,
    Dimensions: [{ Name: 'Deployment', Value: 'd' }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'ignore',
  };
}

describe('all alarms of a stage', () => {
  test('are evaluated from the log lines of its functions, composites over the new states', () => {
    const extraction = extractEmf(
      JSON.stringify({
        _aws: {
          Timestamp: NOW - 30_000,
          CloudWatchMetrics: [
            {
              Namespace: 'Slipway',
              Dimensions: [['Deployment']],
              Metrics: [
                { Name: 'BackendFailures', Unit: 'Count' },
                { Name: 'GuardFailures', Unit: 'Count' },
              ],
            },
          ],
        },
        Deployment: 'd',
        BackendFailures: 3,
        GuardFailures: 0,
      }),
    );
    const store = new MetricStore();
    if (extraction !== undefined && 'datapoints' in extraction) store.add(...extraction.datapoints);
    const results = evaluateAll(
      [alarmOn('backend', 'BackendFailures'), alarmOn('guard', 'GuardFailures'), alarmOn('records', 'RecordFailures')],
      [{ AlarmName: 'page', AlarmRule: 'ALARM("backend") AND NOT ALARM("records")' }],
      store,
      NOW,
      new Map([
        ['backend', 'OK'],
        ['records', 'OK'],
        ['page', 'OK'],
      ]),
    );
    const states = [...results].map(([name, result]) => [name, 'state' in result ? result.state : result.notEvaluated]);
    expect(states).toEqual([
      ['backend', 'ALARM'],
      ['guard', 'OK'],
      ['records', 'OK'],
      ['page', 'ALARM'],
    ]);
  });

  test('hand their options on', () => {
    const store = new MetricStore();
    const dimensions = { Deployment: 'd' };
    store.add({ namespace: 'Slipway', name: 'BackendFailures', dimensions, timestamp: NOW, value: 3 });
    const states = [false, true].map((includeCurrentPeriod) =>
      evaluateAll([alarmOn('a', 'BackendFailures')], [], store, NOW, new Map(), { includeCurrentPeriod }).get('a'),
    );
    expect(states).toMatchObject([{ state: 'INSUFFICIENT_DATA' }, { state: 'ALARM' }]);
  });

  test('fail without a name, and with one name twice', () => {
    const evaluate = (alarms: readonly AlarmDeclaration[], composite?: string) =>
      evaluateAll(
        alarms,
        composite === undefined ? [] : [{ AlarmName: composite, AlarmRule: 'TRUE' }],
        new MetricStore(),
        NOW,
        new Map(),
      );
    expect(() => evaluate([{ ...alarmOn('a', 'x'), AlarmName: undefined }])).toThrow('AlarmName');
    expect(() => evaluate([alarmOn('a', 'x'), alarmOn('a', 'y')])).toThrow('two alarms are named "a"');
    expect(() => evaluate([alarmOn('a', 'x')], 'a')).toThrow('two alarms are named "a"');
    expect(() => evaluate([], '')).toThrow('AlarmName');
  });
});
