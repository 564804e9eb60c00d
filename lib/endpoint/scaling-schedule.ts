import { checkNumber, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';

/** When people work. */
export interface OfficeHoursOptions {
  /** Instances, or copies of a component, that are kept from the start until the end. */
  readonly minimumInstances: number;
  /** Name of the time zone, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /**
   * Hour at which they begin, 0 to 23.
   * @default 8
   */
  readonly startHour?: number;
  /**
   * Hour at which they end, 1 to 23.
   * @default 18
   */
  readonly endHour?: number;
  /**
   * Days, as cron writes them.
   * @default 'MON-FRI'
   */
  readonly days?: string;
}

/** Times at which more instances are kept than the traffic asks for, so that the first users of the day do not wait. */
export class ScalingSchedule {
  /** A minimum from a start hour until an end hour; outside of it the scaling's own minimum holds. */
  static officeHours(options: OfficeHoursOptions): ScalingSchedule {
    return new ScalingSchedule(
      options.minimumInstances,
      options.timeZone,
      options.startHour ?? 8,
      options.endHour ?? 18,
      options.days ?? 'MON-FRI',
    );
  }

  private constructor(
    readonly minimumInstances: number,
    readonly timeZone: string,
    readonly startHour: number,
    readonly endHour: number,
    readonly days: string,
  ) {
    const hour = { max: 23, integer: true, known: true, fix: 'state hours of a day' };
    const faults = faultsOf(
      checkNumber('minimumInstances', minimumInstances, {
        min: 1,
        max: 1000,
        integer: true,
        known: true,
        fix: 'state what is kept during the hours',
      }),
      checkNumber('startHour', startHour, { min: 0, ...hour }),
      checkNumber('endHour', endHour, { min: 1, ...hour }),
      timeZoneFault(timeZone),
      checkText('days', days, {
        pattern: /^(?:\*|(?:MON|TUE|WED|THU|FRI|SAT|SUN)(?:[-,](?:MON|TUE|WED|THU|FRI|SAT|SUN))*)$/,
        expected: 'days such as "MON-FRI" or "SAT,SUN"',
        known: true,
        fix: 'write them as cron does',
      }),
    );
    if (faults.length === 0 && endHour <= startHour) {
      faults.push(
        `endHour is ${endHour}, expected one after startHour (${startHour}); hours over midnight are two schedules`,
      );
    }
    if (faults.length > 0) throw new ConfigError('ScalingSchedule', faults);
  }

  /**
   * Names, times and minimum of both actions.
   *
   * @internal
   */
  _actions(index: number, minimum: number) {
    const at = (hour: number) => `cron(0 ${hour} ? * ${this.days} *)`;
    const name = index === 0 ? 'office-hours' : `office-hours-${index + 1}`;
    return [
      { name: `${name}-start`, schedule: at(this.startHour), minimum: this.minimumInstances },
      { name: `${name}-end`, schedule: at(this.endHour), minimum },
    ].map(({ name: scheduledActionName, schedule, minimum: minCapacity }) => ({
      scheduledActionName,
      schedule,
      timezone: this.timeZone,
      scalableTargetAction: { minCapacity },
    }));
  }
}

/** A shape first: what is known by its name also knows offsets, such as "+01:00", and abbreviations of some places. */
const TIME_ZONE = /^(?:UTC|[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/;

function timeZoneFault(timeZone: string): string | undefined {
  const expected = 'a name of the time zone database such as "Europe/Berlin" or "UTC"';
  const rule = { pattern: TIME_ZONE, expected, known: true, fix: 'abbreviations do not know daylight saving time' };
  const fault = checkText('timeZone', timeZone, rule);
  if (fault !== undefined || isTimeZone(timeZone)) return fault;
  return `timeZone is ${show(timeZone)}, expected ${expected}; nobody knows this one, look for a city of the zone`;
}

function isTimeZone(timeZone: string): boolean {
  try {
    // Knows links, such as Etc/GMT+1, which the list of supported values leaves out.
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
