import { type IdempotencyClaim, isOpen, type PredictionRecord } from '../../../protocol/prediction';

/** What stands for a key already. */
export interface Earlier {
  readonly claim: IdempotencyClaim;
  /** Undefined when it was erased under its claim. */
  readonly record: PredictionRecord | undefined;
}

export type Judgement =
  /** The key belongs to a request with another body. */
  | { readonly kind: 'reused' }
  /** Done: give the same answer. */
  | { readonly kind: 'replay'; readonly record: PredictionRecord }
  /** Accepted, and waiting for its answer: say so again. */
  | { readonly kind: 'accepted'; readonly record: PredictionRecord }
  /** Another run holds it. */
  | { readonly kind: 'in-progress'; readonly inferenceId: string; readonly retryAfterSeconds: number }
  /** Its run was killed, or failed: do it again under the same inference id. */
  | { readonly kind: 'take-over'; readonly record: PredictionRecord }
  /** The claim points to nothing: replace it. */
  | { readonly kind: 'orphan'; readonly inferenceId: string };

/** TTL deletes up to days late, so what has expired counts as absent from that second on. */
export function hasExpired(kept: { readonly expiresAt: number }, nowMs: number): boolean {
  return kept.expiresAt <= Math.floor(nowMs / 1000);
}

export function judgeEarlier({ claim, record }: Earlier, requestHash: string, nowMs: number): Judgement {
  if (claim.requestHash !== requestHash) return { kind: 'reused' };
  if (record === undefined) return { kind: 'orphan', inferenceId: claim.inferenceId };
  if (record.state === 'answered' || record.state === 'blocked') return { kind: 'replay', record };
  const openUntil = record.openUntil ?? 0;
  if (record.state === 'accepted' && nowMs < openUntil) return { kind: 'accepted', record };
  if (isOpen(record.state) && nowMs < openUntil) {
    return {
      kind: 'in-progress',
      inferenceId: record.inferenceId,
      retryAfterSeconds: Math.ceil((openUntil - nowMs) / 1000),
    };
  }
  return { kind: 'take-over', record };
}

/** `draft` in the place of a record whose run failed or was killed. Identity and age stay; what was tried is counted on. */
export function takenOver(draft: PredictionRecord, earlier: PredictionRecord): PredictionRecord {
  return {
    ...draft,
    id: earlier.id,
    inferenceId: earlier.inferenceId,
    at: earlier.at,
    expiresAt: earlier.expiresAt,
    attempts: earlier.attempts + 1,
  };
}
