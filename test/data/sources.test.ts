import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { DataSchedule, DataSource, SourceFormat } from '../../lib/index';
import { messageOf } from '../support';

/** As plain JavaScript gives it. */
function anyhow<T>(value: unknown): T {
  return value as T;
}

describe('a source', () => {
  it('is a prefix of a bucket, or a folder of the dataset’s own', () => {
    expect(DataSource.prefix('mails', 'in/', { format: SourceFormat.CSV, delimiter: ';' })._document).toEqual({
      bucket: 'mails',
      prefix: 'in/',
      format: 'csv',
      delimiter: ';',
    });
    expect(DataSource.inbox('mails/')._document).toMatchObject({ bucket: '', prefix: 'inbox/mails/' });
  });

  it.each<[string, () => unknown, string]>([
    ['without a bucket', () => DataSource.prefix(anyhow(undefined), ''), 'the name of the bucket is missing'],
    ['with an address as bucket', () => DataSource.prefix('s3://mails', ''), 'the name of the bucket is "s3://mails"'],
    [
      'with a prefix that ends anywhere',
      () => DataSource.prefix('mails', 'in'),
      'the prefix is "in", expected nothing, or',
    ],
    ['with a wildcard', () => DataSource.inbox('*/'), 'the prefix is "*/"'],
    ['with two characters between values', () => DataSource.inbox('', { delimiter: '||' }), 'delimiter is "||"'],
    [
      'with a delimiter of JSON Lines',
      () => DataSource.inbox('', { format: SourceFormat.JSON_LINES, delimiter: ';' }),
      'delimiter is stated of format jsonl',
    ],
    [
      'with a format as text',
      () => DataSource.inbox('', { format: anyhow('csv') }),
      'format is "csv", expected a SourceFormat',
    ],
    [
      'with an alias as key',
      () => DataSource.prefix('mails', '', { encryptionKeyArn: 'arn:aws:kms:eu-west-1:111122223333:alias/mails' }),
      'encryptionKeyArn is',
    ],
  ])('fails %s', (_, make, fault) => {
    expect(messageOf(make)).toContain(fault);
  });
});

describe('a schedule', () => {
  it.each([
    [DataSchedule.every(Duration.hours(6)), 'rate(6 hours)', 21_600],
    [DataSchedule.daily({ at: '02:30' }), 'cron(30 2 * * ? *)', 86_400],
    [DataSchedule.weekly({ day: 'MON', at: '00:05' }), 'cron(5 0 ? * MON *)', 604_800],
    [
      DataSchedule.cron('cron(0 6 ? * MON-FRI *)', { longestPause: Duration.days(3) }),
      'cron(0 6 ? * MON-FRI *)',
      259_200,
    ],
  ])('%# knows its expression and its longest pause', (schedule, expression, seconds) => {
    expect(schedule._expression.expressionString).toBe(expression);
    expect(schedule.longestPause.toSeconds()).toBe(seconds);
  });

  it.each<[string, () => unknown, string]>([
    ['with a pause too short', () => DataSchedule.every(Duration.minutes(1)), 'the pause is 60000 ms, expected 900000'],
    ['with a pause that nobody could miss', () => DataSchedule.every(Duration.days(8)), 'the pause is 691200000 ms'],
    ['with half a minute', () => DataSchedule.every(Duration.seconds(930)), 'expected whole minutes'],
    ['with a time that is none', () => DataSchedule.daily({ at: '24:00' }), 'at is "24:00", expected a time'],
    [
      'with a day that is none',
      () => DataSchedule.weekly({ day: 'Monday', at: '02:00' }),
      'day is "Monday", expected MON',
    ],
    [
      'with an expression of five fields',
      () => DataSchedule.cron('cron(0 6 * * *)', { longestPause: Duration.days(1) }),
      'expected cron() with six fields',
    ],
    ['without the longest pause', () => DataSchedule.cron('cron(0 6 * * ? *)', anyhow({})), 'longestPause is missing'],
  ])('fails %s', (_, make, fault) => {
    expect(messageOf(make)).toContain(fault);
  });
});
