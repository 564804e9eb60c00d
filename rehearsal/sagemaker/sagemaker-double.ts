import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildGroup, isAlive, RehearsalError, signalGroup } from '../process';
import type { MetricDatapoint } from '../watch/metric-store';
import type { DoubleOptions } from './double';
import type { Fault } from './faults';

/** A datapoint as JSON carries it. */
interface PublishedMetric {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Value: number;
  readonly Unit: string;
  readonly Timestamp: string;
}

export interface SageMakerDoubleOptions extends DoubleOptions {
  /** Folder of the project, with its `dist/`. */
  readonly project: string;
}

/** What the process reads. */
export interface ProcessOptions extends DoubleOptions {
  /** File that it writes its URL to when it listens. */
  readonly ready: string;
}

/** How long it may take until it listens, and until it has ended. */
const START_MS = 30_000;
const STOP_MS = 35_000;

/**
 * A double of SageMaker's control plane, of its runtime and of Application Auto Scaling, as a process of its own: a stage that is
 * kept after its rehearsal needs it as much as it needs the emulator.
 */
export class SageMakerDouble {
  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    readonly url: string,
    readonly logFile: string,
  ) {}

  static async start(options: SageMakerDoubleOptions, children: ChildGroup): Promise<SageMakerDouble> {
    const { project, ...double } = options;
    mkdirSync(double.folder, { recursive: true });
    const logFile = join(double.folder, 'sagemaker.log');
    const ready = join(double.folder, 'ready');
    const file = join(double.folder, 'options.json');
    rmSync(ready, { force: true });
    const given: ProcessOptions = { ...double, ready };
    writeFileSync(file, JSON.stringify(given));
    const log = openSync(logFile, 'a');
    const { PATH, LANG } = process.env;
    const environment = {
      PATH,
      LANG,
      HOME: double.folder,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    const program = join(project, 'dist/rehearsal/sagemaker/index.js');
    const child = children.startWithLog(process.execPath, [program, file], environment, log);
    closeSync(log);
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
      if (existsSync(ready) && child.pid !== undefined) {
        return new SageMakerDouble(child, child.pid, readFileSync(ready, 'utf8'), logFile);
      }
      await sleep(25);
    }
    const end = readFileSync(logFile, 'utf8').slice(-2_000).trim();
    throw new RehearsalError(`the double of SageMaker did not start; the end of its log (${logFile}):\n${end}`);
  }

  /** Variables by which SDK clients find it. The emulator hands its own environment to functions. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL_SAGEMAKER: this.url,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: this.url,
      AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: this.url,
    };
  }

  /** Tells it where S3, SNS and CloudWatch are. The emulator starts after it, for its address is in the emulator's environment. */
  async connect(endpoint: string): Promise<void> {
    await this.ask('POST', 'connect', { endpoint });
  }

  /** Something that goes wrong next. */
  async addFault(fault: Fault): Promise<void> {
    await this.ask('POST', 'faults', fault);
  }

  /** Faults that have not met their moment. */
  async pendingFaults(): Promise<readonly Fault[]> {
    const { faults } = (await this.ask('GET', 'faults')) as { readonly faults: Fault[] };
    return faults;
  }

  async clearFaults(): Promise<void> {
    await this.ask('DELETE', 'faults');
  }

  /** Sends the metrics that it has gathered; it does so by itself every now and then. */
  async flushMetrics(): Promise<void> {
    await this.ask('POST', 'flush');
  }

  /** What SageMaker has published of itself, one datapoint a time. */
  async metrics(): Promise<readonly MetricDatapoint[]> {
    await this.flushMetrics();
    const { metrics } = (await this.ask('GET', 'metrics')) as { readonly metrics: readonly PublishedMetric[] };
    return metrics.map(({ MetricName, Dimensions, Value, Unit, Timestamp }) => ({
      namespace: 'AWS/SageMaker',
      name: MetricName,
      dimensions: Object.fromEntries(Dimensions.map(({ Name, Value: value }) => [Name, value])),
      timestamp: Date.parse(Timestamp),
      value: Value,
      unit: Unit,
    }));
  }

  /** Process ids of the models' servers. */
  async serverPids(): Promise<readonly number[]> {
    const { pids } = (await this.ask('GET', 'processes')) as { readonly pids: number[] };
    return pids;
  }

  /** Ends it and the servers of its models; does nothing where it has ended. */
  async stop(): Promise<void> {
    // Only the double itself: it ends its servers after the requests in flight.
    if (isAlive(this.pid)) this.child.kill('SIGTERM');
    const deadline = Date.now() + STOP_MS;
    while (Date.now() < deadline && isAlive(this.pid)) await sleep(25);
    signalGroup(this.pid, 'SIGKILL');
  }

  /** Lets it live on after this process. */
  release(children: ChildGroup): void {
    children.release(this.child);
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/_double/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new RehearsalError(`the double of SageMaker refused: ${JSON.stringify(answer)}`);
    return answer;
  }
}
