import type { Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { RollbackAlarms } from '../../lib/index';
import { annotations, messageOf, only, resourcesOf } from '../support';
import { templateOf } from './endpoints';

import { held, made, statements, template } from './held-endpoint';

describe('alarms that roll back', () => {
  const SUBJECT = [
    { Name: 'EndpointName', Value: 'reranker' },
    { Name: 'VariantName', Value: 'AllTraffic' },
  ];

  it('are on failures and latency, by the exact dimensions, derived from what the endpoint is held to', () => {
    const of = template();
    const metric = (MetricName: string, Stat: string) => ({
      MetricStat: { Metric: { Namespace: 'AWS/SageMaker', MetricName, Dimensions: SUBJECT }, Period: 60, Stat },
    });
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-rollback-errors',
      Threshold: 0.1,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
      Metrics: [
        Match.objectLike({ Expression: 'IF(failures >= 3, 100 * share, 0)' }),
        Match.objectLike(metric('Invocation5XXErrors', 'Sum')),
        Match.objectLike(metric('Invocation5XXErrors', 'Average')),
      ],
    });
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-rollback-model-errors',
      Threshold: 0.1,
      Metrics: Match.arrayWith([
        Match.objectLike(metric('InvocationModelErrors', 'Sum')),
        Match.objectLike(metric('Invocation4XXErrors', 'Average')),
      ]),
    });
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-rollback-latency',
      Namespace: 'AWS/SageMaker',
      MetricName: 'ModelLatency',
      Dimensions: SUBJECT,
      ExtendedStatistic: 'p95',
      // Microseconds.
      Threshold: 200_000,
      EvaluateLowSampleCountPercentile: 'ignore',
    });
  });

  it('exist before the endpoint, and are deleted after it', () => {
    const endpoint = held();
    expect(endpoint.rollbackAlarmNames).toEqual(
      ['errors', 'model-errors', 'latency'].map((what) => `reranker-rollback-${what}`),
    );
    const of = templateOf(endpoint);
    of.hasResourceProperties('AWS::SageMaker::Endpoint', {
      DeploymentConfig: {
        AutoRollbackConfiguration: { Alarms: endpoint.rollbackAlarmNames.map((AlarmName) => ({ AlarmName })) },
      },
    });
    const alarms = resourcesOf(of, 'AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(alarms).toHaveLength(3);
    expect(only(of, 'AWS::SageMaker::Endpoint').DependsOn).toEqual(expect.arrayContaining(alarms));
  });

  const further = (stack: Stack, count: number) =>
    Array.from({ length: count }, (_, index) => Alarm.fromAlarmName(stack, `A${index}`, `complaints-${index}`));

  it('may be more than the derived ones', () => {
    const endpoint = held((_, stack) => ({
      rollbackAlarms: RollbackAlarms.fromObjectives().plus(...further(stack, 1)),
    }));
    expect(endpoint.rollbackAlarmNames).toContain('complaints-0');
    expect(JSON.stringify(statements(templateOf(endpoint)))).toContain('alarm:complaints-0');
  });

  it('may be others, made in the same stack', () => {
    const endpoint = made((_, stack) => ({
      rollbackAlarms: RollbackAlarms.none('others are better here').plus(
        new Metric({ namespace: 'Mine', metricName: 'Complaints' }).createAlarm(stack, 'Complaints', {
          threshold: 1,
          evaluationPeriods: 1,
        }),
      ),
    }));
    const of = templateOf(endpoint);
    const [[complaints] = []] = resourcesOf(of, 'AWS::CloudWatch::Alarm');
    of.resourceCountIs('AWS::CloudWatch::Alarm', 1);
    expect(only(of, 'AWS::SageMaker::Endpoint').DependsOn).toContain(complaints);
  });

  it('fail when there are more than ten', () => {
    const rollbackAlarms = (stack: Stack, count: number) =>
      RollbackAlarms.fromObjectives().plus(...further(stack, count));
    expect(() => held((_, stack) => ({ rollbackAlarms: rollbackAlarms(stack, 7) }))).not.toThrow();
    expect(messageOf(() => held((_, stack) => ({ rollbackAlarms: rollbackAlarms(stack, 8) })))).toContain(
      '11 alarms roll the endpoint back, expected at most 10',
    );
  });

  it('are missed where there are none, unless somebody said why', () => {
    expect(annotations(made(), 'aws:cdk:warning')).toEqual([
      expect.stringContaining('nothing rolls a bad version back'),
    ]);
    const rollbackAlarms = RollbackAlarms.none('nobody depends on it');
    expect(
      annotations(
        held(() => ({ rollbackAlarms })),
        'aws:cdk:warning',
      ),
    ).toEqual([]);
    expect(messageOf(() => RollbackAlarms.none(''))).toContain('expected three words at least');
  });
});
