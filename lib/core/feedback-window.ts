import { Duration } from 'aws-cdk-lib';

/** With fewer judged answers the margin of error is wider than any threshold is meant to be: at 50 and 0.95 it is 0.06. */
export const MINIMUM_FEEDBACK = 50;

/** Windows over which a criterion can be measured from feedback; an alarm looks back a day at most. */
const PERIODS = [Duration.hours(1), Duration.hours(6), Duration.days(1)] as const;
const DAYS_A_MONTH = 30;

/**
 * The window over which criteria are measured: the shortest in which twice the judged answers that are needed can be expected,
 * for not every answer is judged. An hour where the traffic is unknown.
 */
export function criterionPeriod(requestsPerMonth: number | undefined): Duration {
  const [shortest, , longest] = PERIODS;
  if (requestsPerMonth === undefined) return shortest;
  const expected = (period: Duration) => (requestsPerMonth / DAYS_A_MONTH) * period.toDays({ integral: false });
  return PERIODS.find((period) => expected(period) >= 2 * MINIMUM_FEEDBACK) ?? longest;
}

/** Requests a month with which a criterion could be measured at all, were every answer judged. */
export const LEAST_REQUESTS_PER_MONTH = MINIMUM_FEEDBACK * DAYS_A_MONTH;
