import type { PredictionRecord } from '../../../protocol/prediction';
import { type HttpAnswer, problemAnswer } from '../problem-response';
import { acceptStarted, acceptWaiting, openForLater } from './accept';
import { acquire, earlierAnswer } from './acquire';
import { answerOf, inProgressOf, unansweredOf } from './answer';
import { type Asked, askBackend } from './backend';
import { type Ended, endedBy, keepOutput, writeEnd } from './closing';
import { backendDeadline } from './deadline';
import { failedEnding } from './ending';
import { type PlannedPayload, planPayload, uploadPayload } from './payload';
import { draftOf, type Prepared, prepare } from './prepare';
import type { Run } from './run';

/**
 * One prediction, from the parsed request to the answer. The record is durable before the answer leaves; where it cannot be
 * written there is no answer.
 */
export async function predict(run: Run): Promise<HttpAnswer> {
  const prepared = await prepare(run);
  const key = run.call.idempotency;
  try {
    if ('problem' in prepared) {
      const earlier = key === undefined ? undefined : await earlierAnswer(run, key);
      return earlier ?? problemAnswer(prepared);
    }
    const draft = await draftOf(run, prepared);
    const acquired = key === undefined ? { record: draft } : await acquire(run, key, draft);
    return 'answer' in acquired ? acquired.answer : await complete(run, prepared, acquired.record);
  } catch (error) {
    return recordFailed(run, error, undefined);
  }
}

/** Runs what this run holds the record of, and closes the record, or lets it wait. */
async function complete(run: Run, prepared: Prepared, held: PredictionRecord): Promise<HttpAnswer> {
  run.facts.inferenceId = held.inferenceId;
  const input = plannedInput(run, prepared, held);
  const record = { ...held, input: input?.stored ?? null };
  try {
    await uploadPayload(input, run.ports.payloads);
  } catch (error) {
    return settleUnrecordable(run, held, { ending: failedEnding('recordFailed'), asks: 0 }, error);
  }
  if (prepared.ending !== undefined) return settle(run, record, { ending: prepared.ending, asks: 0 });
  return ask(run, prepared, record);
}

/** What a failed guard says may be recorded is not to be trusted. */
function plannedInput(
  { settings }: Run,
  { guarded }: Prepared,
  { inferenceId, at }: PredictionRecord,
): PlannedPayload | null {
  if (guarded.verdict === 'failed') return null;
  return planPayload(guarded.recordInput, { bucket: settings.payloadBucket, inferenceId, at, name: 'input' });
}

async function ask(run: Run, prepared: Prepared, held: PredictionRecord): Promise<HttpAnswer> {
  const { ports } = run;
  try {
    const record = ports.backend.answersLater === true ? await openForLater(run, held) : held;
    const asked = await askModel(run, prepared, record);
    if (asked.kind === 'accepted') return await acceptStarted(run, record, asked);
    if (mayWait(run, asked)) return await acceptWaiting(run, record, prepared.guarded.modelInput, asked);
    return await settle(run, record, endedBy(run, asked, record.inferenceId));
  } catch (error) {
    return recordFailed(run, error, held.inferenceId);
  }
}

/** Only what would wake up by itself is waited for. */
function mayWait({ call, ports }: Run, asked: Asked): asked is Asked & { kind: 'refused' } {
  return asked.kind === 'refused' && asked.failure === 'asleep' && call.mayAnswerLater && ports.waiting !== undefined;
}

async function askModel(
  { ports, settings, startedAt }: Run,
  prepared: Prepared,
  { inferenceId, lease }: PredictionRecord,
): Promise<Asked> {
  const { version, artifact } = prepared.version;
  const deadline = backendDeadline(startedAt, settings.timeoutMs);
  const request = { inferenceId, input: prepared.guarded.modelInput, version: { id: version, artifact }, deadline };
  return askBackend(request, ports, lease);
}

/** Writes the end, then answers. */
async function settle(run: Run, record: PredictionRecord, ended: Ended): Promise<HttpAnswer> {
  let output: PlannedPayload | null;
  try {
    output = await keepOutput(run, record, ended.ending);
  } catch (error) {
    return settleUnrecordable(run, record, { ending: failedEnding('recordFailed'), asks: ended.asks }, error);
  }
  return write(run, record, ended, output);
}

/** A payload could not be kept: the record says that much, so that a repeat need not wait for the record to be cut. */
async function settleUnrecordable(
  run: Run,
  record: PredictionRecord,
  ended: Ended,
  error: unknown,
): Promise<HttpAnswer> {
  run.facts.recordFailed = true;
  run.ports.log.error('payload-not-kept', error, { inferenceId: record.inferenceId });
  return write(run, record, ended, null);
}

async function write(
  run: Run,
  record: PredictionRecord,
  ended: Ended,
  output: PlannedPayload | null,
): Promise<HttpAnswer> {
  const { inferenceId } = record;
  const { ending } = ended;
  let closed: PredictionRecord | 'lost';
  try {
    closed = await writeEnd(run, record, ended, output, run.ports.clock.monotonicMs() - run.startedMs);
  } catch (error) {
    return recordFailed(run, error, inferenceId);
  }
  if (closed === 'lost') return inProgressOf(inferenceId, 1);
  if (ending.state === 'answered') return answerOf(closed, ending.output);
  const headers: Record<string, string> = {};
  if (ending.retryAfterSeconds !== undefined) headers['Retry-After'] = String(ending.retryAfterSeconds);
  return unansweredOf({ inferenceId, problem: ending.problem, rule: ending.rule }, headers);
}

function recordFailed({ facts, ports }: Run, error: unknown, inferenceId: string | undefined): HttpAnswer {
  facts.recordFailed = true;
  ports.log.error('record-failed', error, { inferenceId });
  const problem = 'recordFailed';
  return inferenceId === undefined
    ? problemAnswer({ problem, detail: 'no answer is given that is not recorded; try again' })
    : unansweredOf({ inferenceId, problem });
}
