import type { BackendResult, Clock, Hedges } from './ports';

/** Of the time that is left, the share after which a second attempt is sent beside the first. */
const HEDGE_AFTER_SHARE = 0.5;
/** With less time for the second attempt than this, it is not worth its price. */
const LEAST_HEDGE_MS = 50;

/** A tenth of the requests may be asked twice: a backend that is slow under load must not get double the load. */
const EARNED_A_REQUEST = 0.1;
/** What a burst may spend that was saved before, and what a new environment starts with. */
const MOST_SAVED = 3;

/** Second attempts as a share of the requests of one environment. */
export class HedgeBudget implements Hedges {
  private saved = 1;

  earn(): void {
    this.saved = Math.min(MOST_SAVED, this.saved + EARNED_A_REQUEST);
  }

  spend(): boolean {
    if (this.saved < 1) return false;
    this.saved -= 1;
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
