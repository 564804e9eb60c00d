import type { BackendRequest } from '../../../protocol/backend';
import type { BackendResult, Ports } from './ports';
import { type Reply, readReply } from './reply';

/**
 * Retries are for refusals before the model ran: throttling and connections that were never made. Anything else may have run
 * the model, and is not repeated. Three retries, in steps that double: together below 0.8 s.
 */
const MAX_RETRIES = 3;
const FIRST_BACKOFF_MS = 100;
/** A retry that leaves the model less than this is not worth its price. */
const LEAST_MODEL_MS = 20;

export type Asked = (Reply | { readonly kind: 'late' } | Refused) & {
  /** How often the backend was asked. */
  readonly asks: number;
  /** Milliseconds from the first asking to the end. */
  readonly modelMs: number;
};

type Refused = { readonly kind: 'throttled'; readonly retryAfterSeconds: number };

type Needs = Pick<Ports, 'backend' | 'clock' | 'chance' | 'log'>;

/** Asks the backend until it replies, fails, or the deadline passes. */
export async function askBackend(request: BackendRequest, needs: Needs): Promise<Asked> {
  const started = needs.clock.monotonicMs();
  for (let asks = 0; ; ) {
    if (needs.clock.now() >= request.deadline) return ended({ kind: 'late' }, asks);
    asks += 1;
    const result = await askOnce(request, needs);
    if (result.kind === 'late') return ended(result, asks);
    if (result.kind === 'replied') return ended(readReply(result.text), asks);
    needs.log.error(`backend-${result.kind}`, result.error, { inferenceId: request.inferenceId, asks });
    if (result.kind === 'failed' || !(await backOff(asks, request.deadline, needs)))
      return ended(failureOf(result), asks);
  }

  function ended<T extends object>(end: T, asks: number) {
    return { ...end, asks, modelMs: needs.clock.monotonicMs() - started };
  }
}

/** Whichever comes first: the result or the deadline. A result that comes later is thrown away. */
async function askOnce(request: BackendRequest, { backend, clock }: Needs): Promise<BackendResult | { kind: 'late' }> {
  const cancel = new AbortController();
  const alarm = clock.alarm(request.deadline - clock.now());
  const late = alarm.rings.then(() => ({ kind: 'late' as const }));
  const answer = backend.invoke(request, cancel.signal).catch((error: unknown) => ({ kind: 'failed' as const, error }));
  try {
    return await Promise.race([answer, late]);
  } finally {
    alarm.cancel();
    cancel.abort();
  }
}

/** Waits before another try; false when none is left or none fits. */
async function backOff(asks: number, deadline: number, { clock, chance }: Needs): Promise<boolean> {
  if (asks > MAX_RETRIES) return false;
  const wait = chance.fraction() * FIRST_BACKOFF_MS * 2 ** (asks - 1);
  if (clock.now() + wait + LEAST_MODEL_MS >= deadline) return false;
  await clock.alarm(wait).rings;
  return true;
}

function failureOf(result: Exclude<BackendResult, { kind: 'replied' }>): Reply | Refused {
  if (result.kind === 'throttled')
    return { kind: 'throttled', retryAfterSeconds: Math.max(1, result.retryAfterSeconds ?? 1) };
  return {
    kind: 'failed',
    fault: result.kind === 'not-sent' ? 'the backend could not be reached' : 'the backend failed',
  };
}
