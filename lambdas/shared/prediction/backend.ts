import type { BackendRequest } from '../../../protocol/backend';
import type { EndpointFailure } from '../../../protocol/endpoint-failure';
import { hedged } from './hedge';
import type { BackendResult, Ports, Repeat } from './ports';
import { type Reply, readReply } from './reply';

/**
 * Retries are for refusals before the model ran: throttling and connections that were never made. Anything else may have run
 * the model, and is repeated once at most, and only where the backend says that this harms nothing. Three retries, in steps
 * that double: together below 0.8 s.
 */
const MAX_RETRIES = 3;
const FIRST_BACKOFF_MS = 100;
/** A retry that leaves the model less than this is not worth its price. */
const LEAST_MODEL_MS = 20;

export type Asked = (Reply | { readonly kind: 'late' } | { readonly kind: 'accepted' } | Refused) & {
  /** How often the backend was asked. */
  readonly asks: number;
  /** Milliseconds from the first asking to the end; undefined where the reply came another way. */
  readonly modelMs?: number;
};

type Refused =
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly kind: 'refused'; readonly failure: EndpointFailure; readonly retryAfterSeconds?: number };

type Needs = Pick<Ports, 'backend' | 'clock' | 'chance' | 'log'>;

/** What was tried so far. */
interface Spent {
  asks: number;
  /** Whether the model may have been made to run twice already. */
  twice: boolean;
}

/** Asks the backend until it replies, fails, or the deadline passes. */
export async function askBackend(request: BackendRequest, needs: Needs, lease?: string): Promise<Asked> {
  const started = needs.clock.monotonicMs();
  const spent: Spent = { asks: 0, twice: false };
  needs.backend.hedges?.earn();
  for (let pauses = 0; ; ) {
    if (needs.clock.now() >= request.deadline) return ended({ kind: 'late' });
    const result = await askOnce(request, needs, spent, lease);
    if (result.kind === 'late' || result.kind === 'accepted') return ended(result);
    if (result.kind === 'replied') return ended(readReply(result.text));
    needs.log.error(`backend-${nameOf(result)}`, result.error, {
      inferenceId: request.inferenceId,
      asks: spent.asks,
    });
    const repeat = repeatOf(result);
    if (repeat === 'paused' && (await backOff(pauses, request.deadline, needs))) pauses += 1;
    else if (repeat === 'once' && !spent.twice) spent.twice = true;
    else return ended(failureOf(result));
  }

  function ended<T extends object>(end: T) {
    return { ...end, asks: spent.asks, modelMs: needs.clock.monotonicMs() - started };
  }
}

type Unanswered = Exclude<BackendResult, { kind: 'replied' | 'accepted' }>;

function nameOf(result: Unanswered): string {
  return result.kind === 'refused' ? result.failure : result.kind;
}

function repeatOf(result: Unanswered): Repeat {
  if (result.kind === 'throttled' || result.kind === 'not-sent') return 'paused';
  return result.repeat ?? 'never';
}

/** Whichever comes first: the result or the deadline. A result that comes later is thrown away. */
async function askOnce(
  request: BackendRequest,
  { backend, clock }: Needs,
  spent: Spent,
  lease: string | undefined,
): Promise<BackendResult | { kind: 'late' }> {
  const cancel = new AbortController();
  const leftMs = request.deadline - clock.now();
  const alarm = clock.alarm(leftMs);
  const late = alarm.rings.then(() => ({ kind: 'late' as const }));
  const ask = () => {
    spent.asks += 1;
    return backend
      .invoke(request, cancel.signal, lease)
      .catch((error: unknown) => ({ kind: 'failed' as const, error }));
  };
  const again = () => {
    spent.twice ||= spent.asks > 0;
    return ask();
  };
  const { hedges } = backend;
  const answer = hedges === undefined || spent.asks > 0 ? ask() : hedged(again, leftMs, hedges, clock);
  try {
    return await Promise.race([answer, late]);
  } finally {
    alarm.cancel();
    cancel.abort();
  }
}

/** Waits before another try; false when none is left or none fits. */
async function backOff(pauses: number, deadline: number, { clock, chance }: Needs): Promise<boolean> {
  if (pauses >= MAX_RETRIES) return false;
  const wait = chance.fraction() * FIRST_BACKOFF_MS * 2 ** pauses;
  if (clock.now() + wait + LEAST_MODEL_MS >= deadline) return false;
  await clock.alarm(wait).rings;
  return true;
}

function failureOf(result: Unanswered): Reply | Refused {
  switch (result.kind) {
    case 'throttled':
      return { kind: 'throttled', retryAfterSeconds: Math.max(1, result.retryAfterSeconds ?? 1) };
    case 'refused':
      return { kind: 'refused', failure: result.failure, retryAfterSeconds: result.retryAfterSeconds };
    case 'not-sent':
      return { kind: 'failed', fault: 'the backend could not be reached' };
    case 'failed':
      return { kind: 'failed', fault: 'the backend failed', transient: result.repeat === 'once' };
  }
}
