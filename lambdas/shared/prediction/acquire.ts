import { HEADER, type IdempotencyClaim, type PredictionRecord, RECORD_KEYS } from '../../../protocol/prediction';
import { type HttpAnswer, problemAnswer } from '../problem-response';
import { acceptedOf, answerOf, inProgressOf, unansweredOf } from './answer';
import { problemKindNamed } from './ending';
import { type Earlier, hasExpired, type Judgement, judgeEarlier, takenOver } from './idempotency';
import { loadPayload } from './payload';
import type { Idempotency } from './request';
import type { Run } from './run';

/** Either this run holds the record and must close it, or the answer is known already. */
export type Acquired = { readonly record: PredictionRecord } | { readonly answer: HttpAnswer };

/** A claim that goes or comes between opening and looking is rare; that often in a row, others are at it. */
const MAX_ROUNDS = 3;

/** Opens `draft` under the claim of its key, or takes it over, or finds the answer. Rejects when the table does. */
export async function acquire(run: Run, key: Idempotency, draft: PredictionRecord): Promise<Acquired> {
  const { records, clock } = run.ports;
  const claim = claimOf(key, draft);
  let orphanOf: string | undefined;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const nowSeconds = Math.floor(clock.now() / 1000);
    if ((await records.open({ record: draft, claim, nowSeconds, orphanOf })) === 'opened') return { record: draft };
    const earlier = await findEarlier(run, key);
    if (earlier === undefined) continue;
    const judgement = judgeEarlier(earlier, key.requestHash, clock.now());
    if (judgement.kind === 'take-over') return takeOver(run, draft, judgement.record);
    if (judgement.kind !== 'orphan') return { answer: await answerEarlier(run, judgement) };
    orphanOf = judgement.inferenceId;
  }
  return { answer: inProgressOf(undefined, 1) };
}

/**
 * The answer that stands for the key already, for a request that would now be refused before its record is opened: the rules
 * or the live version may have changed since. None when the key is free or its request has yet to be answered.
 */
export async function earlierAnswer(run: Run, key: Idempotency): Promise<HttpAnswer | undefined> {
  const earlier = await findEarlier(run, key);
  if (earlier === undefined) return undefined;
  const judgement = judgeEarlier(earlier, key.requestHash, run.ports.clock.now());
  if (judgement.kind === 'take-over' || judgement.kind === 'orphan') return undefined;
  return answerEarlier(run, judgement);
}

function claimOf(key: Idempotency, draft: PredictionRecord): IdempotencyClaim {
  const { inferenceId, expiresAt } = draft;
  return { id: RECORD_KEYS.claim(key.claimHash), inferenceId, requestHash: key.requestHash, expiresAt };
}

async function findEarlier({ ports }: Run, key: Idempotency): Promise<Earlier | undefined> {
  const claim = await ports.records.findClaim(RECORD_KEYS.claim(key.claimHash));
  if (claim === undefined || hasExpired(claim, ports.clock.now())) return undefined;
  return { claim, record: await ports.records.find(claim.inferenceId) };
}

/** Only one of those who try at once gets the record: each replaces exactly what it saw. */
async function takeOver(run: Run, draft: PredictionRecord, earlier: PredictionRecord): Promise<Acquired> {
  const record = takenOver(draft, earlier);
  const seen = { state: earlier.state, lease: earlier.lease };
  if ((await run.ports.records.replace(record, seen)) === 'lost')
    return { answer: inProgressOf(earlier.inferenceId, 1) };
  run.ports.log.warn('taken-over', { inferenceId: record.inferenceId, from: earlier.state, attempts: record.attempts });
  return { record };
}

type Answerable = Exclude<Judgement, { kind: 'take-over' | 'orphan' }>;

async function answerEarlier(run: Run, judgement: Answerable): Promise<HttpAnswer> {
  switch (judgement.kind) {
    case 'reused':
      return problemAnswer({
        problem: 'idempotencyKeyReused',
        detail: 'the body differs from the one that this Idempotency-Key came with first; send a new key',
      });
    case 'in-progress':
      run.facts.inferenceId = judgement.inferenceId;
      return inProgressOf(judgement.inferenceId, judgement.retryAfterSeconds);
    case 'accepted': {
      const { facts, call } = run;
      facts.replayed = true;
      facts.findings = [];
      facts.inferenceId = judgement.record.inferenceId;
      facts.state = 'accepted';
      const answer = acceptedOf(judgement.record, { path: call.path, preferred: call.mayAnswerLater });
      return { ...answer, headers: { ...answer.headers, [HEADER.replayed]: 'true' } };
    }
    case 'replay':
      return replay(run, judgement.record);
  }
}

/** The same status and body again, from the record. */
async function replay({ ports, facts }: Run, record: PredictionRecord): Promise<HttpAnswer> {
  facts.replayed = true;
  // They were counted when the request was first answered.
  facts.findings = [];
  facts.inferenceId = record.inferenceId;
  facts.modelVersion = record.modelVersion ?? undefined;
  facts.state = record.state;
  const headers: Record<string, string> = { [HEADER.replayed]: 'true' };
  if (record.state !== 'answered') {
    const { inferenceId, rule } = record;
    return unansweredOf({ inferenceId, rule, problem: problemKindNamed(record.problem) }, headers);
  }
  // What the policy masks in records is not there to be given again.
  if (record.outputExact === false) headers[HEADER.outputExact] = 'false';
  const output = record.output === null ? null : await loadPayload(record.output, ports.payloads);
  return answerOf(record, output, headers);
}
