import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DATA_TIMING, dataPipelineName } from '../../protocol/data-pipeline';
import { DATASET_EVENT, type DataPipelineConfig } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { METRIC } from '../../protocol/metrics';
import { CLAUSE } from '../core/clause';
import { HandlerFunction } from '../core/handler-function';
import { ModelMetrics } from '../core/model-metrics';
import { packageVersion } from '../core/package-files';
import { Trace } from '../core/trace';
import type { IDataPipeline, IDatasetStore } from './api';
import { dataAlarms } from './data-alarms';
import { checkDataPipeline } from './data-pipeline-checks';
import { pipelineDefinition } from './data-pipeline-definition';
import type { DataPipelineProps } from './data-pipeline-props';
import { allowDescribe, allowEvents, allowMaps, executionsArn, stateMachineArn } from './data-pipeline-role';
import { connectSources } from './data-source-access';
import { DataTriggers } from './data-triggers';
import { DataWatch, watchInterval } from './data-watch';
import { DatasetStore } from './dataset-store';
import { HoldOut } from './hold-out';
import { takeStore } from './one-pipeline';

const SETTLE = Duration.minutes(1);
/** Two hours of workers that wait for each other, a step that is repeated for an hour and a half, and a rest. */
const TIMEOUT = Duration.hours(6);
/** A whole processor: parsing and hashing are bound by it. Streams and blocks of 16 MB take a few hundred MB whatever the object's size. */
const WORKER_MEMORY = Size.mebibytes(1769);

/**
 * Makes versions of a dataset: what is new in its sources is read, each row checked, duplicates dropped, bad rows set apart; a gate
 * judges the run by what the schema expects; what passes is published as an immutable version, named by its content. Rows read =
 * published + quarantined + duplicates, or the run fails. One run at a time; an interrupted one is finished by the next.
 *
 * @example
 * new DataPipeline(this, 'Data', {
 *   deployment: 'flights-pilot', sources: [DataSource.inbox()],
 *   schema: new DatasetSchema({ columns: [Column.date('day', { required: true }), Column.number('delay')] }),
 *   schedule: DataSchedule.daily({ at: '02:30' }) });
 */
export class DataPipeline extends Construct implements IDataPipeline {
  readonly deployment: string;
  readonly datasetName: string;
  /** Name of the state machine, a literal. */
  readonly stateMachineName: string;
  readonly stateMachineArn: string;
  readonly longestPause?: Duration;
  /** Where versions are kept. */
  readonly store: IDatasetStore;

  constructor(scope: Construct, id: string, props: DataPipelineProps) {
    super(scope, id);
    checkDataPipeline(this, props);
    this.deployment = props.deployment;
    this.datasetName = props.dataset ?? props.deployment;
    this.stateMachineName = dataPipelineName(props.deployment);
    this.longestPause = props.schedule?.longestPause;
    this.store = props.store ?? this.ownStore(props);
    takeStore(this, this.store);
    const machine = this.machine(props);
    this.stateMachineArn = machine.stateMachineArn;
    const triggers = new DataTriggers(this, 'Triggers', {
      deployment: this.deployment,
      machine,
      bucketName: this.store.bucketName,
      sources: props.sources,
      schedule: props.schedule,
      startOnArrival: props.startOnArrival ?? false,
    });
    if (triggers.schedule !== undefined && props.maximumDataAge !== undefined) {
      Trace.enforce(CLAUSE.dataFreshness, triggers.schedule, 'makes versions of the dataset often enough');
    }
    const { freshness } = props.schema._document;
    const interval = watchInterval([
      this.longestPause,
      props.maximumDataAge,
      freshness === undefined ? undefined : Duration.seconds(freshness.maxAgeSeconds),
    ]);
    const { functionSettings } = props;
    const { functionName } = new DataWatch(this, 'Watch', {
      deployment: this.deployment,
      store: this.store,
      config: this.config(props),
      interval,
      functionSettings,
    });
    if (props.monitor === undefined) return;
    const watched = { deadLetterQueueName: triggers.deadLetterQueueName, watchName: functionName, interval };
    for (const alarm of dataAlarms(this, props, watched)) props.monitor.watch(alarm);
  }

  /** Lets a principal start runs and follow them. */
  grantStart(grantee: IGrantable): Grant {
    const executions = executionsArn(this, this.stateMachineName);
    return Grant.addToPrincipal({
      grantee,
      actions: ['states:StartExecution'],
      resourceArns: [this.stateMachineArn],
    }).combine(Grant.addToPrincipal({ grantee, actions: ['states:DescribeExecution'], resourceArns: [executions] }));
  }

  /** A rule for the event of each published version; its detail has deployment, dataset, version, parent, manifest and rows. */
  onPublished(id: string, options: OnEventOptions = {}): Rule {
    const { target, eventPattern, crossStackScope, ...rest } = options;
    const rule = new Rule(crossStackScope ?? this, id, {
      ...rest,
      eventPattern: {
        ...eventPattern,
        source: [DATASET_EVENT.source],
        detailType: [DATASET_EVENT.published],
        detail: { ...eventPattern?.detail, deployment: [this.deployment], dataset: [this.datasetName] },
      },
    });
    rule.addTarget(target);
    return rule;
  }

