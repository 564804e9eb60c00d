import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import {
  type AlarmDeclaration,
  AlarmRoute,
  Criterion,
  Monitor,
  type MonitorProps,
  type ProductionContract,
  Severity,
  StageProfile,
} from '../../lib/index';
import { contractOf, messageOf, modelWith, newApp, REGION, resourcesOf, templatesOf } from '../support';

interface MetricStat {
  readonly Metric: { Namespace: string; MetricName: string; Dimensions: { Name: string; Value: unknown }[] };
  readonly Period: number;
  readonly Stat: string;
}

/** Properties of an alarm that tests look at. */
interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: unknown;
  readonly Metrics?: {
    Id: string;
    Expression?: string;
    MetricStat?: MetricStat;
    ReturnData?: boolean;
    Period?: number;
  }[];
  readonly [property: string]: unknown;
}

function alarmsWith(changes: Partial<ProductionContract> = {}, profile = StageProfile.PRODUCTION): Map<string, Alarm> {
  const { operate } = templatesOf(modelWith({ contract: contractOf(changes), profile, id: 'live' }));
  return new Map(
    resourcesOf(operate, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
      const alarm = Properties as unknown as Alarm;
      return [alarm.AlarmName.replace('spam-filter-live-', ''), alarm];
    }),
  );
}

const alarms = alarmsWith({ requestsPerMonth: 3_000_000, positiveLabel: 'spam' });

/** Metrics that a math expression reads, by id. */
function metricsOf(alarm: Alarm | undefined): Record<string, string> {
  const named = (alarm?.Metrics ?? []).flatMap(({ Id, MetricStat }) => {
    if (MetricStat === undefined) return [];
    const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
    const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(',');
    return [[Id, `${Namespace} ${MetricName} ${dimensions} ${MetricStat.Stat} ${MetricStat.Period}`]];
  });
  return Object.fromEntries(named);
}

function expressionsOf(alarm: Alarm | undefined): Record<string, string> {
  const named = (alarm?.Metrics ?? []).flatMap(({ Id, Expression }) =>
    Expression === undefined ? [] : [[Id, Expression]],
  );
  return Object.fromEntries(named);
}

