import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, type Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC } from '../../protocol/metrics';
import type { ProductionContract } from '../contract/api';
import { CLAUSE } from '../core/clause';
import { functionLink, queueLink } from '../core/console-link';
import { criterionPeriod, MINIMUM_FEEDBACK } from '../core/feedback-window';
import { FAILURE_PERIOD, ModelMetrics } from '../core/model-metrics';
import type { EndpointFront } from '../endpoint/api';
import type { IPredictionApi } from '../serve/api';
import type { StageProfile } from '../stage/api';
import { AT_ONCE, allowedFailures } from './alarm-shape';
import { type AlarmDeclaration, Severity } from './api';
import { deferredAlarms } from './deferred-alarms';
import { endpointFailures } from './endpoint-failures';
import { apiMetric, failureShare, functionMetric, queueMetric } from './platform-metrics';
import { criterionMetric } from './success-criteria';

/** What the alarms of a model are derived from. */
export interface ModelAlarmsProps {
  readonly api: IPredictionApi;
  readonly contract: ProductionContract;
  readonly profile: StageProfile;
  /** Where a person looks when the backend fails. */
  readonly backendLink: string;
  /** What a SageMaker endpoint declares of itself; undefined for other backends, which fail in none of its ways. */
  readonly front?: EndpointFront;
}

/** The alarms that a contract demands of one model. */
export function modelAlarms(monitor: IConstruct, props: ModelAlarmsProps): AlarmDeclaration[] {
  return [
    latency(monitor, props),
    ...availability(monitor, props),
    ...backend(props),
    ...ownFailures(monitor, props),
    ...success(monitor, props),
    ...traffic(monitor, props),
    ...sweeping(monitor, props),
    ...endpoint(props),
    ...deferred(monitor, props),
  ];
}

function latency(monitor: IConstruct, { api, contract }: ModelAlarmsProps): AlarmDeclaration {
  const objective = contract.latencyP95.toMilliseconds();
  return {
    ...AT_ONCE,
    id: 'latency-p95',
    metric: new ModelMetrics(api.deployment).metric(METRIC.latency, { statistic: Stats.percentile(95) }),
    threshold: objective,
    // A slow quarter of an hour, not a slow minute: cold starts after a deploy are not worth a night.
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    severity: Severity.HIGH,
    what: `5 of 100 answers take longer than ${objective} ms, the objective of the contract`,
    link: functionLink(monitor, api.predictFunctionName),
    clause: CLAUSE.latencyP95,
  };
}

function availability(monitor: IConstruct, { api, contract }: ModelAlarmsProps): AlarmDeclaration[] {
  const allowed = allowedFailures(contract);
  const link = functionLink(monitor, api.predictFunctionName);
  const invocations = functionMetric(api.predictFunctionName, 'Invocations');
  const throttles = functionMetric(api.predictFunctionName, 'Throttles');
  const errors = functionMetric(api.predictFunctionName, 'Errors');
  const sum = (expression: string, usingMetrics: Record<string, Metric>) =>
    new MathExpression({ expression, usingMetrics, period: FAILURE_PERIOD });
  return [
    {
      ...AT_ONCE,
      id: 'availability',
      metric: failureShare(apiMetric(api, '5XXError'), apiMetric(api, 'Count'), '% of requests answered 5xx'),
      threshold: allowed,
      severity: Severity.CRITICAL,
      what: `more than ${allowed} % of requests to the API fail on our side; the contract promises ${contract.availability} % availability`,
      link,
      clause: CLAUSE.availability,
    },
    {
      ...AT_ONCE,
      id: 'function-errors',
      // Errors counts crashes and time-outs; a throttled invocation is in neither Invocations nor Errors.
      metric: failureShare(
        sum('FILL(errors, 0) + FILL(throttles, 0)', { errors, throttles }),
        sum('FILL(invocations, 0) + FILL(refused, 0)', { invocations, refused: throttles }),
        '% of invocations that crash, time out or are throttled',
      ),
      threshold: allowed,
      severity: Severity.CRITICAL,
      what: `more than ${allowed} % of invocations of the predict function crash, run into its time-out or are throttled`,
      link,
      clause: CLAUSE.availability,
    },
  ];
}

function backend({ api, contract, backendLink }: ModelAlarmsProps): AlarmDeclaration[] {
  const metrics = new ModelMetrics(api.deployment);
  const allowed = allowedFailures(contract);
  const requests = metrics.metric(METRIC.predictions);
  return [
    {
      ...AT_ONCE,
      id: 'backend-failures',
      metric: failureShare(metrics.metric(METRIC.backendFailures), requests, '% of predictions whose backend failed'),
      threshold: allowed,
      severity: Severity.HIGH,
      what: `more than ${allowed} % of predictions fail because the model backend fails`,
      link: backendLink,
      clause: CLAUSE.availability,
    },
    {
      ...AT_ONCE,
      id: 'backend-timeouts',
      metric: failureShare(metrics.metric(METRIC.backendTimeouts), requests, '% of predictions whose backend was late'),
      threshold: allowed,
      severity: Severity.HIGH,
      what: `more than ${allowed} % of predictions reach the deadline before the model backend answers`,
      link: backendLink,
      clause: CLAUSE.timeout,
    },
  ];
}

