import { UnsupportedAlarm } from './not-evaluable';

/**
 * A metric alarm, with the names of DescribeAlarms, of PutMetricAlarm and of the properties of `AWS::CloudWatch::Alarm`.
 * Absent, null and empty are the same: services answer each of them.
 */
export interface AlarmDeclaration {
  readonly AlarmName?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly DimensionDeclaration[] | undefined;
  readonly Statistic?: string | undefined;
  /** Wins over `Statistic`: CloudWatch refuses both, the emulator answers both. */
  readonly ExtendedStatistic?: string | undefined;
  readonly Period?: number | undefined;
  readonly Unit?: string | undefined;
  readonly Metrics?: readonly MetricQueryDeclaration[] | undefined;
  readonly EvaluationPeriods?: number | undefined;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold?: number | undefined;
  readonly ThresholdMetricId?: string | undefined;
  readonly ComparisonOperator?: string | undefined;
  readonly TreatMissingData?: string | undefined;
  readonly EvaluateLowSampleCountPercentile?: string | undefined;
  readonly EvaluationWindow?: object | undefined;
  readonly EvaluationCriteria?: object | undefined;
}

export interface DimensionDeclaration {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

export interface MetricQueryDeclaration {
  readonly Id?: string | undefined;
  readonly MetricStat?: MetricStatDeclaration | undefined;
  readonly Expression?: string | undefined;
  readonly ReturnData?: boolean | undefined;
  readonly AccountId?: string | undefined;
}

interface MetricStatDeclaration {
  readonly Metric?:
    | {
        readonly Namespace?: string | undefined;
        readonly MetricName?: string | undefined;
        readonly Dimensions?: readonly DimensionDeclaration[] | undefined;
      }
    | undefined;
  readonly Period?: number | undefined;
  readonly Stat?: string | undefined;
  readonly Unit?: string | undefined;
}

export interface CompositeAlarmDeclaration {
  readonly AlarmName?: string | undefined;
  readonly AlarmRule?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
}

/** The text, or undefined where none was given. */
export function givenText(text: string | null | undefined): string | undefined {
  return text === null || text === '' ? undefined : text;
}

/** @throws UnsupportedAlarm where the text is absent */
export function requiredText(what: string, text: string | null | undefined): string {
  const given = givenText(text);
  if (given === undefined) throw new UnsupportedAlarm(`alarm has no ${what}`);
  return given;
}

/** A number as such: properties that passed through a custom resource arrive as text, and are refused rather than guessed. */
export function requiredNumber(
  what: string,
  value: number | null | undefined,
  isAllowed: (value: number) => boolean,
): number {
  if (typeof value === 'number' && Number.isFinite(value) && isAllowed(value)) return value;
  throw new UnsupportedAlarm(`alarm has ${what} ${JSON.stringify(value ?? null)}, which is not a number allowed there`);
}

/** @throws UnsupportedAlarm for a dimension without a name or value, or named twice */
export function dimensionsOf(
  declared: readonly DimensionDeclaration[] | null | undefined,
): Readonly<Record<string, string>> {
  const pairs = (declared ?? []).map(({ Name, Value }): [string, string] => [
    requiredText('name of a dimension', Name),
    requiredText(`value of dimension "${Name}"`, Value),
  ]);
  const dimensions = Object.fromEntries(pairs);
  if (Object.keys(dimensions).length < pairs.length) throw new UnsupportedAlarm('alarm names a dimension twice');
  return dimensions;
}
