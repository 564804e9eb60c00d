import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { EndpointWatchConfig } from '../../../protocol/handler-config';

/** By the hour: 15 days are kept by the minute, and an hour is what is looked at. */
const PERIOD_SECONDS = 3_600;

/** Requests that any of the metrics counted. A metric without data counted none. */
export async function requestsSince(
  client: CloudWatchClient,
  activity: EndpointWatchConfig['activity'],
  from: number,
  to: number,
): Promise<number> {
  let sum = 0;
  let token: string | undefined;
  do {
    const { MetricDataResults = [], NextToken } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(from),
        EndTime: new Date(to),
        MetricDataQueries: activity.map(({ namespace, metricName, dimensions }, index) => ({
          Id: `requests${index}`,
          MetricStat: {
            Stat: 'Sum',
            Period: PERIOD_SECONDS,
            Metric: {
              Namespace: namespace,
              MetricName: metricName,
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
          },
        })),
        NextToken: token,
      }),
    );
    for (const { Values = [] } of MetricDataResults) sum += Values.reduce((total, value) => total + value, 0);
    token = NextToken;
  } while (token !== undefined);
  return sum;
}
