import type { GuardFinding } from './guard';

/** Life of a prediction record. `accepted` and `running` are open, the others final. */
export type PredictionState = 'accepted' | 'running' | 'answered' | 'blocked' | 'failed' | 'cut';

/** Whether a record in this state awaits its end. */
export function isOpen(state: PredictionState): boolean {
  return state === 'accepted' || state === 'running';
}

/** Where a payload is: in the item, or in S3 when it is larger than `INLINE_PAYLOAD_BYTES`. */
export type StoredPayload = { readonly inline: unknown } | { readonly bucket: string; readonly key: string };

/** Payloads above this go to S3 and are referenced; a DynamoDB item holds 400 KB at most. */
export const INLINE_PAYLOAD_BYTES = 32 * 1024;

/** Largest request body that is accepted, in bytes. Lambda's synchronous payload is 6 MB; API Gateway's is 10 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

export interface Feedback {
  /** Ground truth; personal data and secrets in it are masked. */
  readonly label: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Counts corrections from 0. */
  readonly revision: number;
}

/** A prediction as it is kept. Originals are never in it: `input` and `output` are what the guard let be recorded. */
export interface PredictionRecord {
  /** `P#<inference id>` */
  readonly id: string;
  readonly inferenceId: string;
  readonly actor: string;
  readonly state: PredictionState;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Milliseconds since the epoch after which an open record was cut. Only on open records. */
  readonly openUntil?: number;
  /** Random name of the run that opened the record: only who holds it may close it. Only where there is a claim, or a later answer. */
  readonly lease?: string;
  readonly modelVersion: string | null;
  readonly input: StoredPayload | null;
  /** False when the guard changed what the model saw against what is kept: never for training or comparison. */
  readonly inputExact: boolean;
  readonly output: StoredPayload | null;
  /** False when what is kept of the output is masked further than what was answered. Only on answered records. */
  readonly outputExact?: boolean;
  /** What feedback is compared with: the output's label, up to `MAX_LABEL_LENGTH` characters. */
  readonly label?: string;
  readonly confidence?: number;
  readonly findings: readonly GuardFinding[];
  /** Problem name, on `blocked`, `failed` and `cut`. */
  readonly problem?: string;
  /** Name of the guard rule that blocked. */
  readonly rule?: string;
  /** HTTP status that was answered. */
  readonly status?: number;
  readonly latencyMs?: number;
  readonly modelMs?: number;
  /** How often the backend was asked; above 1 after a retry or a resumed idempotent request. */
  readonly attempts: number;
  /** Keyed HMAC of the subject, hex. */
  readonly subject?: string;
  readonly feedback?: Feedback;
  /** Seconds since the epoch; DynamoDB's TTL. */
  readonly expiresAt: number;
}

/** An idempotency claim, in the same table as the record it points to. */
export interface IdempotencyClaim {
  /** `K#<sha-256 of actor and key>` */
  readonly id: string;
  readonly inferenceId: string;
  /** Sha-256 of the request body. */
  readonly requestHash: string;
  readonly expiresAt: number;
}

export const RECORD_KEYS = {
  prediction: (inferenceId: string): string => `P#${inferenceId}`,
  claim: (hash: string): string => `K#${hash}`,
} as const;

/** Index of records by subject, so that one person's records can be found and erased. */
export const SUBJECT_INDEX = 'bySubject';
/** Sparse index of open records, read by the sweeper: partition `openShard` (number from 0), sort `openUntil`. */
export const OPEN_INDEX = 'byOpen';
/** Open records are spread over this many partitions: 1,000 writes a second an item collection. */
export const OPEN_SHARDS = 8;

/**
 * A record stays open this long after the deadline of its request: two attempts of 1.5 s to write it, and a second of clocks
 * that differ. The function's own timeout must not be longer than deadline and margin: a record past them belongs to a handler
 * that was killed.
 */
export const OPEN_MARGIN_MS = 4_000;

/** Longest label of an output or of feedback, in characters. */
export const MAX_LABEL_LENGTH = 256;
/** Longest `subject` of a request, in characters. */
export const MAX_SUBJECT_LENGTH = 256;

/** Body of POST /predictions. */
export interface PredictionRequest {
  readonly input: unknown;
  readonly subject?: string;
}

/** Body of 200 on POST /predictions. */
export interface PredictionAnswer {
  readonly inferenceId: string;
  readonly output: unknown;
  readonly confidence?: number;
  readonly modelVersion: string;
}

/** Body of 202 on POST /predictions. */
export interface AcceptedAnswer {
  readonly inferenceId: string;
  readonly state: 'accepted';
}

/** Body of POST /predictions/{id}/feedback. */
export interface FeedbackRequest {
  readonly label: string;
}

/** The preference to be answered later rather than not at all. */
export const RESPOND_ASYNC = 'respond-async';

export const HEADER = {
  idempotencyKey: 'idempotency-key',
  /** What a caller would rather have (RFC 7240). */
  prefer: 'prefer',
  preferenceApplied: 'Preference-Applied',
  replayed: 'Idempotency-Replayed',
  inferenceId: 'Slipway-Inference-Id',
  /** `false` when a replayed or queried output is masked further than what was first answered. */
  outputExact: 'Slipway-Output-Exact',
} as const;
