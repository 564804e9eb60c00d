import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ageWindow, silenceWindow } from '../../lib/data/data-alarm-windows';
import { DataSchedule } from '../../lib/index';
import { resourcesOf } from '../support';
import { alarmOf, DEPLOYMENT, schemaOf, templateWith } from './pipelines';

const template = templateWith();

function idsOf(changes: Parameters<typeof templateWith>[0]): string[] {
  return resourcesOf(templateWith(changes), 'AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => String(Properties?.AlarmName).replace(`${DEPLOYMENT}-`, ''))
    .sort();
}

const ALWAYS = ['data-bad-share', 'data-gate-failed', 'data-run-failed', 'data-run-slow'];

describe('the alarms of a data pipeline', () => {
  it('are about what can go wrong with it', () => {
    expect(idsOf({})).toEqual([...ALWAYS, 'data-run-silent', 'data-stale', 'data-trigger-failed'].sort());
    expect(idsOf({ schedule: undefined })).toEqual([...ALWAYS, 'data-stale', 'data-trigger-failed'].sort());
    expect(idsOf({ schedule: undefined, startOnArrival: false, schema: schemaOf({ freshness: undefined }) })).toEqual(
      ALWAYS,
    );
    expect(idsOf({ monitor: undefined })).toEqual([]);
  });

  it('are on metrics of this deployment alone', () => {
    for (const id of ['data-gate-failed', 'data-bad-share', 'data-run-slow', 'data-run-silent', 'data-stale']) {
      expect(alarmOf(template, id)?.Properties, id).toMatchObject({
        Namespace: 'Slipway',
        Dimensions: [{ Name: 'Deployment', Value: DEPLOYMENT }],
      });
    }
  });

  it('tell a run that failed from one that was refused, also where it could not say so itself', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `${DEPLOYMENT}-data-run-failed`,
      Threshold: 0,
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({
          Expression:
            'FILL(crashed, 0) + FILL(late, 0) + FILL(aborted, 0) + IF(FILL(failed, 0) > FILL(crashed, 0) + FILL(refused, 0), 1, 0)',
        }),
      ]),
    });
    const names = JSON.stringify(alarmOf(template, 'data-run-failed'));
    for (const name of [
      'DataRunFailures',
      'DataGateFailures',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
      'ExecutionsAborted',
    ]) {
      expect(names).toContain(`"${name}"`);
    }
  });

  it('warn of bad rows at half of what the gate refuses, or where they are told to', () => {
    const thresholdOf = (changes: Parameters<typeof templateWith>[0]) =>
      alarmOf(templateWith(changes), 'data-bad-share')?.Properties?.Threshold;
    expect(thresholdOf({})).toBe(0.01);
    expect(thresholdOf({ schema: schemaOf({ maximumBadShare: undefined }) })).toBe(0.05);
    expect(thresholdOf({ warnAtBadShare: 0 })).toBe(0);
  });

  it('notice a run that takes half of the pause, or of the time that it has', () => {
    expect(alarmOf(template, 'data-run-slow')?.Properties).toMatchObject({ Threshold: 43_200, Statistic: 'Maximum' });
    expect(alarmOf(templateWith({ schedule: undefined }), 'data-run-slow')?.Properties?.Threshold).toBe(10_800);
    expect(
      alarmOf(templateWith({ schedule: undefined, timeout: Duration.hours(1) }), 'data-run-slow')?.Properties
        ?.Threshold,
    ).toBe(1_800);
  });

  it('notice a schedule that is silent: no data breach, for twice its pause', () => {
    expect(alarmOf(template, 'data-run-silent')?.Properties).toMatchObject({
      MetricName: 'DataRuns',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 86_400,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      TreatMissingData: 'breaching',
    });
    const often = templateWith({ schedule: DataSchedule.every(Duration.minutes(15)) });
    expect(alarmOf(often, 'data-run-silent')?.Properties).toMatchObject({ Period: 1_800, EvaluationPeriods: 2 });
  });

  it('notice stale data, also where no run comes to tell', () => {
    expect(alarmOf(template, 'data-stale')?.Properties).toMatchObject({
      MetricName: 'DataNewestEventAge',
      Statistic: 'Minimum',
      Threshold: 172_800,
      Period: 86_400,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
    const demanded = templateWith({ maximumDataAge: Duration.hours(6) });
    expect(alarmOf(demanded, 'data-stale')?.Properties).toMatchObject({
      Threshold: 21_600,
      Period: 3_600,
      EvaluationPeriods: 6,
    });
  });
});

describe('what an alarm looks at', () => {
  const pauses = [15, 30, 45, 60, 61, 360, 1_440, 1_441, 4_320, 10_080].map((minutes) => Duration.minutes(minutes));
  const ages = [1, 59, 60, 1_440, 1_441, 10_080, 10_081, 525_600].map((minutes) => Duration.minutes(minutes));

  it.each([...pauses.map(silenceWindow), ...ages.map(ageWindow)])(
    'CloudWatch can look at: %#',
    ({ period, periods }) => {
      const seconds = period.toSeconds();
      expect(seconds % 60).toBe(0);
      expect(seconds).toBeLessThanOrEqual(86_400);
      // A day, or a week where periods are of an hour at least.
      expect(periods * seconds).toBeLessThanOrEqual(seconds >= 3_600 ? 604_800 : 86_400);
    },
  );

  it('is longer than the pause between two runs, up to the week of a weekly one', () => {
    for (const pause of pauses) {
      const { period, periods } = silenceWindow(pause);
      const least = Math.min(pause.toSeconds() * 1.3, 604_800);
      expect(period.toSeconds() * periods, pause.toString()).toBeGreaterThanOrEqual(least);
    }
  });

  it('covers the age of data, where that is a week at most; beyond, silence is no evidence', () => {
    for (const age of ages) {
      const { period, periods, watchesSilence } = ageWindow(age);
      expect(watchesSilence).toBe(age.toDays({ integral: false }) <= 7);
      if (watchesSilence) expect(period.toSeconds() * periods).toBeGreaterThanOrEqual(age.toSeconds());
    }
  });
});
