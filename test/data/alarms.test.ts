import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { watchInterval } from '../../lib/data/data-watch';
import { DataSchedule } from '../../lib/index';
import { resourcesOf } from '../support';
import { alarmOf, DEPLOYMENT, schemaOf, templateWith } from './pipelines';

const template = templateWith();

function idsOf(changes: Parameters<typeof templateWith>[0]): string[] {
  return resourcesOf(templateWith(changes), 'AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => String(Properties?.AlarmName).replace(`${DEPLOYMENT}-`, ''))
    .sort();
}

const ALWAYS = ['data-bad-share', 'data-gate-failed', 'data-run-failed', 'data-run-not-ended', 'data-run-slow'];

describe('the alarms of a data pipeline', () => {
  it('are about what can go wrong with it', () => {
    expect(idsOf({})).toEqual(
      [...ALWAYS, 'data-run-silent', 'data-stale', 'data-trigger-failed', 'data-watch-silent'].sort(),
    );
    expect(idsOf({ schedule: undefined })).toEqual(
      [...ALWAYS, 'data-stale', 'data-trigger-failed', 'data-watch-silent'].sort(),
    );
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

  it('tell of a run that failed without comparing what is counted in two periods', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `${DEPLOYMENT}-data-run-failed`,
      Threshold: 0,
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'FILL(crashed, 0) + FILL(late, 0) + FILL(aborted, 0)' }),
      ]),
    });
    const alarm = JSON.stringify(alarmOf(template, 'data-run-failed'));
    for (const name of ['DataRunFailures', 'ExecutionsTimedOut', 'ExecutionsAborted']) {
      expect(alarm).toContain(`"${name}"`);
    }
    expect(alarm).not.toMatch(/DataGateFailures|ExecutionsFailed/);
  });

  it('tell of an execution that failed and could not end its run, and wake nobody for it', () => {
    const alarm = JSON.stringify(alarmOf(template, 'data-run-not-ended'));
    expect(alarm).toContain('FILL(failed, 0) - FILL(crashed, 0) - FILL(refused, 0)');
    for (const name of ['DataRunFailures', 'DataGateFailures', 'ExecutionsFailed']) {
      expect(alarm).toContain(`"${name}"`);
    }
    expect(alarm).toContain('"Period":21600');
    expect(alarm).not.toContain('"Period":300');
    expect(alarm).toContain('medium');
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

  it('notice a schedule that is silent for twice its pause, by the first look that finds it', () => {
    expect(alarmOf(template, 'data-run-silent')?.Properties).toMatchObject({
      MetricName: 'DataRunAge',
      Statistic: 'Minimum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 172_800,
      Period: 3_600,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'ignore',
    });
    const weekly = templateWith({ schedule: DataSchedule.weekly({ day: 'MON', at: '02:00' }) });
    expect(alarmOf(weekly, 'data-run-silent')?.Properties).toMatchObject({ Threshold: 1_209_600, Period: 3_600 });
    const often = templateWith({ schedule: DataSchedule.every(Duration.minutes(30)) });
    expect(alarmOf(often, 'data-run-silent')?.Properties).toMatchObject({ Threshold: 3_600, Period: 420 });
  });

  it('notice stale data as soon as they are, whatever the clause, also where no run comes to tell', () => {
    expect(alarmOf(template, 'data-stale')?.Properties).toMatchObject({
      MetricName: 'DataNewestEventAge',
      Statistic: 'Minimum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 172_800,
      Period: 3_600,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'ignore',
    });
    const demanded = templateWith({ maximumDataAge: Duration.hours(2) });
    expect(alarmOf(demanded, 'data-stale')?.Properties).toMatchObject({ Threshold: 7_200, Period: 1_800 });
  });

  it('notice that nobody looks, after three looks that did not come', () => {
    expect(alarmOf(template, 'data-watch-silent')?.Properties).toMatchObject({
      MetricName: 'DataRunAge',
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 3_600,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      TreatMissingData: 'breaching',
    });
  });
});

describe('how often is looked', () => {
  it.each([
    [[], 60],
    [[undefined, Duration.days(7)], 60],
    [[Duration.days(1), Duration.hours(3)], 45],
    [[Duration.minutes(30)], 7],
    [[Duration.minutes(1)], 5],
  ])('is four times in the shortest time that is watched, every hour at least (%#)', (times, minutes) => {
    expect(watchInterval(times).toMinutes()).toBe(minutes);
  });

  it('is what the schedule of the watch says', () => {
    const rates = resourcesOf(template, 'AWS::Events::Rule').map(
      ([, { Properties }]) => Properties?.ScheduleExpression,
    );
    expect(rates).toContain('rate(1 hour)');
  });
});
