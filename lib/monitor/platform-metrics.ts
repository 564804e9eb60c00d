import { type IMetric, MathExpression, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FAILURE_PERIOD } from '../core/model-metrics';
import type { IPredictionApi } from '../serve/api';

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
