import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmText } from '../core/alarm-text';
import { CLAUSE } from '../core/clause';
import { endpointLink } from '../core/console-link';
import { Severity } from '../monitor/api';
import type { EndpointObjectives } from './api';
import { failedPercent, type MetricSubject, modelErrorPercent, sageMakerMetric } from './sagemaker-metric';

/** Minutes that are looked at, and how many of them must be bad. */
const WINDOW_MINUTES = 3;
const BAD_MINUTES = 2;

/** The time in which a failing version is seen. A shorter bake time ends before any alarm can fire. */
export const ALARM_WINDOW_SECONDS = 60 * WINDOW_MINUTES;

/** What an alarm of an endpoint is about. */
export interface EndpointAlarm {
  /** Heading of the runbook section; the name is the endpoint's and this, with `of` where there are several. */
  readonly id: string;
  readonly of?: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly severity: Severity;
  /** What happened, as a sentence without a full stop. */
  readonly what: string;
  readonly windowMinutes: number;
  readonly badMinutes: number;
  /** Percentiles of few requests mean nothing and change no state. */
  readonly isPercentile?: boolean;
  readonly actions?: readonly IAlarmAction[];
}

/** One that is derived from what the endpoint is held to. */
export interface ObjectiveAlarm extends EndpointAlarm {
  /** Clause of the contract that it serves. */
  readonly clause: string;
}

/** What follows the endpoint's name in the name of an alarm. */
export function alarmSuffix({ id, of }: Pick<EndpointAlarm, 'id' | 'of'>): string {
  return of === undefined ? id : `${id}-${of}`;
}

/** An alarm with its text and name, so that others can name it without a reference. */
export function endpointAlarm(
  scope: Construct,
  endpointName: string,
  alarm: EndpointAlarm,
  ceiling: Severity = Severity.CRITICAL,
): Alarm {
  const suffix = alarmSuffix(alarm);
  const resource = new Alarm(scope, suffix, {
    alarmName: `${endpointName}-${suffix}`,
    alarmDescription: alarmText(scope, {
      id: alarm.id,
      severity: alarm.severity.atMost(ceiling).name,
      what: alarm.what,
      link: endpointLink(scope, endpointName),
    }),
    metric: alarm.metric,
    threshold: alarm.threshold,
    comparisonOperator: alarm.comparison,
    evaluationPeriods: alarm.windowMinutes,
    datapointsToAlarm: alarm.badMinutes,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    evaluateLowSampleCountPercentile: alarm.isPercentile ? 'ignore' : undefined,
  });
  for (const action of alarm.actions ?? []) resource.addAlarmAction(action);
  return resource;
}

/** What watches one variant or component: what it is called in names and texts, and what it publishes. */
export interface WatchedSubject {
  readonly subject: MetricSubject;
  /** `rollback` or `shadow`: the beginning of the alarms' ids. */
  readonly purpose: string;
  readonly of?: string;
  readonly what: string;
  /** Asynchronous endpoints answer long after the objective of the API. */
  readonly isAsynchronous: boolean;
  /** Whether it publishes `InvocationModelErrors`. */
  readonly countsModelErrors: boolean;
}

const MICROSECONDS_PER_MS = 1000;

/** Alarms on failures and latency, derived from what the endpoint is held to. */
export function objectiveAlarms(objectives: EndpointObjectives, watched: WatchedSubject): ObjectiveAlarm[] {
  const { subject, purpose, of, what, isAsynchronous, countsModelErrors } = watched;
  const allowed = Number((100 - objectives.availability).toFixed(6));
  const common = {
    of,
    comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
    // Nobody is told by it: during a rollout it is SageMaker that acts, and otherwise the stage's own alarms are heard.
    severity: Severity.MEDIUM,
    windowMinutes: WINDOW_MINUTES,
    badMinutes: BAD_MINUTES,
  };
  const errors: ObjectiveAlarm = {
    ...common,
    clause: CLAUSE.availability,
    id: `${purpose}-errors`,
    metric: failedPercent(subject, 'Invocation5XXErrors', '% of requests answered 5xx by the model'),
    threshold: allowed,
    what: `${what} answers more than ${allowed} % of requests with 5xx, which is what availability leaves`,
  };
  const modelErrors: ObjectiveAlarm = {
    ...common,
    clause: CLAUSE.availability,
    id: `${purpose}-model-errors`,
    metric: modelErrorPercent(subject, '% of requests that the model failed'),
    threshold: allowed,
    what: `more than ${allowed} % of requests to ${what} fail, time-outs and broken connections among them`,
  };
  const objectiveMs = objectives.latencyP95.toMilliseconds();
  const latency: ObjectiveAlarm = {
    ...common,
    clause: CLAUSE.latencyP95,
    id: `${purpose}-latency`,
    metric: sageMakerMetric(subject, 'ModelLatency', { statistic: Stats.percentile(95) }),
    threshold: objectiveMs * MICROSECONDS_PER_MS,
    what: `5 of 100 answers of ${what} alone take longer than ${objectiveMs} ms, the objective for the whole answer`,
    isPercentile: true,
  };
  return [errors, ...(countsModelErrors ? [modelErrors] : []), ...(isAsynchronous ? [] : [latency])];
}

/** Fires in the minute in which somebody asks in vain. */
export const AT_ONCE = {
  threshold: 1,
  comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  severity: Severity.LOW,
  windowMinutes: 1,
  badMinutes: 1,
} as const;

/** A period of a minute, in which SageMaker publishes. */
export const MINUTE = Duration.minutes(1);
