import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC } from '../../protocol/metrics';
import { CLAUSE } from '../core/clause';
import { functionLink, queueLink, stateMachineLink } from '../core/console-link';
import { FAILURE_PERIOD, ModelMetrics } from '../core/model-metrics';
import { type AlarmDeclaration, Severity } from '../monitor/api';
import type { DataPipelineOptions } from './data-pipeline-props';

/** The pipeline, as far as it is watched. */
interface WatchedPipeline extends IConstruct {
  readonly deployment: string;
  readonly stateMachineArn: string;
}

interface WatchedOptions extends DataPipelineOptions {
  readonly maximumDataAge?: Duration;
}

interface WatchedBy {
  /** Undefined where nothing starts it by itself. */
  readonly deadLetterQueueName: string | undefined;
  /** Function that looks how old things are, and how often it does. */
  readonly watchName: string;
  readonly interval: Duration;
}

type Executions = (metricName: string, period: Duration) => Metric;

/** Fires in the first period that breaches; absence of data is no failure. */
const AT_ONCE = {
  comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

/** Of the pause between two runs, or of the time of an execution: beyond it the next slow run is late. */
const SHARE_OF_INTERVAL = 0.5;
/** Of a dataset whose schema does not say how many bad rows are too many. */
const BAD_SHARE = 0.05;

/** What can go wrong with a data pipeline, whatever it is made of. */
export function dataAlarms(
  pipeline: WatchedPipeline,
  options: WatchedOptions,
  watchedBy: WatchedBy,
): AlarmDeclaration[] {
  const link = stateMachineLink(pipeline, pipeline.stateMachineArn);
  const metrics = new ModelMetrics(pipeline.deployment);
  const executions: Executions = (metricName, period) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: pipeline.stateMachineArn },
      statistic: Stats.SUM,
      period,
    });
  return [
    runFailed(executions, metrics, link),
    notEnded(executions, metrics, link),
    {
      ...AT_ONCE,
      id: 'data-gate-failed',
      metric: metrics.metric(METRIC.dataGateFailures),
      threshold: 0,
      severity: Severity.HIGH,
      what: 'new data did not pass the gate: no version was published, and models are not trained on them',
      link,
    },
    badShare(options, metrics, link),
    duration(options, metrics, link),
    ...silence(options, metrics, link, watchedBy.interval),
    ...stale(options, metrics, link, watchedBy.interval),
    ...unwatched(pipeline, options, metrics, watchedBy),
    ...triggers(pipeline, watchedBy.deadLetterQueueName),
  ];
}

/** What ended while another period began would not be found in the same one as the execution that it was of: half a day has few ends. */
const COMPARED = Duration.hours(6);

/** A failed run says so itself; late and aborted executions are counted by Step Functions. Nothing here is compared with anything. */
function runFailed(executions: Executions, metrics: ModelMetrics, link: string): AlarmDeclaration {
  return {
    ...AT_ONCE,
    id: 'data-run-failed',
    metric: new MathExpression({
      expression: 'FILL(crashed, 0) + FILL(late, 0) + FILL(aborted, 0)',
      usingMetrics: {
        crashed: metrics.metric(METRIC.dataRunFailures),
        late: executions('ExecutionsTimedOut', FAILURE_PERIOD),
        aborted: executions('ExecutionsAborted', FAILURE_PERIOD),
      },
      label: 'runs that failed, were late or were aborted',
      period: FAILURE_PERIOD,
    }),
    threshold: 0,
    severity: Severity.HIGH,
    what: 'a run of the data pipeline failed: no version was published, and what arrived waits for the next run',
    link,
  };
}

/**
 * An execution whose evidence could not be kept, or whose run could not be ended, is seen only from the outside: more executions failed
 * than runs said. Two sources are compared, so that nobody is woken; the next run takes over, and its absence is `data-run-silent`.
 */
function notEnded(executions: Executions, metrics: ModelMetrics, link: string): AlarmDeclaration {
  return {
    ...AT_ONCE,
    id: 'data-run-not-ended',
    metric: new MathExpression({
      expression: 'FILL(failed, 0) - FILL(crashed, 0) - FILL(refused, 0)',
      usingMetrics: {
        crashed: metrics.metric(METRIC.dataRunFailures, { period: COMPARED }),
        refused: metrics.metric(METRIC.dataGateFailures, { period: COMPARED }),
        failed: executions('ExecutionsFailed', COMPARED),
      },
      label: 'executions that failed without the end of a run',
      period: COMPARED,
    }),
    threshold: 0,
    severity: Severity.MEDIUM,
    what: 'an execution of the data pipeline failed and could not end its run; the next run takes it over',
    link,
  };
}

