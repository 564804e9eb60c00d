import type { PredictionRecord } from '../../../protocol/prediction';
import { ACCEPTED_MARGIN_MS } from '../../../protocol/waiting';
import type { HttpAnswer } from '../problem-response';
import { acceptedOf, inProgressOf, unansweredOf } from './answer';
import type { Asked } from './backend';
import { type Ended, endedBy, writeEnd } from './closing';
import type { Run } from './run';
import { planWaitingInput, WAIT_ROUNDS } from './waiting';

type LeasedRecord = PredictionRecord & { readonly lease: string };

/**
 * Accepting a request to be answered later takes three steps: its record is opened under a lease, what will answer it is told
 * (a message, or an asynchronous endpoint), and only then the record becomes `accepted`. Killed in between, the record is
 * still `running` and is cut within minutes, unless the answer comes before; an accepted record always has somebody at it.
 */

/**
 * The record, open, under a lease and with its input: whoever brings the answer writes it over what stands there. Rejects when
 * the table does.
 */
export async function openForLater({ ports }: Run, held: PredictionRecord): Promise<LeasedRecord> {
  const { state, lease } = held;
  const opened = { ...held, lease: lease ?? ports.chance.lease() };
  if (lease === undefined) await ports.records.write(opened);
  // Lost, it was cut; then it cannot be accepted either.
  else await ports.records.replace(opened, { state, lease });
  return opened;
}

/** 202 for what an asynchronous endpoint has taken. Rejects when the table does. */
export async function acceptStarted(
  run: Run,
  record: PredictionRecord,
  asked: Asked & { readonly kind: 'accepted' },
): Promise<HttpAnswer> {
  return accept(run, record, asked.asks, run.startedAt + waitMsOf(run));
}

/**
 * 202 for a request to a fleet that sleeps: a message waits for it. Where none can be sent, the request ends as it would have
 * without waiting. Rejects when the table does.
 */
export async function acceptWaiting(
  run: Run,
  held: PredictionRecord,
  modelInput: unknown,
  asked: Asked & { readonly kind: 'refused' },
): Promise<HttpAnswer> {
  const { ports, settings, facts } = run;
  const record = await openForLater(run, held);
  const { inferenceId, lease } = record;
  const waitUntil = run.startedAt + waitMsOf(run);
  try {
    const planned = planWaitingInput(modelInput, { bucket: settings.payloadBucket, inferenceId, lease });
    if (planned.upload !== undefined) await ports.payloads.put(planned.upload.reference, planned.upload.text);
    const message = { inferenceId, lease, waitUntil, input: planned.input, asks: 0, rounds: 0 };
    await ports.waiting?.put(message, WAIT_ROUNDS.firstSeconds);
  } catch (error) {
    ports.log.error('not-deferred', error, { inferenceId });
    return refuse(run, record, endedBy(run, asked, inferenceId));
  }
  facts.backend = asked.failure;
  facts.modelMs = asked.modelMs;
  return accept(run, record, asked.asks, waitUntil);
}

function waitMsOf({ settings }: Run): number {
  if (settings.waitMs === undefined) throw new Error('requests may wait, but nothing says for how long');
  return settings.waitMs;
}

async function accept(run: Run, record: PredictionRecord, asks: number, waitUntil: number): Promise<HttpAnswer> {
  const { ports, facts, call } = run;
  const { inferenceId, lease } = record;
  const accepted: PredictionRecord = {
    ...record,
    state: 'accepted',
    openUntil: waitUntil + ACCEPTED_MARGIN_MS,
    findings: facts.findings,
    // The opening counted the first asking before it was done.
    attempts: record.attempts - 1 + asks,
  };
  if ((await ports.records.replace(accepted, { state: record.state, lease })) === 'lost') {
    const standing = await ports.records.find(inferenceId);
    // Closed already, by whom it was handed to: it can be read where 202 says. Otherwise it was cut or taken over.
    if (standing?.lease !== lease || standing?.state === 'cut') return inProgressOf(inferenceId, 1);
  }
  facts.state = 'accepted';
  facts.deferred = true;
  return acceptedOf(accepted, { path: call.path, preferred: call.mayAnswerLater });
}

async function refuse(run: Run, record: PredictionRecord, ended: Ended): Promise<HttpAnswer> {
  const { ports, startedMs } = run;
  const { inferenceId } = record;
  const closed = await writeEnd(run, record, ended, null, ports.clock.monotonicMs() - startedMs);
  if (closed === 'lost' || ended.ending.state === 'answered') return inProgressOf(inferenceId, 1);
  const { problem, retryAfterSeconds = 1 } = ended.ending;
  return unansweredOf({ inferenceId, problem }, { 'Retry-After': String(retryAfterSeconds) });
}
