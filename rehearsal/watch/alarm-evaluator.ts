import { type AlarmDeclaration, givenText, requiredNumber, requiredText } from './alarm-declaration';
import { type MetricStatistic, readMetric, readSeries, type WatchedSeries, watchedSeries } from './alarm-series';
import type { MetricStore } from './metric-store';
import {
  type AlarmRule,
  type AlarmState,
  type Decision,
  decideState,
  type TreatMissingData,
  type Verdict,
} from './missing-data';
import { NotEvaluable, UnsupportedAlarm } from './not-evaluable';
import { percentileShare } from './statistic';
import { type Grid, periodStart, type TimeSeries } from './time-series';

interface AlarmDatapoint {
  /** Start of the period, milliseconds since the epoch. */
  readonly timestamp: number;
  /** Undefined where the period has no point. */
  readonly value: number | undefined;
  readonly verdict: Verdict;
}

export interface EvaluatedAlarm {
  readonly state: AlarmState;
  /** A sentence for the report and for the reason of SetAlarmState. */
  readonly reason: string;
  /** The whole evaluation range, oldest first. Empty for a composite alarm. */
  readonly datapoints: readonly AlarmDatapoint[];
  /** False where a change of state tells nobody. */
  readonly actionsEnabled: boolean;
}

/** Reported as such; never to be taken for OK. */
interface NotEvaluatedAlarm {
  readonly notEvaluated: string;
}

export type AlarmResult = EvaluatedAlarm | NotEvaluatedAlarm;

export interface EvaluationOptions {
  /**
   * Whether the period that `now` lies in counts although it is not over. CloudWatch waits for its end; a rehearsal is shorter
   * than most periods.
   *
   * @default false
   */
  readonly includeCurrentPeriod?: boolean;
  /**
   * Periods that are retrieved beyond EvaluationPeriods, in case recent ones are missing. The user guide says that there are
   * some, that their number depends on period and resolution, and shows 2 in its examples.
   *
   * @default 2
   */
  readonly extraPeriods?: number;
}

