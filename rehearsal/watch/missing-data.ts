export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type TreatMissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** What one period says. */
export type Verdict = 'breaching' | 'notBreaching' | 'missing';

export interface AlarmRule {
  /** N. */
  readonly evaluationPeriods: number;
  /** M, at most N. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: TreatMissingData;
}

export interface Decision {
  readonly state: AlarmState;
  /** Indexes, into the verdicts, of the real points that were counted. */
  readonly counted: readonly number[];
  /** How many points were filled in by `TreatMissingData`. */
  readonly filled: number;
  /** True for an alarm on fewer points than M, because its oldest breaching point is M periods old and nothing since contradicts. */
  readonly premature: boolean;
}

/**
 * The state of an alarm from the verdicts of its evaluation range, oldest first, by the rules of "Configuring how CloudWatch
 * alarms treat missing data" in the CloudWatch user guide:
 *
 * - with N real points or more in the range, the most recent N of them decide, and `TreatMissingData` does not matter;
 * - with fewer, every real point counts, and the rest of the N is filled in;
 * - `missing` and `ignore` fill nothing: a point within the threshold means OK; without one, `ignore` keeps the state, and
 *   `missing` raises the alarm if the oldest breaching point is at least M periods old ("premature alarm state"), and
 *   otherwise does not know. (The guide words that last rule once with M and once with N; its table only fits M.)
 */
export function decideState(verdicts: readonly Verdict[], rule: AlarmRule, previous: AlarmState): Decision {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const real = verdicts.flatMap((verdict, index) => (verdict === 'missing' ? [] : [index]));
  const counted = real.slice(-evaluationPeriods);
  const breaching = counted.filter((index) => verdicts[index] === 'breaching');
  const lacking = evaluationPeriods - counted.length;
  const decided = (state: AlarmState, filled: number, premature = false): Decision => {
    return { state, counted, filled, premature };
  };

  if (breaching.length >= datapointsToAlarm) return decided('ALARM', 0);
  if (lacking === 0) return decided('OK', 0);
  if (treatMissingData === 'breaching') {
    return decided(breaching.length + lacking >= datapointsToAlarm ? 'ALARM' : 'OK', lacking);
  }
  if (treatMissingData === 'notBreaching') return decided('OK', lacking);
  if (counted.length > breaching.length) return decided('OK', 0);
  if (treatMissingData === 'ignore') return decided(previous, 0);

  const oldest = breaching[0];
  const isOldEnough = oldest !== undefined && verdicts.length - oldest >= datapointsToAlarm;
  return isOldEnough ? decided('ALARM', 0, true) : decided('INSUFFICIENT_DATA', 0);
}
