import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricDatum,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientConfig } from '../aws';

/** The other services of the rehearsal, as far as SageMaker uses them on its own account. */
export interface ConnectedAws {
  readonly s3: S3Client;
  read(uri: string): Promise<{ readonly body: Buffer; readonly contentType: string | undefined }>;
  write(uri: string, body: Buffer, contentType: string): Promise<void>;
  publish(topicArn: string, message: unknown): Promise<void>;
  putMetrics(data: readonly MetricDatum[]): Promise<void>;
  /** State by name, of those alarms that exist. */
  alarmStates(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  raise(alarm: string, reason: string): Promise<void>;
}

const NAMESPACE = 'AWS/SageMaker';
/** Limit of one PutMetricData. */
const MAX_DATA = 1_000;

/** The services of an emulator on this machine. */
export function connectAws(endpoint: string, region: string): ConnectedAws {
  const config = clientConfig(endpoint, region);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const cloudWatch = new CloudWatchClient(config);
  const sns = new SNSClient(config);
  return {
    s3,
    async read(uri) {
      const { Body, ContentType } = await s3.send(new GetObjectCommand(objectAt(uri)));
      return { body: Buffer.from((await Body?.transformToByteArray()) ?? []), contentType: ContentType };
    },
    async write(uri, body, contentType) {
      await s3.send(new PutObjectCommand({ ...objectAt(uri), Body: body, ContentType: contentType }));
    },
    async publish(TopicArn, message) {
      await sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(message) }));
    },
    async putMetrics(data) {
      for (let start = 0; start < data.length; start += MAX_DATA) {
        const MetricData = data.slice(start, start + MAX_DATA);
        await cloudWatch.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
      }
    },
    async alarmStates(names) {
      const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [...names] }));
      return new Map(MetricAlarms.map(({ AlarmName = '', StateValue = '' }) => [AlarmName, StateValue]));
    },
    async raise(AlarmName, StateReason) {
      await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason }));
    },
  };
}

function objectAt(uri: string): { Bucket: string; Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (Bucket === '') throw new Error(`${uri} is not the URI of an object in S3`);
  return { Bucket, Key };
}