function ownFailures(monitor: IConstruct, { api }: ModelAlarmsProps): AlarmDeclaration[] {
  const metrics = new ModelMetrics(api.deployment);
  const link = functionLink(monitor, api.predictFunctionName);
  return [
    {
      ...AT_ONCE,
      id: 'record-failures',
      metric: metrics.metric(METRIC.recordFailures),
      threshold: 0,
      severity: Severity.CRITICAL,
      what: 'predictions cannot be recorded, and are therefore refused',
      link,
    },
    {
      ...AT_ONCE,
      id: 'guard-failures',
      metric: metrics.metric(METRIC.guardFailures),
      threshold: 0,
      severity: Severity.HIGH,
      what: 'a guard rule itself fails, and what it should have checked is refused',
      link,
    },
  ];
}

function success(monitor: IConstruct, { api, contract }: ModelAlarmsProps): AlarmDeclaration[] {
  const metrics = new ModelMetrics(api.deployment);
  const period = criterionPeriod(contract.requestsPerMonth);
  return (contract.success ?? []).map(({ metric, threshold }) => ({
    ...AT_ONCE,
    id: `success-${metric}`,
    metric: criterionMetric(metrics, metric, contract.positiveLabel, period),
    threshold,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    // Feedback that stops is not evidence that the model is good again.
    treatMissingData: TreatMissingData.IGNORE,
    severity: Severity.HIGH,
    what: `${metric} over the last ${period.toHours()} h of feedback (${MINIMUM_FEEDBACK} judged answers at least) is below ${threshold}, the success criterion`,
    link: functionLink(monitor, api.recordsFunctionName),
    clause: CLAUSE.success(metric),
  }));
}

/** A day with more than twice its share of the month is not what the contract was priced for. */
const TRAFFIC_FACTOR = 2;

function traffic(monitor: IConstruct, { api, contract, profile }: ModelAlarmsProps): AlarmDeclaration[] {
  const metrics = new ModelMetrics(api.deployment);
  const link = functionLink(monitor, api.predictFunctionName);
  const alarms: AlarmDeclaration[] = [];
  if (profile.silenceIsAnAlarm) {
    alarms.push({
      ...AT_ONCE,
      id: 'silence',
      metric: metrics.metric(METRIC.predictions, { period: Duration.hours(1) }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      severity: Severity.HIGH,
      what: 'no prediction was asked for during an hour',
      link,
    });
  }
  if (contract.requestsPerMonth !== undefined) {
    const daily = Math.ceil((TRAFFIC_FACTOR * contract.requestsPerMonth) / 30);
    alarms.push({
      ...AT_ONCE,
      id: 'traffic-above-contract',
      metric: metrics.metric(METRIC.predictions, { period: Duration.days(1) }),
      threshold: daily,
      severity: Severity.LOW,
      what: `more than ${daily} predictions in a day, over ${TRAFFIC_FACTOR} times the contract's month: its price and its limits no longer hold`,
      link,
      clause: CLAUSE.requestsPerMonth,
    });
  }
  return alarms;
}

/** The sweeper runs every minute. */
const SWEEP_SILENCE = Duration.minutes(15);

function sweeping(monitor: IConstruct, { api }: ModelAlarmsProps): AlarmDeclaration[] {
  const link = functionLink(monitor, api.sweepFunctionName);
  return [
    {
      ...AT_ONCE,
      id: 'sweep-failed',
      metric: queueMetric(api.sweepDeadLetterQueueName, 'ApproximateNumberOfMessagesVisible'),
      threshold: 0,
      severity: Severity.MEDIUM,
      what: 'looking for abandoned records failed after its retries; the events are in the dead-letter queue',
      link: queueLink(monitor, api.sweepDeadLetterQueueName),
    },
    {
      ...AT_ONCE,
      id: 'sweep-silent',
      metric: functionMetric(api.sweepFunctionName, 'Invocations', { period: SWEEP_SILENCE }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      severity: Severity.MEDIUM,
      what: `abandoned records were not looked for during ${SWEEP_SILENCE.toMinutes()} minutes`,
      link,
    },
  ];
}

function endpoint({ api, contract, backendLink, front }: ModelAlarmsProps): AlarmDeclaration[] {
  return front === undefined ? [] : endpointFailures({ deployment: api.deployment, contract, backendLink, front });
}

function deferred(monitor: IConstruct, { api, contract }: ModelAlarmsProps): AlarmDeclaration[] {
  const { deployment, deferred: answers } = api;
  return answers === undefined ? [] : deferredAlarms(monitor, { deployment, contract, deferred: answers });
}
