import { Duration, TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { checkDuration, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';

/** When, on a day. */
export interface DayScheduleOptions {
  /** `HH:MM`, of 24 hours. */
  readonly at: string;
  /**
   * Where that time is; daylight saving time is kept.
   * @default UTC
   */
  readonly timeZone?: TimeZone;
}

/** When, in a week. */
export interface WeekScheduleOptions extends DayScheduleOptions {
  /** `MON`, `TUE` ... `SUN`. */
  readonly day: string;
}

/** A schedule of one's own. */
export interface CronScheduleOptions {
  /** The longest pause between two runs, a quarter of an hour to a week: what is longer cannot be told from a schedule that broke. */
  readonly longestPause: Duration;
  /**
   * Where its times are.
   * @default UTC
   */
  readonly timeZone?: TimeZone;
}

const WEEK = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
/** CloudWatch looks back a week at most. */
const PAUSE = {
  required: true,
  known: true,
  minMs: Duration.minutes(15).toMilliseconds(),
  maxMs: Duration.days(7).toMilliseconds(),
} as const;

/** When a data pipeline runs by itself. Each schedule knows the longest pause that it makes, by which a silent one is noticed. */
export class DataSchedule {
  /** Again and again; whole minutes, a quarter of an hour to a week. */
  static every(pause: Duration): DataSchedule {
    const faults = faultsOf(checkDuration('the pause', pause, { ...PAUSE, fix: 'such as Duration.hours(6)' }));
    if (faults.length === 0 && !Number.isInteger(pause.toMinutes({ integral: false }))) {
      faults.push(`the pause is ${pause.toSeconds()} s, expected whole minutes; round it`);
    }
    if (faults.length > 0) throw new ConfigError('DataSchedule.every', faults);
    return new DataSchedule(ScheduleExpression.rate(pause), pause);
  }

  /** Each day. */
  static daily(options: DayScheduleOptions): DataSchedule {
    const faults = timeFaults(options.at);
    if (faults.length > 0) throw new ConfigError('DataSchedule.daily', faults);
    const { timeZone = TimeZone.ETC_UTC } = options;
    return new DataSchedule(ScheduleExpression.cron({ ...partsOf(options.at), timeZone }), Duration.days(1));
  }

  /** Each week. */
  static weekly(options: WeekScheduleOptions): DataSchedule {
    const faults = timeFaults(options.at);
    if (!WEEK.includes(options.day)) {
      faults.push(`day is ${show(options.day)}, expected ${WEEK.join(', ')}; use its first three letters in capitals`);
    }
    if (faults.length > 0) throw new ConfigError('DataSchedule.weekly', faults);
    const { timeZone = TimeZone.ETC_UTC } = options;
    const expression = ScheduleExpression.cron({ ...partsOf(options.at), weekDay: options.day, timeZone });
    return new DataSchedule(expression, Duration.days(7));
  }

  /**
   * By an expression of EventBridge Scheduler.
   *
   * @param expression such as `cron(0 6 ? * MON-FRI *)`
   */
  static cron(expression: string, options: CronScheduleOptions): DataSchedule {
    const faults = faultsOf(
      checkText('the expression', expression, {
        required: true,
        known: true,
        pattern: /^cron\((?:\S+ ){5}\S+\)$/,
        expected: 'cron() with six fields, such as cron(0 6 ? * MON-FRI *)',
        fix: 'give minutes, hours, day of the month, month, day of the week, year',
      }),
      checkDuration('longestPause', options.longestPause, {
        ...PAUSE,
        fix: 'give the longest pause between two runs, such as Duration.days(3) over a weekend',
      }),
    );
    if (faults.length > 0) throw new ConfigError('DataSchedule.cron', faults);
    return new DataSchedule(
      ScheduleExpression.expression(expression, options.timeZone ?? TimeZone.ETC_UTC),
      options.longestPause,
    );
  }

  private constructor(
    /** @internal */
    readonly _expression: ScheduleExpression,
    /** The longest pause between two runs. */
    readonly longestPause: Duration,
  ) {}
}

function timeFaults(at: unknown): string[] {
  return faultsOf(
    checkText('at', at, {
      required: true,
      known: true,
      pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
      expected: 'a time such as 02:30',
      fix: 'give hours and minutes, of 24 hours',
    }),
  );
}

/** `02:30` as fields of cron, without leading zeros. */
function partsOf(at: string): { readonly minute: string; readonly hour: string } {
  const [hour = '0', minute = '0'] = at.split(':').map((part) => String(Number(part)));
  return { minute, hour };
}
