import type { BackendResult, Clock, Hedges } from './ports';

/** Of the time that is left, the share after which a second attempt is sent beside the first. */
const HEDGE_AFTER_SHARE = 0.5;
/** With less time for the second attempt than this, it is not worth its price. */
const LEAST_HEDGE_MS = 50;

/** A tenth of the requests may be asked twice: a backend that is slow under load must not get double the load. */
const REQUESTS_A_HEDGE = 10;
/** So many may be saved up for a burst; a new environment starts with one. */
const MOST_HEDGES_SAVED = 3;

/** Second attempts as a share of the requests of one environment. */
export class HedgeBudget implements Hedges {
  /** In requests, so that it stays a whole number. */
  private saved = REQUESTS_A_HEDGE;

  earn(): void {
    this.saved = Math.min(MOST_HEDGES_SAVED * REQUESTS_A_HEDGE, this.saved + 1);
  }

  spend(): boolean {
    if (this.saved < REQUESTS_A_HEDGE) return false;
    this.saved -= REQUESTS_A_HEDGE;
    return true;
  }
}

/**
 * Asks, and when no result came after half of the time that is left, asks once more beside it: a connection that died in
 * silence, or one slow instance, then costs half of the time and not all of it. The first reply counts. Without a reply from
 * either, the result of the first.
 */
export async function hedged(
  ask: () => Promise<BackendResult>,
  leftMs: number,
  budget: Hedges,
  clock: Clock,
): Promise<BackendResult> {
  const first = ask();
  const waitMs = leftMs * HEDGE_AFTER_SHARE;
  if (leftMs - waitMs < LEAST_HEDGE_MS) return first;
  const alarm = clock.alarm(waitMs);
  const early = await Promise.race([first, alarm.rings]);
  alarm.cancel();
  if (early !== undefined || !budget.spend()) return early ?? first;
  return Promise.any([onlyReply(first), onlyReply(ask())]).catch(() => first);
}

async function onlyReply(attempt: Promise<BackendResult>): Promise<BackendResult> {
  const result = await attempt;
  return result.kind === 'replied' ? result : Promise.reject(new Error(result.kind));
}