  /** A metric of its runs, by its name in the namespace `Slipway`; a sum over five minutes. */
  metric(name: string, options?: MetricOptions): Metric {
    return new ModelMetrics(this.deployment).metric(name, options);
  }

  /** Runs that ended, however they did. */
  metricRuns(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataRuns, options);
  }

  /** Runs in which a step failed. */
  metricRunFailures(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataRunFailures, options);
  }

  /** Runs whose gate did not pass. */
  metricGateFailures(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataGateFailures, options);
  }

  /** Versions that were published. */
  metricVersionsPublished(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataVersionsPublished, options);
  }

  /** Rows that were read. */
  metricRows(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataRows, options);
  }

  /** Rows that were set apart. */
  metricQuarantined(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataQuarantined, options);
  }

  /** Rows that were there before. */
  metricDuplicates(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataDuplicates, options);
  }

  /** Share of the rows of a run that were set apart, 0 to 1; the worst of a period. */
  metricBadShare(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataBadShare, { statistic: 'max', ...options });
  }

  /** Seconds that a run took; the longest of a period. */
  metricRunSeconds(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataRunSeconds, { statistic: 'max', ...options });
  }

  /** Seconds since a run last ended well; the least of a period. */
  metricRunAge(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataRunAge, { statistic: 'min', ...options });
  }

  /** Seconds since the newest event of the latest version; the least of a period. */
  metricNewestEventAge(options?: MetricOptions): Metric {
    return this.metric(METRIC.dataNewestEventAge, { statistic: 'min', ...options });
  }

  private ownStore({ encryptionKey, schema }: DataPipelineProps): IDatasetStore {
    const key =
      encryptionKey ?? new Key(this, 'Key', { description: `datasets of ${this.deployment}`, enableKeyRotation: true });
    return new DatasetStore(this, 'Store', { encryptionKey: key, personalData: schema.personalColumns.length > 0 });
  }

  private machine(props: DataPipelineProps): StateMachine {
    const { store, deployment, stateMachineName } = this;
    const worker = (id: string, handler: string, what: string) => this.pipelineFunction(props, id, handler, what);
    const checkData = worker('CheckData', 'check-data', 'checks the rows of a shard');
    const matchKeys = worker('MatchKeys', 'match-keys', 'finds duplicates in a partition');
    const splitData = worker('SplitData', 'split-data', 'writes the shards of a partition');
    const steps = worker('Steps', 'data-steps', 'one step of a run');
    store.connectChecker(checkData);
    store.connectMatcher(matchKeys);
    store.connectSplitter(splitData);
    store.connectSteps(steps);
    connectSources(store, props.sources, { checkData, steps });
    allowDescribe(this, steps, stateMachineName);
    const definition = pipelineDefinition({
      steps: steps.functionArn,
      checkData: checkData.functionArn,
      matchKeys: matchKeys.functionArn,
      splitData: splitData.functionArn,
      bucket: store.bucketName,
      stateMachine: stateMachineArn(this, stateMachineName),
      maxConcurrency: props.maxConcurrency ?? 40,
      timeoutSeconds: (props.timeout ?? TIMEOUT).toSeconds(),
      settleSeconds: props.startOnArrival === true ? (props.settleTime ?? SETTLE).toSeconds() : undefined,
    });
    const settings = props.functionSettings ?? {};
    const logs = new LogGroup(this, 'Logs', {
      retention: settings.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: settings.logRemovalPolicy ?? RemovalPolicy.DESTROY,
      encryptionKey: settings.encryptionKey,
    });
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName,
      comment: `makes the versions of ${this.datasetName} for ${deployment}`,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      // States hold names and counts; the log does not even hold these.
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    store.grantMaps(machine.role);
    allowMaps(this, machine.role, stateMachineName, [steps, checkData, matchKeys, splitData]);
    allowEvents(this, machine.role);
    return machine;
  }

  private pipelineFunction(props: DataPipelineProps, id: string, handler: string, what: string): HandlerFunction {
    const made = new HandlerFunction(this, id, {
      ...props.functionSettings,
      handler,
      functionName: `${this.deployment}-${handler}`,
      description: `${what} of the dataset ${this.datasetName}`,
      timeout: Duration.seconds(DATA_TIMING.handler),
      memory: WORKER_MEMORY,
      config: this.config(props),
    });
    made.addEnvironment(ENV.deployment, this.deployment);
    return made;
  }

  private config({
    schema,
    holdOut,
    sources,
    partitions,
    shardSize,
    codeVersion,
  }: DataPipelineProps): DataPipelineConfig {
    return {
      dataset: this.datasetName,
      schema: schema._document,
      holdOut: (holdOut ?? HoldOut.byHash({ share: 0.2 }))._document,
      sources: sources.map((source) => source._document),
      partitions: partitions ?? 16,
      shardBytes: (shardSize ?? Size.mebibytes(64)).toBytes(),
      codeVersion: codeVersion ?? packageVersion(),
      lockDays: this.store.versionLock?.toDays(),
    };
  }
}
