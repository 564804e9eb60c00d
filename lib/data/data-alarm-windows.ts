import { Duration } from 'aws-cdk-lib';

/** What an alarm looks at: so many periods in a row. CloudWatch looks at a week at most, with periods of up to a day. */
interface Window {
  readonly period: Duration;
  readonly periods: number;
}

const HOUR = Duration.hours(1);
const DAY = Duration.days(1);
const WEEK_DAYS = 7;
/** A run that starts often may take long once: silence shorter than that says nothing. */
const LEAST_MINUTES = 30;

/**
 * How long a scheduled pipeline may be silent: twice its pause, because a run may be late without being absent. Beyond a day a pause is
 * counted in days, and one day more, but never more than the week that CloudWatch looks back.
 */
export function silenceWindow(longestPause: Duration): Window {
  const days = longestPause.toDays({ integral: false });
  if (days > 1) return { period: DAY, periods: Math.min(WEEK_DAYS, Math.ceil(days) + 1) };
  const minutes = Math.max(LEAST_MINUTES, Math.ceil(longestPause.toMinutes({ integral: false })));
  return { period: Duration.minutes(minutes), periods: 2 };
}

/**
 * The time in which a run must have found data young enough. As long as the age itself: what a run that is older than that found is older
 * than the age now. Beyond the week that CloudWatch looks back, silence cannot be told from age, and only runs tell.
 */
export function ageWindow(age: Duration): Window & { readonly watchesSilence: boolean } {
  const days = age.toDays({ integral: false });
  if (days <= 1) {
    const periods = Math.max(1, Math.ceil(age.toHours({ integral: false })));
    return { period: HOUR, periods, watchesSilence: true };
  }
  if (days <= WEEK_DAYS) return { period: DAY, periods: Math.ceil(days), watchesSilence: true };
  return { period: DAY, periods: 1, watchesSilence: false };
}
