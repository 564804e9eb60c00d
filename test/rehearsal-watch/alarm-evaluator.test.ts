import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmDeclaration } from '../../rehearsal/watch/alarm-declaration';
import { type AlarmResult, type EvaluationOptions, evaluateAlarm } from '../../rehearsal/watch/alarm-evaluator';
import { MetricStore } from '../../rehearsal/watch/metric-store';
import type { AlarmState } from '../../rehearsal/watch/missing-data';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 1, 12, 0, 30);
const MINUTE_OF_NOW = Date.UTC(2026, 0, 1, 12, 0);

const ALARM: AlarmDeclaration = {
  AlarmName: 'backend-failures',
  Namespace: 'Slipway',
  MetricName: 'BackendFailures',
  Dimensions: [{ Name: 'Deployment', Value: 'd' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 5,
  ComparisonOperator: 'GreaterThanThreshold',
};

/** Values by how many complete minutes ago they were published: the first is the last complete minute; undefined publishes nothing. */
function storeOf(
  byMetric: Readonly<Record<string, readonly (number | undefined)[]>>,
  dimensions = { Deployment: 'd' },
) {
  const store = new MetricStore();
  for (const [name, values] of Object.entries(byMetric)) {
    values.forEach((value, minutesAgo) => {
      const timestamp = MINUTE_OF_NOW - (minutesAgo + 1) * MINUTE + 1000;
      if (value !== undefined) store.add({ namespace: 'Slipway', name, dimensions, timestamp, value });
    });
  }
  return store;
}

function stateOf(result: AlarmResult): AlarmState | 'not evaluated' {
  return 'state' in result ? result.state : 'not evaluated';
}

function evaluate(
  alarm: Partial<AlarmDeclaration>,
  store: MetricStore,
  previous?: AlarmState,
  options?: EvaluationOptions,
): AlarmState | 'not evaluated' {
  return stateOf(evaluateAlarm({ ...ALARM, ...alarm }, store, NOW, previous, options));
}

describe('threshold and comparison', () => {
  test.each<[string, ...AlarmState[]]>([
    ['GreaterThanThreshold', 'OK', 'OK', 'ALARM'],
    ['GreaterThanOrEqualToThreshold', 'OK', 'ALARM', 'ALARM'],
    ['LessThanThreshold', 'ALARM', 'OK', 'OK'],
    ['LessThanOrEqualToThreshold', 'ALARM', 'ALARM', 'OK'],
  ])('%s, below, at and above it: %s, %s, %s', (ComparisonOperator, ...expected) => {
    const states = [4, 5, 6].map((value) => evaluate({ ComparisonOperator }, storeOf({ BackendFailures: [value] })));
    expect(states).toEqual(expected);
  });

  test('a threshold of 0 is a threshold', () => {
    expect(evaluate({ Threshold: 0 }, storeOf({ BackendFailures: [1] }))).toBe('ALARM');
    expect(evaluate({ Threshold: 0 }, storeOf({ BackendFailures: [0] }))).toBe('OK');
  });

  test('M of the last N decide, and M is N where it is left out', () => {
    const store = storeOf({ BackendFailures: [9, 0, 9, 0, 9] });
    expect(evaluate({ EvaluationPeriods: 3, DatapointsToAlarm: 2 }, store)).toBe('ALARM');
    expect(evaluate({ EvaluationPeriods: 3, DatapointsToAlarm: 3 }, store)).toBe('OK');
    expect(evaluate({ EvaluationPeriods: 3 }, store)).toBe('OK');
    expect(evaluate({ EvaluationPeriods: 5, DatapointsToAlarm: 3 }, store)).toBe('ALARM');
  });

  test('an extended statistic wins over the statistic that the emulator puts beside it', () => {
    const store = new MetricStore();
    const dimensions = { Deployment: 'd' };
    for (const value of [1, 1, 1, 100]) {
      store.add({ namespace: 'Slipway', name: 'Latency', dimensions, timestamp: MINUTE_OF_NOW - 1, value });
    }
    const alarm = { MetricName: 'Latency', Statistic: 'Average', Threshold: 50 };
    expect(evaluate(alarm, store)).toBe('OK');
    expect(evaluate({ ...alarm, ExtendedStatistic: 'p99' }, store)).toBe('ALARM');
  });
});

describe('dimensions', () => {
  test('an alarm on a metric that has one dimension more sees nothing of it', () => {
    const store = storeOf({ BackendFailures: [9] }, { Deployment: 'd', ...{ GuardRule: 'r' } });
    expect(evaluate({}, store)).toBe('INSUFFICIENT_DATA');
    expect(evaluate({ Dimensions: [] }, store)).toBe('INSUFFICIENT_DATA');
  });

  test('permuting the dimensions of an alarm never changes its state', () => {
    const names = ['Deployment', 'GuardRule', 'Stage', 'Zone'];
    const store = storeOf(
      { BackendFailures: [9] },
      { Deployment: 'v', ...Object.fromEntries(names.slice(1).map((name) => [name, 'v'])) },
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 1 }), (permuted) => {
        const Dimensions = permuted.map((Name) => ({ Name, Value: 'v' }));
        expect(evaluate({ Dimensions }, store)).toBe(permuted.length === names.length ? 'ALARM' : 'INSUFFICIENT_DATA');
      }),
    );
  });

  test('a unit that nothing is published with leaves the alarm without data', () => {
    const store = storeOf({ BackendFailures: [9] });
    expect(evaluate({ Unit: 'Count' }, store)).toBe('INSUFFICIENT_DATA');
    expect(evaluate({ Unit: 'None' }, store)).toBe('ALARM');
  });
});

