const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What is known of an endpoint. Times are milliseconds since the epoch. */
export interface Watched {
  readonly now: number;
  /** When its parameters were created. */
  readonly since: number;
  /** Whether it should run: a version is in use, and it is not stopped. */
  readonly runs: boolean;
  /** When its version or its state was last changed. */
  readonly changedAt: number;
}

export interface Allowed {
  readonly expiresAfterDays?: number;
  readonly stopWhenIdleHours?: number;
}

/** Days until it expires, in fractions, negative once it has; undefined where it does not. */
export function daysLeft({ now, since }: Watched, { expiresAfterDays }: Allowed): number | undefined {
  return expiresAfterDays === undefined ? undefined : expiresAfterDays - (now - since) / DAY_MS;
}

/** Why it is stopped for having expired; undefined where it is not. */
export function expiryReason(watched: Watched, allowed: Allowed): string | undefined {
  const left = daysLeft(watched, allowed);
  if (!watched.runs || left === undefined || left > 0) return undefined;
  return `it expired: ${allowed.expiresAfterDays} days have passed since ${new Date(watched.since).toISOString()}`;
}

/**
 * Since when requests are looked for; undefined where the endpoint cannot be idle: it may idle, or does not run, or was started
 * or changed less long ago than it may idle.
 */
export function idleSince({ now, runs, changedAt }: Watched, { stopWhenIdleHours }: Allowed): number | undefined {
  if (!runs || stopWhenIdleHours === undefined) return undefined;
  const from = now - stopWhenIdleHours * HOUR_MS;
  return changedAt <= from ? from : undefined;
}

export function idleReason({ stopWhenIdleHours }: Allowed): string {
  return `nobody asked it anything for ${stopWhenIdleHours} hours`;
}
