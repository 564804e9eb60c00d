/** Where inputs lie, in the bucket of payloads, that do not fit into the message about a waiting request. Objects live a day. */
export const WAITING_PREFIX = 'waiting/';

/**
 * Largest input that travels in its message. SQS took 256 KB for years and does so still where the larger limit of 1 MB has
 * not come to; a batch of ten stays far below Lambda's 6 MB.
 */
export const WAITING_INLINE_BYTES = 192 * 1024;

/** Where inputs and results of asynchronous endpoints lie in the bucket of payloads. Objects live a day. */
export const ASYNC_PREFIX_ROOT = 'async/';

/** How long a request may wait for its answer if nothing else is said: waking a fleet takes up to ten minutes, its queue some more. */
export const DEFAULT_WAIT_SECONDS = 30 * 60;

/**
 * After the deadline of the waiting an accepted record stays open this long: one last asking that began just before it (30 s),
 * the writes that follow (`OPEN_MARGIN_MS`), and a delivery that comes late.
 */
export const ACCEPTED_MARGIN_MS = 90_000;

/** Deadline of one asking by the worker: longer than a caller would wait, shorter than SageMaker's own 60 s. */
export const WORKER_ASK_MS = 30_000;

/** A request that waits, as the queue holds it. */
export interface WaitingMessage {
  readonly inferenceId: string;
  /** Of the record as it was accepted: a record that was taken over since has another, and is none of this message's business. */
  readonly lease: string;
  /** Milliseconds since the epoch until which the answer is waited for. */
  readonly waitUntil: number;
  /** What the model is to see, as the guard left it. */
  readonly input: { readonly inline: unknown } | { readonly bucket: string; readonly key: string };
  /** How often the backend was asked since the request was accepted. */
  readonly asks: number;
  /** How often it was put off, with or without asking. */
  readonly rounds: number;
}