function badShare({ schema, warnAtBadShare }: WatchedOptions, metrics: ModelMetrics, link: string): AlarmDeclaration {
  const { maximumBadShare } = schema._document;
  const threshold = warnAtBadShare ?? (maximumBadShare === undefined ? BAD_SHARE : maximumBadShare / 2);
  const gate = maximumBadShare === undefined ? '' : `; above ${maximumBadShare} the gate refuses the run`;
  return {
    ...AT_ONCE,
    id: 'data-bad-share',
    metric: metrics.metric(METRIC.dataBadShare, { statistic: Stats.MAXIMUM }),
    threshold,
    severity: Severity.MEDIUM,
    what: `more than ${threshold} of the rows of a run were set apart${gate}`,
    link,
  };
}

function duration({ schedule, timeout }: WatchedOptions, metrics: ModelMetrics, link: string): AlarmDeclaration {
  const interval = schedule?.longestPause ?? timeout ?? Duration.hours(6);
  const seconds = Math.round(SHARE_OF_INTERVAL * interval.toSeconds());
  const of = schedule === undefined ? 'the time of an execution' : 'the pause between two runs';
  return {
    ...AT_ONCE,
    id: 'data-run-slow',
    metric: metrics.metric(METRIC.dataRunSeconds, { statistic: Stats.MAXIMUM }),
    threshold: seconds,
    severity: Severity.MEDIUM,
    what: `a run took longer than ${seconds} s, half of ${of}`,
    link,
  };
}

/** Twice the pause: a run may be late without being absent. */
const PAUSES = 2;
/** Looks that did not come: two are chance, three are not. */
const LOOKS = 3;

/** Told by the first look that finds it; a look that did not come says nothing, and is told by `data-watch-silent`. */
const BY_A_LOOK = { ...AT_ONCE, treatMissingData: TreatMissingData.IGNORE } as const;

/** Only what is scheduled can be silent. */
function silence(
  { schedule, maximumDataAge }: WatchedOptions,
  metrics: ModelMetrics,
  link: string,
  period: Duration,
): AlarmDeclaration[] {
  if (schedule === undefined) return [];
  const seconds = PAUSES * schedule.longestPause.toSeconds();
  return [
    {
      ...BY_A_LOOK,
      id: 'data-run-silent',
      metric: metrics.metric(METRIC.dataRunAge, { statistic: Stats.MINIMUM, period }),
      threshold: seconds,
      severity: Severity.HIGH,
      what: `no run of the data pipeline ended well for ${seconds / 3_600} hours, although it is scheduled`,
      link,
      clause: clauseOf(maximumDataAge),
    },
  ];
}

/** Data without a column that tells their age cannot be stale. */
function stale(
  { schema, maximumDataAge }: WatchedOptions,
  metrics: ModelMetrics,
  link: string,
  period: Duration,
): AlarmDeclaration[] {
  const { freshness } = schema._document;
  if (freshness === undefined) return [];
  const age = maximumDataAge ?? Duration.seconds(freshness.maxAgeSeconds);
  return [
    {
      ...BY_A_LOOK,
      id: 'data-stale',
      metric: metrics.metric(METRIC.dataNewestEventAge, { statistic: Stats.MINIMUM, period }),
      threshold: age.toSeconds(),
      severity: Severity.HIGH,
      what: `the newest event of the published data is older than ${age.toHours({ integral: false })} hours`,
      link,
      clause: clauseOf(maximumDataAge),
    },
  ];
}

/** Who watches the watch: without its looks, neither silence nor age would be told. */
function unwatched(
  pipeline: IConstruct,
  { schedule, schema }: WatchedOptions,
  metrics: ModelMetrics,
  { interval, watchName }: WatchedBy,
): AlarmDeclaration[] {
  if (schedule === undefined && schema._document.freshness === undefined) return [];
  return [
    {
      id: 'data-watch-silent',
      metric: metrics.metric(METRIC.dataRunAge, { statistic: Stats.SAMPLE_COUNT, period: interval }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: LOOKS,
      datapointsToAlarm: LOOKS,
      treatMissingData: TreatMissingData.BREACHING,
      severity: Severity.MEDIUM,
      what: `nobody looked during ${(LOOKS * interval.toMinutes()) / 60} hours how old the data and the last run are: their alarms cannot fire`,
      link: functionLink(pipeline, watchName),
    },
  ];
}

/** What the schema alone expects is no clause. */
function clauseOf(maximumDataAge: Duration | undefined): string | undefined {
  return maximumDataAge === undefined ? undefined : CLAUSE.dataFreshness;
}

function triggers(pipeline: IConstruct, queueName: string | undefined): AlarmDeclaration[] {
  if (queueName === undefined) return [];
  return [
    {
      ...AT_ONCE,
      id: 'data-trigger-failed',
      metric: new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensionsMap: { QueueName: queueName },
        statistic: Stats.MAXIMUM,
        period: FAILURE_PERIOD,
      }),
      threshold: 0,
      severity: Severity.MEDIUM,
      what: 'the data pipeline could not be asked to run, by its schedule or by an object that arrived',
      link: queueLink(pipeline, queueName),
    },
  ];
}
