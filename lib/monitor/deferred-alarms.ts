import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC } from '../../protocol/metrics';
import type { ProductionContract } from '../contract/api';
import { CLAUSE } from '../core/clause';
import { functionLink, queueLink } from '../core/console-link';
import { FAILURE_PERIOD, ModelMetrics } from '../core/model-metrics';
import type { DeferredAnswers } from '../serve/api';
import { AT_ONCE, allowedFailures } from './alarm-shape';
import { type AlarmDeclaration, Severity } from './api';
import { failureShare, queueMetric } from './platform-metrics';

interface DeferredAlarmsProps {
  readonly deployment: string;
  readonly contract: ProductionContract;
  readonly deferred: DeferredAnswers;
}

/** A message that must wait is sent anew each minute: one that is older is not looked at by anybody. */
const UNATTENDED = Duration.minutes(10);

/** Alarms of requests that are answered later than they were asked. */
export function deferredAlarms(
  scope: IConstruct,
  { deployment, contract, deferred }: DeferredAlarmsProps,
): AlarmDeclaration[] {
  const metrics = new ModelMetrics(deployment);
  const allowed = allowedFailures(contract);
  const link = functionLink(scope, deferred.functionName);
  const failed = metrics.metric(METRIC.deferredFailed);
  const ended = new MathExpression({
    expression: 'FILL(answered, 0) + FILL(unanswered, 0)',
    usingMetrics: { answered: metrics.metric(METRIC.deferredAnswered), unanswered: failed },
    period: FAILURE_PERIOD,
  });
  return [
    {
      ...AT_ONCE,
      id: 'deferred-failures',
      metric: failureShare(failed, ended, '% of accepted requests that end without an answer'),
      threshold: allowed,
      severity: Severity.HIGH,
      what: `more than ${allowed} % of the requests that were accepted end without an answer`,
      link,
      clause: CLAUSE.availability,
    },
    {
      ...AT_ONCE,
      id: 'deferred-lost',
      metric: metrics.metric(METRIC.deferredLost),
      threshold: 0,
      severity: Severity.MEDIUM,
      what: 'a message about an accepted request could not be dealt with, and its record was closed as failed',
      link,
    },
    {
      ...AT_ONCE,
      id: 'deferred-dead-letters',
      metric: queueMetric(deferred.deadLetterQueueName, 'ApproximateNumberOfMessagesVisible'),
      threshold: 0,
      severity: Severity.MEDIUM,
      what: 'messages about accepted requests are in the dead-letter queue, and their callers wait in vain',
      link: queueLink(scope, deferred.deadLetterQueueName),
    },
    ...unattended(scope, deferred),
  ];
}

function unattended(scope: IConstruct, { queueName }: DeferredAnswers): AlarmDeclaration[] {
  if (queueName === undefined) return [];
  return [
    {
      ...AT_ONCE,
      id: 'waiting-unattended',
      metric: queueMetric(queueName, 'ApproximateAgeOfOldestMessage'),
      threshold: UNATTENDED.toSeconds(),
      severity: Severity.HIGH,
      what: `a request that waits was not looked at for ${UNATTENDED.toMinutes()} minutes: nobody answers those that wait, or wakes the fleet for them`,
      link: queueLink(scope, queueName),
    },
  ];
}