describe('missing data', () => {
  test.each([
    ['missing', 'INSUFFICIENT_DATA'],
    [undefined, 'INSUFFICIENT_DATA'],
    ['ignore', 'ALARM'],
    ['breaching', 'ALARM'],
    ['notBreaching', 'OK'],
  ])('no data at all, treated as %s, after ALARM is %s', (TreatMissingData, state) => {
    expect(evaluate({ TreatMissingData }, new MetricStore(), 'ALARM')).toBe(state);
  });

  test('an alarm that was never evaluated starts without data', () => {
    expect(evaluate({ TreatMissingData: 'ignore' }, new MetricStore())).toBe('INSUFFICIENT_DATA');
  });

  test('the last real point is evaluated again until it leaves the range', () => {
    const alarm = { TreatMissingData: 'notBreaching' };
    expect(evaluate(alarm, storeOf({ BackendFailures: [undefined, undefined, 9] }))).toBe('ALARM');
    expect(evaluate(alarm, storeOf({ BackendFailures: [undefined, undefined, undefined, 9] }))).toBe('OK');
    const options = { extraPeriods: 0 };
    expect(evaluate(alarm, storeOf({ BackendFailures: [undefined, 9] }), 'OK', options)).toBe('OK');
  });

  test('alarms on DynamoDB ignore missing data, unless they say otherwise', () => {
    const alarm = { Namespace: 'AWS/DynamoDB', MetricName: 'ThrottledRequests' };
    expect(evaluate(alarm, new MetricStore(), 'ALARM')).toBe('ALARM');
    expect(evaluate({ ...alarm, TreatMissingData: 'notBreaching' }, new MetricStore(), 'ALARM')).toBe('OK');
  });

  test('with every period published, TreatMissingData changes nothing', () => {
    const values = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 7, maxLength: 7 });
    const rule = fc.integer({ min: 1, max: 5 }).chain((EvaluationPeriods) =>
      fc.record({
        EvaluationPeriods: fc.constant(EvaluationPeriods),
        DatapointsToAlarm: fc.integer({ min: 1, max: EvaluationPeriods }),
      }),
    );
    fc.assert(
      fc.property(values, rule, (failures, alarm) => {
        const store = storeOf({ BackendFailures: failures });
        const breaching = failures.slice(0, alarm.EvaluationPeriods).filter((value) => value > 5).length;
        const states = ['missing', 'ignore', 'breaching', 'notBreaching'].map((TreatMissingData) =>
          evaluate({ ...alarm, TreatMissingData }, store),
        );
        expect(new Set(states)).toEqual(new Set([breaching >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK']));
      }),
    );
  });
});

describe('time', () => {
  const inMinuteOfNow = () => storeOf({ BackendFailures: [] });

  test('the minute that now lies in counts only where it is asked for', () => {
    const store = inMinuteOfNow();
    const dimensions = { Deployment: 'd' };
    store.add({ namespace: 'Slipway', name: 'BackendFailures', dimensions, timestamp: NOW, value: 9 });
    expect(evaluate({}, store)).toBe('INSUFFICIENT_DATA');
    expect(evaluate({}, store, 'OK', { includeCurrentPeriod: true })).toBe('ALARM');
    expect(stateOf(evaluateAlarm(ALARM, store, MINUTE_OF_NOW + MINUTE))).toBe('ALARM');
  });

  test('windows slide by the minute: a period of 5 minutes ends with the last complete one', () => {
    const store = storeOf({ BackendFailures: [2, 2, 2] });
    const alarm = { ...ALARM, Period: 300 };
    const at = (minutes: number) => evaluateAlarm(alarm, store, NOW + minutes * MINUTE);
    expect(stateOf(at(0))).toBe('ALARM');
    expect(stateOf(at(2))).toBe('ALARM');
    // Two of the three minutes are left in the newest window, and the sum is 4.
    expect(stateOf(at(3))).toBe('OK');
    expect(at(0)).toMatchObject({ datapoints: [{}, {}, { timestamp: MINUTE_OF_NOW - 5 * MINUTE, value: 6 }] });
  });

  test('a period of 10 s is evaluated every 10 s', () => {
    const store = new MetricStore();
    const dimensions = { Deployment: 'd' };
    store.add({ namespace: 'Slipway', name: 'BackendFailures', dimensions, timestamp: NOW - 1, value: 9 });
    expect(evaluate({ Period: 10 }, store)).toBe('ALARM');
    expect(stateOf(evaluateAlarm({ ...ALARM, Period: 10 }, store, NOW - 1))).toBe('INSUFFICIENT_DATA');
  });
});

describe('what a result says', () => {
  test('the whole range, oldest first, and why', () => {
    const result = evaluateAlarm(
      { ...ALARM, EvaluationPeriods: 2, DatapointsToAlarm: 1 },
      storeOf({ BackendFailures: [9, undefined, 1] }),
      NOW,
    );
    expect(result).toEqual({
      state: 'ALARM',
      reason: '1 of 2 datapoints [1, 9] greater than the threshold 5; 1 of 2 needed',
      datapoints: [
        { timestamp: MINUTE_OF_NOW - 4 * MINUTE, value: undefined, verdict: 'missing' },
        { timestamp: MINUTE_OF_NOW - 3 * MINUTE, value: 1, verdict: 'notBreaching' },
        { timestamp: MINUTE_OF_NOW - 2 * MINUTE, value: undefined, verdict: 'missing' },
        { timestamp: MINUTE_OF_NOW - MINUTE, value: 9, verdict: 'breaching' },
      ],
      actionsEnabled: true,
    });
  });

  test.each<[string, Partial<AlarmDeclaration>, (number | undefined)[], string]>([
    ['filled', { EvaluationPeriods: 2, TreatMissingData: 'breaching' }, [9], '1 missing treated as breaching'],
    ['premature', { EvaluationPeriods: 2 }, [undefined, 9], 'periods old or more'],
    ['kept', { TreatMissingData: 'ignore' }, [], 'no datapoints; 1 of 1 needed; state kept'],
    [
      'decided by numbers with many digits',
      {},
      [4.994999999999999, undefined],
      '0 of 1 datapoints [4.995] greater than the threshold 5',
    ],
  ])('a state that was %s', (_, alarm, values, reason) => {
    const result = evaluateAlarm({ ...ALARM, ...alarm }, storeOf({ BackendFailures: values }), NOW, 'OK');
    expect(result).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  test('whether a change of state would tell anybody', () => {
    const of = (ActionsEnabled?: boolean) => evaluateAlarm({ ...ALARM, ActionsEnabled }, new MetricStore(), NOW);
    expect(of()).toMatchObject({ actionsEnabled: true });
    expect(of(true)).toMatchObject({ actionsEnabled: true });
    expect(of(false)).toMatchObject({ actionsEnabled: false });
  });
});

describe('percentiles over few samples', () => {
  const alarm = { MetricName: 'Latency', Statistic: undefined, ExtendedStatistic: 'p90', EvaluationPeriods: 2 };
  const samples = (count: number) => {
    const store = new MetricStore();
    const dimensions = { Deployment: 'd' };
    const timestamp = MINUTE_OF_NOW - 1;
    store.add({ namespace: 'Slipway', name: 'Latency', dimensions, timestamp, value: 50, count });
    store.add({
      namespace: 'Slipway',
      name: 'Latency',
      dimensions,
      timestamp: timestamp - MINUTE,
      value: 50,
      count: 50,
    });
    return store;
  };

  test('keep the state where the alarm says so: p90 needs 100 samples over the evaluation periods', () => {
    const ignoring = { ...alarm, EvaluateLowSampleCountPercentile: 'ignore' };
    expect(evaluate(ignoring, samples(49), 'OK')).toBe('OK');
    expect(evaluate(ignoring, samples(50), 'OK')).toBe('ALARM');
    expect(evaluate({ ...ignoring, EvaluationPeriods: 1 }, samples(99), 'OK')).toBe('OK');
    // p25 needs 40: 10 / percentile below the median.
    expect(evaluate({ ...ignoring, ExtendedStatistic: 'p25', EvaluationPeriods: 1 }, samples(39), 'OK')).toBe('OK');
    expect(evaluate({ ...ignoring, ExtendedStatistic: 'p25', EvaluationPeriods: 1 }, samples(40), 'OK')).toBe('ALARM');
  });

  test('are evaluated otherwise, and so are other statistics', () => {
    expect(evaluate(alarm, samples(1), 'OK')).toBe('ALARM');
    expect(evaluate({ ...alarm, EvaluateLowSampleCountPercentile: 'evaluate' }, samples(1), 'OK')).toBe('ALARM');
    const average = { ...alarm, ExtendedStatistic: 'tm90', EvaluateLowSampleCountPercentile: 'ignore' };
    expect(evaluate(average, samples(1), 'OK')).toBe('ALARM');
  });
});

describe('a declaration that is not evaluated', () => {
  test.each<[string, Partial<AlarmDeclaration>, RegExp]>([
    ['an anomaly band', { ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold' }, /LessThanLowerOrGreater/],
    ['a threshold metric', { ThresholdMetricId: 'ad1' }, /ThresholdMetricId/],
    ['no comparison', { ComparisonOperator: undefined }, /no ComparisonOperator/],
    ['a comparison inherited by every object', { ComparisonOperator: 'toString' }, /"toString"/],
    ['no metric', { MetricName: undefined }, /neither MetricName nor Metrics/],
    ['no metric, and no queries', { MetricName: '', Metrics: [] }, /neither MetricName nor Metrics/],
    ['no namespace', { Namespace: '' }, /no Namespace/],
    ['no statistic', { Statistic: undefined }, /no Statistic/],
    ['a statistic that is not supported', { Statistic: 'IQM' }, /"IQM"/],
    ['a dimension without a value', { Dimensions: [{ Name: 'Deployment' }] }, /value of dimension "Deployment"/],
    [
      'a dimension twice',
      {
        Dimensions: [
          { Name: 'A', Value: '1' },
          { Name: 'A', Value: '2' },
        ],
      },
      /twice/,
    ],
    ['a period of 0', { Period: 0 }, /Period 0/],
    ['a period of 90', { Period: 90 }, /Period 90/],
    ['no period', { Period: undefined }, /Period null/],
    ['no evaluation periods', { EvaluationPeriods: 0 }, /EvaluationPeriods 0/],
    ['a fraction of a period', { EvaluationPeriods: 1.5 }, /EvaluationPeriods 1.5/],
    ['M above N', { EvaluationPeriods: 2, DatapointsToAlarm: 3 }, /DatapointsToAlarm 3/],
    ['no threshold', { Threshold: undefined }, /Threshold null/],
    ['another treatment of missing data', { TreatMissingData: 'NotBreaching' }, /"NotBreaching"/],
    ['a wall clock window', { EvaluationWindow: { WallClockWindow: {} } }, /wall clock/],
    ['a query', { EvaluationCriteria: { PromQLCriteria: {} } }, /EvaluationCriteria/],
  ])('%s is reported, and never OK', (_, change, reason) => {
    const result = evaluateAlarm({ ...ALARM, ...change }, storeOf({ BackendFailures: [1] }), NOW, 'OK');
    expect(result).toEqual({ notEvaluated: expect.stringMatching(reason) });
  });

  test('numbers in text, as custom resources pass them on, are refused rather than guessed', () => {
    const alarm: AlarmDeclaration = JSON.parse(JSON.stringify({ ...ALARM, Threshold: '5' }));
    expect(evaluateAlarm(alarm, new MetricStore(), NOW)).toEqual({ notEvaluated: expect.stringContaining('"5"') });
  });
});

describe('what services answer', () => {
  test('an alarm of DescribeAlarms is a declaration, empty and absent members alike', () => {
    const described: MetricAlarm = {
      AlarmName: 'backend-failures',
      Namespace: 'Slipway',
      MetricName: 'BackendFailures',
      Dimensions: [{ Name: 'Deployment', Value: 'd' }],
      Statistic: 'Sum',
      ExtendedStatistic: '',
      Unit: undefined,
      Metrics: [],
      ThresholdMetricId: '',
      EvaluationWindow: { SlidingWindow: {} },
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      StateValue: 'OK',
    };
    expect(stateOf(evaluateAlarm(described, storeOf({ BackendFailures: [9] }), NOW))).toBe('ALARM');
    const withNulls: AlarmDeclaration = JSON.parse(
      JSON.stringify({ ...described, ExtendedStatistic: null, DatapointsToAlarm: null, Metrics: null, Unit: null }),
    );
    expect(stateOf(evaluateAlarm(withNulls, storeOf({ BackendFailures: [9] }), NOW))).toBe('ALARM');
  });
});
