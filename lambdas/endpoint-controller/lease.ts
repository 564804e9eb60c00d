import { CONTROL_TIMING } from '../../protocol/endpoint-control';
import type { Holding } from './ports';

/** Nothing that an execution began is still written this long after the execution ended: its function has timed out. */
const FENCE_MS = (CONTROL_TIMING.handler + 5) * 1000;

/** Until when a lease that is taken or renewed now holds. */
export function expiry(now: number): number {
  return now + CONTROL_TIMING.lease * 1000;
}

/**
 * `free`: the lease can be taken; `mine`: it is held by whoever asks; `soon`: its holder has ended, but a step of it may
 * still write; `held`: somebody else works.
 */
export type Availability = 'free' | 'mine' | 'soon' | 'held';

export function availability(
  seen: Holding | undefined,
  asking: string,
  now: number,
  end: number | 'running' | 'unknown',
): Availability {
  if (seen === undefined) return 'free';
  if (seen.holder === asking) return 'mine';
  if (seen.expiresAt <= now) return 'free';
  // SSM knows no conditional write: a holder that is taken for dead must not be able to write any more.
  if (typeof end === 'number') return end + FENCE_MS <= now ? 'free' : 'soon';
  return 'held';
}

/** Who holds it, for whoever is told to come back. */
export function holderText({ requestedBy, action, since }: Holding): string {
  return `${requestedBy} has been changing the endpoint (${action}) since ${since}`;
}
