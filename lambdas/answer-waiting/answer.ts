import { isOpen, type PredictionRecord } from '../../protocol/prediction';
import { type WaitingMessage, WORKER_ASK_MS } from '../../protocol/waiting';
import { type Asked, askBackend } from '../shared/prediction/backend';
import { closeAccepted, closingOf, type LateClosing } from '../shared/prediction/close-accepted';
import { type Ended, endedBy } from '../shared/prediction/closing';
import { type Ending, failedEnding } from '../shared/prediction/ending';
import { loadPayload } from '../shared/prediction/payload';
import { secondsToNextTry } from '../shared/prediction/waiting';
import type { Worker } from './ports';

/** What became of one message. `asleep`: the fleet still sleeps; then, and with `later`, the message was sent again. */
export type Outcome = 'closed' | 'dropped' | 'asleep' | 'later';

/**
 * Answers one waiting request, or sends its message again for later. A message that is delivered twice, or whose worker was
 * killed after it closed the record, finds the record closed and is dropped.
 *
 * @param fleetSleeps whether that was just seen: the request is then not tried in vain
 */
export async function answerWaiting(message: WaitingMessage, worker: Worker, fleetSleeps: boolean): Promise<Outcome> {
  const { ports } = worker;
  const record = await heldBy(message, worker);
  if (record === undefined) return drop(message, worker);
  if (ports.clock.now() >= message.waitUntil) return close(message, record, expired(message), worker);
  if (fleetSleeps) return putOff(message, worker, 'asleep');
  const closing = closingOf(worker);
  const asked = await askModel(message, worker);
  if (asked.kind === 'accepted') throw new Error('an asynchronous endpoint has no waiting room');
  const ended = endedBy(closing, asked, record.inferenceId);
  if (mayBeOtherwiseSoon(asked)) {
    closing.emit(record, 'tried');
    const sleeps = asked.kind === 'refused' && asked.failure === 'asleep';
    return putOff({ ...message, asks: message.asks + asked.asks }, worker, sleeps ? 'asleep' : 'later');
  }
  return close(message, record, { ...ended, asks: message.asks + ended.asks }, worker, closing);
}

/** Closes the record of a message that was given up on. */
export async function giveUp(message: WaitingMessage, worker: Worker): Promise<Outcome> {
  const record = await heldBy(message, worker);
  if (record === undefined) return drop(message, worker);
  return close(message, record, { ending: failedEnding('internal'), asks: message.asks }, worker);
}

/** The record, if it still waits for this very message. One that is `running` was left by a handler killed while accepting it. */
async function heldBy(
  { inferenceId, lease }: WaitingMessage,
  { ports }: Worker,
): Promise<PredictionRecord | undefined> {
  const record = await ports.records.find(inferenceId);
  return record !== undefined && isOpen(record.state) && record.lease === lease ? record : undefined;
}

function expired({ asks }: WaitingMessage): Ended {
  return { ending: failedEnding('waitExpired'), asks };
}

async function askModel(message: WaitingMessage, { ports }: Worker): Promise<Asked> {
  const input = await loadPayload(message.input, ports.payloads);
  const deadline = ports.clock.now() + WORKER_ASK_MS;
  // Which version that is, is the endpoint's business alone.
  const version = { id: '', artifact: { bucket: '', prefix: '', files: [] } };
  return askBackend({ inferenceId: message.inferenceId, input, version, deadline }, ports);
}

/** An endpoint that was stopped, or a model that fails, is not worth half an hour. */
function mayBeOtherwiseSoon(asked: Asked): boolean {
  if (asked.kind === 'failed') return asked.transient === true;
  return asked.kind === 'refused' && asked.failure !== 'stopped' && asked.failure !== 'model-error';
}

async function putOff(message: WaitingMessage, { ports }: Worker, outcome: Outcome): Promise<Outcome> {
  const delay = secondsToNextTry(message.rounds, ports.clock.now(), message.waitUntil);
  await ports.waiting.put({ ...message, rounds: message.rounds + 1 }, delay);
  return outcome;
}

async function close(
  message: WaitingMessage,
  record: PredictionRecord,
  ended: Ended,
  worker: Worker,
  closing: LateClosing = closingOf(worker),
): Promise<Outcome> {
  const version = answeredBy(ended.ending) ? await worker.ports.liveVersion() : undefined;
  const closed = await closeAccepted(closing, { ...record, modelVersion: version ?? record.modelVersion }, ended);
  await removeInput(message, worker);
  return closed;
}

function answeredBy(ending: Ending): boolean {
  return ending.state === 'answered' || (ending.state === 'blocked' && ending.problem === 'replyBlocked');
}

async function drop(message: WaitingMessage, worker: Worker): Promise<Outcome> {
  worker.ports.log.info('not-waiting', { inferenceId: message.inferenceId });
  await removeInput(message, worker);
  return 'dropped';
}

/** Its object would go within a day anyway: no reason to do it all again. */
async function removeInput({ input, inferenceId }: WaitingMessage, { ports }: Worker): Promise<void> {
  if ('inline' in input) return;
  try {
    await ports.payloads.remove(input);
  } catch (error) {
    ports.log.error('input-not-removed', error, { inferenceId });
  }
}
