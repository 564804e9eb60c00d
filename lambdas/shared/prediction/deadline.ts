/**
 * What is kept back from the time of a request for what follows the backend: the guard over the reply (below 1 ms a KB) and one
 * write of the record (single-digit milliseconds). A tenth is ample at 2 s and still fair at 200 ms; above 250 ms nothing more
 * is won, because a write that takes longer is a lost connection, whose second attempt may overrun the deadline: the answer is
 * then late, but recorded.
 */
const RESERVE_SHARE = 0.1;
const LEAST_RESERVE_MS = 20;
const MOST_RESERVE_MS = 250;

/** When the backend must have answered, for a request that must be answered `timeoutMs` after `startedAt`. */
export function backendDeadline(startedAt: number, timeoutMs: number): number {
  const reserve = Math.min(MOST_RESERVE_MS, Math.max(LEAST_RESERVE_MS, timeoutMs * RESERVE_SHARE));
  return startedAt + timeoutMs - Math.min(reserve, timeoutMs / 2);
}
