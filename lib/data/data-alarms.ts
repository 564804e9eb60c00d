import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC } from '../../protocol/metrics';
import { CLAUSE } from '../core/clause';
import { queueLink, stateMachineLink } from '../core/console-link';
import { FAILURE_PERIOD, ModelMetrics } from '../core/model-metrics';
import { type AlarmDeclaration, Severity } from '../monitor/api';
import { ageWindow, silenceWindow } from './data-alarm-windows';
import type { DataPipelineOptions } from './data-pipeline-props';

/** The pipeline, as far as it is watched. */
interface WatchedPipeline extends IConstruct {
  readonly deployment: string;
  readonly stateMachineArn: string;
}

interface WatchedOptions extends DataPipelineOptions {
  readonly maximumDataAge?: Duration;
}

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
  deadLetterQueueName: string | undefined,
): AlarmDeclaration[] {
  const link = stateMachineLink(pipeline, pipeline.stateMachineArn);
  const metrics = new ModelMetrics(pipeline.deployment);
  return [
    runFailed(pipeline, metrics, link),
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
    ...silence(options, metrics, link),
    ...stale(options, metrics, link),
    ...triggers(pipeline, deadLetterQueueName),
  ];
}

/**
 * Failed runs say so themselves; late and aborted executions, and those that could not even keep evidence, are seen from the outside:
 * they failed without a run that failed or was refused.
 */
function runFailed({ stateMachineArn }: WatchedPipeline, metrics: ModelMetrics, link: string): AlarmDeclaration {
  const executions = (metricName: string) =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: stateMachineArn },
      statistic: Stats.SUM,
      period: FAILURE_PERIOD,
    });
  return {
    ...AT_ONCE,
    id: 'data-run-failed',
    metric: new MathExpression({
      expression:
        'FILL(crashed, 0) + FILL(late, 0) + FILL(aborted, 0) + IF(FILL(failed, 0) > FILL(crashed, 0) + FILL(refused, 0), 1, 0)',
      usingMetrics: {
        crashed: metrics.metric(METRIC.dataRunFailures),
        refused: metrics.metric(METRIC.dataGateFailures),
        failed: executions('ExecutionsFailed'),
        late: executions('ExecutionsTimedOut'),
        aborted: executions('ExecutionsAborted'),
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

/** Only what is scheduled can be silent. */
function silence(
  { schedule, maximumDataAge }: WatchedOptions,
  metrics: ModelMetrics,
  link: string,
): AlarmDeclaration[] {
  if (schedule === undefined) return [];
  const { period, periods } = silenceWindow(schedule.longestPause);
  return [
    {
      id: 'data-run-silent',
      metric: metrics.metric(METRIC.dataRuns, { period }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: TreatMissingData.BREACHING,
      severity: Severity.HIGH,
      what: `no run of the data pipeline ended during ${(periods * period.toMinutes()) / 60} hours, although it is scheduled`,
      link,
      clause: clauseOf(maximumDataAge),
    },
  ];
}

/** Data without a column that tells their age cannot be stale. */
function stale({ schema, maximumDataAge }: WatchedOptions, metrics: ModelMetrics, link: string): AlarmDeclaration[] {
  const { freshness } = schema._document;
  if (freshness === undefined) return [];
  const age = maximumDataAge ?? Duration.seconds(freshness.maxAgeSeconds);
  const { period, periods, watchesSilence } = ageWindow(age);
  return [
    {
      id: 'data-stale',
      metric: metrics.metric(METRIC.dataNewestEventAge, { statistic: Stats.MINIMUM, period }),
      threshold: age.toSeconds(),
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: watchesSilence ? TreatMissingData.BREACHING : TreatMissingData.IGNORE,
      severity: Severity.HIGH,
      what: `no run found the newest event of the published data to be younger than ${age.toHours({ integral: false })} hours`,
      link,
      clause: clauseOf(maximumDataAge),
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
