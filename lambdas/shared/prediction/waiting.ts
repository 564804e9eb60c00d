import { WAITING_INLINE_BYTES, WAITING_PREFIX, type WaitingMessage } from '../../../protocol/waiting';
import type { PayloadReference } from './ports';

/**
 * Seconds between two tries of one waiting request. Each try of a fleet that sleeps is also what wakes it, and keeps its alarm
 * fed: the first comes soon, the rest once a minute, so that an answer comes at most that long after the fleet can give it.
 */
export const WAIT_ROUNDS = { firstSeconds: 20, mostSeconds: 60 } as const;

/** Seconds until the next try; never past the end of the waiting, so that a request that waited in vain is told so in time. */
export function secondsToNextTry(rounds: number, nowMs: number, waitUntil: number): number {
  const backoff = Math.min(WAIT_ROUNDS.mostSeconds, WAIT_ROUNDS.firstSeconds * (rounds + 2));
  return Math.max(0, Math.min(backoff, Math.ceil((waitUntil - nowMs) / 1000)));
}

interface PlannedInput {
  readonly input: WaitingMessage['input'];
  readonly upload?: { readonly reference: PayloadReference; readonly text: string };
}

/** How the model's input travels to the worker: in the message, or in an object that lives for a day at most. */
export function planWaitingInput(
  value: unknown,
  place: { readonly bucket: string; readonly inferenceId: string; readonly lease: string },
): PlannedInput {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= WAITING_INLINE_BYTES) return { input: { inline: value } };
  const reference = { bucket: place.bucket, key: `${WAITING_PREFIX}${place.inferenceId}/${place.lease}.json` };
  return { input: reference, upload: { reference, text } };
}

/** The message in a text from the queue; undefined for anything else. */
export function readWaitingMessage(text: string): WaitingMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isWaitingMessage(value) ? value : undefined;
}

function isWaitingMessage(value: unknown): value is WaitingMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { inferenceId, lease, waitUntil, input, asks, rounds } = value as Partial<
    Record<keyof WaitingMessage, unknown>
  >;
  const named = typeof inferenceId === 'string' && typeof lease === 'string';
  const counted = [waitUntil, asks, rounds].every((count) => typeof count === 'number');
  return named && counted && typeof input === 'object' && input !== null && ('inline' in input || 'key' in input);
}