describe('the alarms of a contract', () => {
  it('are these', () => {
    expect([...alarms.keys()].sort()).toEqual([
      'availability',
      'backend-failures',
      'backend-timeouts',
      'function-errors',
      'guard-failures',
      'latency-p95',
      'record-failures',
      'silence',
      'success-f1',
      'sweep-failed',
      'sweep-silent',
      'traffic-above-contract',
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    [
      'latency-p95',
      {
        Namespace: 'Slipway',
        MetricName: 'Latency',
        Dimensions: [{ Name: 'Deployment', Value: 'spam-filter-live' }],
        ExtendedStatistic: 'p95',
        Period: 300,
        Threshold: 200,
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        TreatMissingData: 'notBreaching',
      },
    ],
    [
      'record-failures',
      { MetricName: 'RecordFailures', Statistic: 'Sum', Threshold: 0, TreatMissingData: 'notBreaching' },
    ],
    [
      'guard-failures',
      { MetricName: 'GuardFailures', Statistic: 'Sum', Threshold: 0, TreatMissingData: 'notBreaching' },
    ],
    [
      'silence',
      {
        MetricName: 'Predictions',
        Period: 3600,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
    ],
    [
      'traffic-above-contract',
      { MetricName: 'Predictions', Period: 86_400, Threshold: 200_000, TreatMissingData: 'notBreaching' },
    ],
    [
      'sweep-failed',
      {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: 'spam-filter-live-sweep-failed' }],
        Statistic: 'Maximum',
        Threshold: 0,
      },
    ],
    [
      'sweep-silent',
      {
        Namespace: 'AWS/Lambda',
        MetricName: 'Invocations',
        Dimensions: [{ Name: 'FunctionName', Value: 'spam-filter-live-sweep-records' }],
        Period: 900,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
    ],
  ])('measure what they say: %s', (id, properties) => {
    expect(alarms.get(id)).toMatchObject(properties);
  });

  it('measure availability from the outside, above a floor of traffic', () => {
    const alarm = alarms.get('availability');
    expect(alarm).toMatchObject({ Threshold: 0.1, ComparisonOperator: 'GreaterThanThreshold' });
    expect(metricsOf(alarm)).toEqual({
      failures: 'AWS/ApiGateway 5XXError ApiName=spam-filter-live,Stage=v1 Sum 300',
      requests: 'AWS/ApiGateway Count ApiName=spam-filter-live,Stage=v1 Sum 300',
    });
    expect(Object.values(expressionsOf(alarm))).toEqual([
      'IF(requests >= 20 AND failures >= 3, 100 * failures / requests, 0)',
    ]);
  });

  it('count crashes, time-outs and throttles of the function against what was tried', () => {
    const alarm = alarms.get('function-errors');
    const ofFunction = (name: string) => `AWS/Lambda ${name} FunctionName=spam-filter-live-predict Sum 300`;
    expect(metricsOf(alarm)).toMatchObject({
      errors: ofFunction('Errors'),
      throttles: ofFunction('Throttles'),
      invocations: ofFunction('Invocations'),
    });
    expect(Object.values(expressionsOf(alarm))).toEqual(
      expect.arrayContaining([
        'FILL(errors, 0) + FILL(throttles, 0)',
        expect.stringContaining('FILL(invocations, 0) + '),
      ]),
    );
  });

  it.each([
    ['backend-failures', 'BackendFailures'],
    ['backend-timeouts', 'BackendTimeouts'],
  ])('count %s against predictions', (id, failures) => {
    expect(metricsOf(alarms.get(id))).toEqual({
      failures: `Slipway ${failures} Deployment=spam-filter-live Sum 300`,
      requests: 'Slipway Predictions Deployment=spam-filter-live Sum 300',
    });
  });

  it('return one series each', () => {
    for (const [id, { Metrics }] of alarms) {
      if (Metrics === undefined) continue;
      expect(
        Metrics.filter(({ ReturnData }) => ReturnData !== false),
        id,
      ).toHaveLength(1);
    }
  });

  it('leave no noise of floating point in the threshold', () => {
    expect(alarmsWith({ availability: 99.99 }).get('availability')?.Threshold).toBe(0.01);
    expect(alarmsWith({ availability: 95 }).get('availability')?.Threshold).toBe(5);
  });

  it('are without silence and traffic where nobody asked for them', () => {
    const pilot = alarmsWith({}, StageProfile.PILOT);
    expect(pilot.has('silence')).toBe(false);
    expect(pilot.has('traffic-above-contract')).toBe(false);
  });
});

describe('a success criterion', () => {
  const criteria = ['accuracy', 'precision', 'recall', 'f1'];
  const success = criteria.map((metric) => Criterion.atLeast(metric, 0.9));
  const formulas = (positiveLabel?: string) => {
    const measured = alarmsWith({ success, positiveLabel });
    return Object.fromEntries(
      criteria.map((metric) => {
        const alarm = measured.get(`success-${metric}`);
        return [metric, { formula: Object.values(expressionsOf(alarm)), counts: Object.keys(metricsOf(alarm)).sort() }];
      }),
    );
  };

  it('is measured one label against the rest where the contract names the positive one', () => {
    expect(formulas('spam')).toEqual({
      accuracy: {
        formula: ['IF(judged >= 50, (tp + tn) / (tp + fp + fn + tn))'],
        counts: ['fn', 'fp', 'judged', 'tn', 'tp'],
      },
      precision: { formula: ['IF(judged >= 50, tp / (tp + fp))'], counts: ['fp', 'judged', 'tp'] },
      recall: { formula: ['IF(judged >= 50, tp / (tp + fn))'], counts: ['fn', 'judged', 'tp'] },
      f1: { formula: ['IF(judged >= 50, 2 * tp / (2 * tp + fp + fn))'], counts: ['fn', 'fp', 'judged', 'tp'] },
    });
  });

  it('is measured over all labels alike where it names none', () => {
    expect(formulas()).toMatchObject({ accuracy: { formula: ['IF(judged >= 50, tp / (tp + fp))'] } });
  });

  it('fires below its threshold over an hour, and forgets nothing while feedback is missing', () => {
    expect(alarms.get('success-f1')).toMatchObject({
      Threshold: 0.95,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'ignore',
    });
    expect(metricsOf(alarms.get('success-f1'))).toMatchObject({
      judged: 'Slipway Feedback Deployment=spam-filter-live Sum 3600',
      tp: 'Slipway TruePositives Deployment=spam-filter-live Sum 3600',
      fp: 'Slipway FalsePositives Deployment=spam-filter-live Sum 3600',
      fn: 'Slipway FalseNegatives Deployment=spam-filter-live Sum 3600',
    });
  });
});

describe('a monitor in a plain stack', () => {
  const declaration = (changes: Partial<AlarmDeclaration> = {}): AlarmDeclaration => ({
    id: 'queue-old',
    metric: new Metric({ namespace: 'Mine', metricName: 'Age' }),
    threshold: 3,
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 4,
    datapointsToAlarm: 2,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    severity: Severity.CRITICAL,
    what: 'the queue is old',
    link: 'https://example.com/queue',
    ...changes,
  });

  function templateWith(changes: Partial<MonitorProps> = {}, alarm: Partial<AlarmDeclaration> = {}): Template {
    const stack = new Stack(newApp(), 'plain', { env: REGION });
    const monitor = new Monitor(stack, 'Monitor', { deployment: 'mine', route: AlarmRoute.none(), ...changes });
    monitor.watch(declaration(alarm));
    expect(Object.keys(monitor.alarms)).toEqual(['queue-old']);
    return Template.fromStack(stack);
  }

  it('gives an alarm its name, its text for the person woken, and its numbers', () => {
    templateWith().hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'mine-queue-old',
      AlarmDescription:
        '[critical] the queue is old. Runbook: docs/runbook.md#queue-old Look at: https://example.com/queue',
      Threshold: 3,
      EvaluationPeriods: 4,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
    });
  });

  it('says no more than its ceiling, and names the runbook that it is given', () => {
    const props = { severityCeiling: Severity.MEDIUM, runbook: 'https://example.com/runbook' };
    templateWith(props).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription:
        '[medium] the queue is old. Runbook: https://example.com/runbook#queue-old Look at: https://example.com/queue',
    });
    templateWith(props, { severity: Severity.LOW }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('^\\[low\\] '),
    });
  });

  it('fails with a text that CloudWatch would cut', () => {
    const message = messageOf(() => templateWith({}, { what: 'x'.repeat(1000) }));
    expect(message).toMatch(
      /^ConfigError: plain\/Monitor: the text of alarm "queue-old" has \d+ characters, expected at/,
    );
  });
});

describe('the window of a success criterion', () => {
  const periodOf = (requestsPerMonth: number | undefined) =>
    Object.values(metricsOf(alarmsWith({ requestsPerMonth, positiveLabel: 'spam' }).get('success-f1'))).map((metric) =>
      Number(metric.split(' ').at(-1)),
    );

  it.each([
    [undefined, 3600],
    [3_000_000, 3600],
    [72_000, 3600],
    [71_999, 6 * 3600],
    [12_000, 6 * 3600],
    [11_999, 86_400],
    [1500, 86_400],
  ])('of %s requests a month is one in which twice the 50 judged answers can come: %d s', (requests, seconds) => {
    expect(new Set(periodOf(requests))).toEqual(new Set([seconds]));
  });
});
