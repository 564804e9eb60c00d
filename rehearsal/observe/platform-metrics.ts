import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  type StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../aws';
import type { Answer } from '../traffic/callers';
import type { MetricDatapoint } from '../watch/metric-store';

/**
 * The metrics that API Gateway publishes, from what its callers saw: the emulator has none. Count, 4XXError and 5XXError are
 * a sample a request, as the service's are; Latency is the caller's, which on loopback is the API's.
 */
export function apiMetrics(answers: readonly Answer[], apiName: string, stageName: string): MetricDatapoint[] {
  const dimensions = { ApiName: apiName, Stage: stageName };
  const namespace = 'AWS/ApiGateway';
  return answers.flatMap(({ status, at, latencyMs }) => {
    if (status === undefined) return [];
    const point = (name: string, value: number, unit: string): MetricDatapoint => ({
      namespace,
      name,
      dimensions,
      timestamp: at,
      value,
      unit,
    });
    return [
      point('Count', 1, 'Count'),
      point('4XXError', status >= 400 && status < 500 ? 1 : 0, 'Count'),
      point('5XXError', status >= 500 ? 1 : 0, 'Count'),
      point('Latency', latencyMs, 'Milliseconds'),
    ];
  });
}

/** What the emulator itself publishes of functions, minute by minute. */
export async function functionMetrics(
  config: ClientConfig,
  functionNames: readonly string[],
  since: Date,
): Promise<MetricDatapoint[]> {
  const client = new CloudWatchClient(config);
  const points: MetricDatapoint[] = [];
  for (const functionName of functionNames) {
    for (const name of ['Invocations', 'Errors', 'Throttles']) {
      const { Datapoints } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/Lambda',
          MetricName: name,
          Dimensions: [{ Name: 'FunctionName', Value: functionName }],
          StartTime: since,
          EndTime: new Date(Date.now() + 60_000),
          Period: 60,
          Statistics: ['Sum'],
        }),
      );
      for (const { Timestamp, Sum } of Datapoints ?? []) {
        if (Timestamp === undefined || Sum === undefined) continue;
        points.push({
          namespace: 'AWS/Lambda',
          name,
          dimensions: { FunctionName: functionName },
          timestamp: Timestamp.getTime(),
          value: Sum,
          unit: 'Count',
        });
      }
    }
  }
  return points;
}

/** Depth of the deployment's queues now. */
export async function queueMetrics(config: ClientConfig, prefix: string): Promise<MetricDatapoint[]> {
  const client = new SQSClient(config);
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  return Promise.all(
    QueueUrls.map(async (QueueUrl) => {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      return {
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: QueueUrl.split('/').at(-1) ?? '' },
        timestamp: Date.now(),
        value: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
        unit: 'Count',
      };
    }),
  );
}

/** CloudWatch takes 1,000 metrics a call, at 150 values each. */
const METRICS_A_CALL = 500;

/** Carries metrics to the emulator's CloudWatch, where dashboards and people find them. Gives how many metrics it then has. */
export async function publish(config: ClientConfig, datapoints: readonly MetricDatapoint[]): Promise<number> {
  const client = new CloudWatchClient(config);
  const byNamespace = new Map<string, MetricDatapoint[]>();
  for (const point of datapoints)
    byNamespace.set(point.namespace, [...(byNamespace.get(point.namespace) ?? []), point]);
  for (const [Namespace, points] of byNamespace) {
    for (let from = 0; from < points.length; from += METRICS_A_CALL) {
      await client.send(
        new PutMetricDataCommand({ Namespace, MetricData: points.slice(from, from + METRICS_A_CALL).map(datum) }),
      );
    }
  }
  const { Metrics = [] } = await client.send(new ListMetricsCommand({}));
  return Metrics.length;
}

function datum({ name, dimensions, timestamp, value, unit }: MetricDatapoint) {
  return {
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    Timestamp: new Date(timestamp),
    Value: value,
    Unit: unit as StandardUnit | undefined,
  };
}
