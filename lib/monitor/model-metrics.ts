import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  DEPLOYMENT_DIMENSION,
  GUARD_RULE_DIMENSION,
  METRIC,
  METRIC_NAMESPACE,
  type MetricName,
} from '../../protocol/metrics';
import type { IPredictionApi } from '../serve/api';

/** The period in which failures are counted: long enough for a share to mean something, short enough to wake in time. */
export const FAILURE_PERIOD = Duration.minutes(5);

/** Metrics that the handlers of a deployment emit. */
export class ModelMetrics {
  constructor(private readonly deployment: string) {}

  metric(name: MetricName, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensionsMap: { [DEPLOYMENT_DIMENSION]: this.deployment },
      statistic: Stats.SUM,
      period: FAILURE_PERIOD,
      ...options,
    });
  }

  perGuardRule(rule: string, options: MetricOptions = {}): Metric {
    return this.metric(METRIC.guardInterventions, {
      dimensionsMap: { [DEPLOYMENT_DIMENSION]: this.deployment, [GUARD_RULE_DIMENSION]: rule },
      label: rule,
      ...options,
    });
  }
}

/** Metrics of the API itself, measured outside of our code: a crashed handler writes no metric of its own. */
export function apiMetric(
  api: IPredictionApi,
  metricName: 'Count' | '4XXError' | '5XXError' | 'Latency',
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiName: api.apiName, Stage: api.apiStageName },
    statistic: Stats.SUM,
    period: FAILURE_PERIOD,
    ...options,
  });
}

export function functionMetric(
  functionName: string,
  metricName: 'Invocations' | 'Errors' | 'Throttles',
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    statistic: Stats.SUM,
    period: FAILURE_PERIOD,
    ...options,
  });
}

/** The worst of a queue within a period. */
export function queueMetric(
  queueName: string,
  metricName: 'ApproximateNumberOfMessagesVisible' | 'ApproximateAgeOfOldestMessage',
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queueName },
    statistic: Stats.MAXIMUM,
    period: FAILURE_PERIOD,
    ...options,
  });
}

/** Below this traffic in a period a share says nothing. */
const TRAFFIC_FLOOR = 20;
/** One failure among few requests is no outage. */
const FAILURE_FLOOR = 3;

/** Failures in percent of `requests`, 0 while there are too few of either to mean anything. */
export function failureShare(failures: IMetric, requests: IMetric, label: string): MathExpression {
  return new MathExpression({
    expression: `IF(requests >= ${TRAFFIC_FLOOR} AND failures >= ${FAILURE_FLOOR}, 100 * failures / requests, 0)`,
    usingMetrics: { failures, requests },
    label,
    period: FAILURE_PERIOD,
  });
}