interface Comparison {
  readonly breaches: (value: number, threshold: number) => boolean;
  readonly words: string;
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  GreaterThanThreshold: { breaches: (value, threshold) => value > threshold, words: 'greater than' },
  GreaterThanOrEqualToThreshold: {
    breaches: (value, threshold) => value >= threshold,
    words: 'greater than or equal to',
  },
  LessThanThreshold: { breaches: (value, threshold) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: { breaches: (value, threshold) => value <= threshold, words: 'less than or equal to' },
};

const TREATMENTS: readonly TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** What decides an alarm, read from its declaration. */
interface AlarmSettings extends AlarmRule {
  readonly watched: WatchedSeries;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly keepsStateOnFewSamples: boolean;
}

/**
 * The state of a metric alarm at `now` (milliseconds since the epoch), by the documented rules of CloudWatch.
 *
 * An alarm is evaluated every minute (every 10 s for periods below a minute) over windows that slide with it: at the end of
 * minute 6, a period of 5 minutes covers minutes 2 to 6. So the newest period here ends with the last complete minute, or,
 * with `includeCurrentPeriod`, with the minute that `now` lies in.
 *
 * @param previousState undefined for an alarm that was never evaluated, which is INSUFFICIENT_DATA
 */
export function evaluateAlarm(
  alarm: AlarmDeclaration,
  store: MetricStore,
  now: number,
  previousState?: AlarmState,
  options: EvaluationOptions = {},
): AlarmResult {
  try {
    return evaluate(alarm, store, now, previousState ?? 'INSUFFICIENT_DATA', options);
  } catch (error) {
    if (error instanceof NotEvaluable) return { notEvaluated: error.message };
    throw error;
  }
}

function evaluate(
  alarm: AlarmDeclaration,
  store: MetricStore,
  now: number,
  previous: AlarmState,
  options: EvaluationOptions,
): EvaluatedAlarm {
  const settings = settingsOf(alarm);
  const grid = evaluationRange(settings, now, options);
  const points = readSeries(settings.watched, store, grid);
  const datapoints = points.map((value, index) => ({
    timestamp: periodStart(grid, index),
    value,
    verdict: verdictOf(value, settings),
  }));
  const evaluated = { datapoints, actionsEnabled: alarm.ActionsEnabled !== false };

  const tooFew = settings.keepsStateOnFewSamples ? tooFewSamples(settings, store, grid) : undefined;
  if (tooFew !== undefined) return { ...evaluated, state: previous, reason: tooFew };
  const verdicts = datapoints.map(({ verdict }) => verdict);
  const decision = decideState(verdicts, settings, previous);
  return { ...evaluated, state: decision.state, reason: reasonOf(decision, points, settings) };
}

function settingsOf(alarm: AlarmDeclaration): AlarmSettings {
  const { EvaluationCriteria, EvaluationWindow } = alarm;
  if (EvaluationCriteria) throw new UnsupportedAlarm('alarms on queries (EvaluationCriteria) are not supported');
  if (EvaluationWindow && 'WallClockWindow' in EvaluationWindow && EvaluationWindow.WallClockWindow) {
    throw new UnsupportedAlarm('alarms with a wall clock window are not supported');
  }
  if (givenText(alarm.ThresholdMetricId) !== undefined) {
    throw new UnsupportedAlarm('anomaly detection alarms (ThresholdMetricId) are not supported');
  }
  const watched = watchedSeries(alarm);
  const evaluationPeriods = requiredNumber('EvaluationPeriods', alarm.EvaluationPeriods, isCount);
  return {
    watched,
    comparison: comparisonOf(alarm),
    threshold: requiredNumber('Threshold', alarm.Threshold, () => true),
    evaluationPeriods,
    datapointsToAlarm: requiredNumber(
      'DatapointsToAlarm',
      alarm.DatapointsToAlarm ?? evaluationPeriods,
      (count) => isCount(count) && count <= evaluationPeriods,
    ),
    treatMissingData: treatmentOf(alarm, watched),
    keepsStateOnFewSamples: alarm.EvaluateLowSampleCountPercentile === 'ignore',
  };
}

function comparisonOf(alarm: AlarmDeclaration): Comparison {
  const operator = requiredText('ComparisonOperator', alarm.ComparisonOperator);
  const comparison = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (comparison !== undefined) return comparison;
  throw new UnsupportedAlarm(
    `comparison operator "${operator}" is not supported: use ${Object.keys(COMPARISONS).join(', ')}`,
  );
}

/** `missing` where nothing is declared, except that alarms on metrics of DynamoDB ignore missing data by default (user guide). */
function treatmentOf(alarm: AlarmDeclaration, { metrics }: WatchedSeries): TreatMissingData {
  const isDynamoDb = [...metrics.values()].some(({ series }) => series.namespace === 'AWS/DynamoDB');
  const declared = givenText(alarm.TreatMissingData) ?? (isDynamoDb ? 'ignore' : 'missing');
  const treatment = TREATMENTS.find((known) => known === declared);
  if (treatment !== undefined) return treatment;
  throw new UnsupportedAlarm(`TreatMissingData "${declared}" is not one of ${TREATMENTS.join(', ')}`);
}

function evaluationRange({ watched, evaluationPeriods }: AlarmSettings, now: number, options: EvaluationOptions): Grid {
  const { includeCurrentPeriod = false, extraPeriods = 2 } = options;
  const { periodSeconds } = watched;
  const evaluatedEveryMs = periodSeconds < 60 ? 10_000 : 60_000;
  const lastComplete = Math.floor(now / evaluatedEveryMs) * evaluatedEveryMs;
  const end = includeCurrentPeriod ? lastComplete + evaluatedEveryMs : lastComplete;
  const periods = evaluationPeriods + extraPeriods;
  return { start: end - periods * periodSeconds * 1000, periodSeconds, periods };
}

function verdictOf(value: number | undefined, { comparison, threshold }: AlarmSettings): Verdict {
  if (value === undefined) return 'missing';
  return comparison.breaches(value, threshold) ? 'breaching' : 'notBreaching';
}

/**
 * Why a percentile is not to be trusted: fewer than 10 / (1 - percentile) samples for percentiles from 0.5, fewer than
 * 10 / percentile below, over the evaluation periods (user guide, "Percentile-based alarms and low data samples").
 */
function tooFewSamples(
  { watched, evaluationPeriods }: AlarmSettings,
  store: MetricStore,
  range: Grid,
): string | undefined {
  const metric = watched.metrics.get(watched.resultId);
  const share = metric === undefined ? undefined : percentileShare(metric.statistic);
  if (metric === undefined || share === undefined || share === 0 || share === 1) return undefined;
  const needed = Math.round((10 / (share < 0.5 ? share : 1 - share)) * 1e6) / 1e6;
  const samples = countSamples(metric, store, range, evaluationPeriods);
  if (samples >= needed) return undefined;
  return `state kept: ${samples} samples are fewer than the ${needed} that ${metric.statistic} needs`;
}

function countSamples(metric: MetricStatistic, store: MetricStore, range: Grid, lastPeriods: number): number {
  const counts = readMetric({ ...metric, statistic: 'SampleCount' }, store, range).slice(-lastPeriods);
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}

function reasonOf(decision: Decision, points: TimeSeries, settings: AlarmSettings): string {
  const { comparison, threshold, treatMissingData, datapointsToAlarm, evaluationPeriods } = settings;
  const values = decision.counted.map((index) => points[index]);
  const breaching = values.filter((value) => verdictOf(value, settings) === 'breaching');
  const parts = [
    values.length === 0
      ? 'no datapoints'
      : `${breaching.length} of ${values.length} datapoints [${values.map(rounded).join(', ')}] ${comparison.words} the threshold ${threshold}`,
    `${datapointsToAlarm} of ${evaluationPeriods} needed`,
  ];
  if (decision.filled > 0) parts.push(`${decision.filled} missing treated as ${treatMissingData}`);
  if (decision.premature) parts.push(`the oldest breaching one is ${datapointsToAlarm} periods old or more`);
  if (treatMissingData === 'ignore' && breaching.length === values.length && values.length < datapointsToAlarm) {
    parts.push('state kept');
  }
  return parts.join('; ');
}

/** Six digits: enough that what is just below a threshold does not read as equal to it. */
function rounded(value: number | undefined): number | undefined {
  return value === undefined || Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
