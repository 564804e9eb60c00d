import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { ConnectedAws } from './aws';

/** An invocation that reached an endpoint, as its metrics see it. */
export interface Invocation {
  readonly endpoint: string;
  readonly variant: string;
  readonly component?: string;
  /** What the container answered; 0 where no answer came. */
  readonly status: number;
  /** Whether that was no success. */
  readonly modelError: boolean;
  /** Of the container; undefined where it was not asked. */
  readonly modelLatencyUs?: number;
  readonly overheadLatencyUs: number;
}

/** A rehearsal publishes some thousands; a stage that is kept for days must not fill the memory. */
const MOST_KEPT = 100_000;

/** Gathers what SageMaker publishes of itself and sends it every now and then, as CloudWatch's clients do. */
export class Metrics {
  private gathered: MetricDatum[] = [];
  private readonly kept: MetricDatum[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly aws: () => ConnectedAws | undefined,
    private readonly everyMs: number,
    private readonly report: (error: unknown) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), this.everyMs);
    this.timer.unref();
  }

  invocation(invocation: Invocation): void {
    const { endpoint, variant, component, status, modelError, modelLatencyUs, overheadLatencyUs } = invocation;
    const sets: Readonly<Record<string, string>>[] = [{ EndpointName: endpoint, VariantName: variant }];
    if (component !== undefined) sets.push({ InferenceComponentName: component });
    for (const dimensions of sets) {
      this.add('Invocations', dimensions, 1, 'Count');
      this.add('Invocation4XXErrors', dimensions, status >= 400 && status < 500 ? 1 : 0, 'Count');
      this.add('Invocation5XXErrors', dimensions, status >= 500 ? 1 : 0, 'Count');
      this.add('InvocationModelErrors', dimensions, modelError ? 1 : 0, 'Count');
      if (modelLatencyUs !== undefined) this.add('ModelLatency', dimensions, modelLatencyUs, 'Microseconds');
      this.add('OverheadLatency', dimensions, overheadLatencyUs, 'Microseconds');
    }
  }

  /** The only trace of a request to a component without copies. */
  noCapacity(component: string): void {
    this.add('NoCapacityInvocationFailures', { InferenceComponentName: component }, 1, 'Count');
  }

  backlog(endpoint: string, size: number, instances: number): void {
    const dimensions = { EndpointName: endpoint };
    this.add('ApproximateBacklogSize', dimensions, size, 'Count');
    if (instances > 0) this.add('ApproximateBacklogSizePerInstance', dimensions, size / instances, 'Count');
    this.add('HasBacklogWithoutCapacity', dimensions, size > 0 && instances === 0 ? 1 : 0, 'Count');
  }

  /** Everything that was published, one datapoint a time: CloudWatch would only give sums of it. */
  get published(): readonly MetricDatum[] {
    return this.kept;
  }

  async flush(): Promise<void> {
    const aws = this.aws();
    if (aws === undefined || this.gathered.length === 0) return;
    const data = this.gathered;
    this.gathered = [];
    try {
      await aws.putMetrics(data);
      this.kept.push(...data.slice(0, Math.max(0, MOST_KEPT - this.kept.length)));
    } catch (error) {
      this.report(error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private add(name: string, dimensions: Readonly<Record<string, string>>, value: number, unit: StandardUnit): void {
    // Without anybody to send them to, they are not kept for ever.
    if (this.aws() === undefined) return;
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    this.gathered.push({ MetricName: name, Dimensions, Value: value, Unit: unit, Timestamp: new Date() });
  }
}
