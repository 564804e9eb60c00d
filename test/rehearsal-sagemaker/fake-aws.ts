import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

interface PutMetric {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Value: number;
  readonly Unit: string;
}

/** The emulator's part of S3, SNS and CloudWatch, as far as the double asks for it. */
export class FakeAws {
  /** Objects by `bucket/key`. */
  readonly objects = new Map<string, Buffer>();
  /** Alarm states by name. */
  readonly alarms = new Map<string, string>();
  readonly metrics: (PutMetric & { readonly Namespace: string })[] = [];
  readonly published: { readonly topic: string; readonly message: Record<string, unknown> }[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeAws> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakeAws(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const sent = await buffer(request);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      const target = request.headers['x-amz-target'];
      const url = new URL(request.url ?? '/', fake.url);
      const { status, text, type } =
        typeof target === 'string'
          ? { status: 200, text: JSON.stringify(fake.cloudWatch(target, JSON.parse(body.toString()))), type: JSON_1_0 }
          : url.pathname === '/'
            ? { status: 200, text: fake.publish(new URLSearchParams(body.toString())), type: 'text/xml' }
            : fake.s3(request.method ?? 'GET', request.url ?? '/', url.searchParams, body);
      response.writeHead(status, { 'content-type': type }).end(text);
    });
    return fake;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** The sum of a metric with exactly these dimensions. */
  sum(name: string, dimensions: Readonly<Record<string, string>>): number {
    return this.values(name, dimensions).reduce((sum, value) => sum + value, 0);
  }

  values(name: string, dimensions: Readonly<Record<string, string>>): number[] {
    const wanted = JSON.stringify(Object.entries(dimensions).sort());
    return this.metrics
      .filter(
        ({ MetricName, Dimensions }) =>
          MetricName === name && JSON.stringify(Dimensions.map((one) => [one.Name, one.Value]).sort()) === wanted,
      )
      .map(({ Value }) => Value);
  }

  text(uri: string): string | undefined {
    return this.objects.get(uri.replace('s3://', ''))?.toString();
  }

  private cloudWatch(target: string, input: Record<string, unknown>): object {
    const operation = target.split('.')[1];
    if (operation === 'DescribeAlarms') {
      const names = input.AlarmNames as string[];
      const found = names.filter((name) => this.alarms.has(name));
      return {
        MetricAlarms: found.map((AlarmName) => ({ AlarmName, StateValue: this.alarms.get(AlarmName) })),
      };
    }
    if (operation === 'SetAlarmState') this.alarms.set(String(input.AlarmName), String(input.StateValue));
    if (operation === 'PutMetricData') {
      const data = input.MetricData as PutMetric[];
      this.metrics.push(...data.map((one) => ({ ...one, Namespace: String(input.Namespace) })));
    }
    return {};
  }

  private publish(form: URLSearchParams): string {
    this.published.push({
      topic: form.get('TopicArn') ?? '',
      message: JSON.parse(form.get('Message') ?? '{}'),
    });
    return '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
  }

  private s3(
    method: string,
    url: string,
    query: URLSearchParams,
    body: Buffer,
  ): { status: number; text: Buffer | string; type: string } {
    // Not as a URL: a key may have two dots in it.
    const path = decodeURIComponent(url.replace(/\?.*$/, '')).slice(1);
    if (method === 'PUT') {
      this.objects.set(path, body);
      return { status: 200, text: '', type: 'text/xml' };
    }
    if (query.has('list-type')) {
      const bucket = path.replace(/\/$/, '');
      const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
      const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
      const contents = keys.map((key) => `<Contents><Key>${key.slice(bucket.length + 1)}</Key></Contents>`).join('');
      const list = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
      return { status: 200, text: list, type: 'text/xml' };
    }
    const found = this.objects.get(path);
    if (found !== undefined) return { status: 200, text: found, type: 'application/json' };
    return { status: 404, text: '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>', type: 'text/xml' };
  }
}

const JSON_1_0 = 'application/x-amz-json-1.0';
