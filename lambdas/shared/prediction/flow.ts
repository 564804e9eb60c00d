import type { ModelVersion } from '../../../protocol/model-version';
import type { PredictionRecord } from '../../../protocol/prediction';
import { type HttpAnswer, problemAnswer, type Refusal } from '../problem-response';
import { acquire, earlierAnswer } from './acquire';
import { answerOf, inProgressOf, unansweredOf } from './answer';
import { askBackend } from './backend';
import { backendDeadline } from './deadline';
import { type Ending, endingOfBackend, endingOfGuard, failedEnding, type UnansweredEnding } from './ending';
import { type PlannedPayload, planPayload, uploadPayload } from './payload';
import type { GuardOutcome } from './ports';
import { closedRecord, openRecord } from './record';
import type { Run } from './run';

/** A request that is worth a record. */
interface Prepared {
  readonly version: ModelVersion;
  readonly guarded: GuardOutcome;
  /** Set when the guard ended it. */
  readonly ending?: UnansweredEnding;
}

/** Ended, with what happened on the way. */
interface Ended {
  readonly ending: Ending;
  readonly asks: number;
}

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

async function prepare({ call, ports, routing, facts }: Run): Promise<Prepared | Refusal> {
  const route = await routing.route();
  if (route.kind === 'none') return { problem: 'noModelVersionLive', detail: route.reason };
  facts.modelVersion = route.version.version;
  const guarded = guardOrFailure(
    () => ports.guard.request(call.input),
    (error) => ports.log.error('guard-failed', error),
  );
  countGuard(facts, guarded);
  if (guarded.verdict === 'blocked' && (guarded.problem === 'tooLarge' || guarded.problem === 'invalidInput')) {
    // The guard's pointers lead into the input, the caller's into the body.
    const errors = guarded.errors?.map(({ pointer, detail }) => ({ pointer: `/input${pointer}`, detail }));
    return { problem: guarded.problem, rule: guarded.rule, errors, detail: REFUSED_BY_SHAPE };
  }
  return { version: route.version, guarded, ending: endingOfGuard(guarded, 'blocked') };
}

const REFUSED_BY_SHAPE = 'the input is not what this model takes; see its schema and limits';

/** A guard that throws has not judged: that is a failed rule, not a passed one. */
function guardOrFailure(check: () => GuardOutcome, report: (error: unknown) => void): GuardOutcome {
  try {
    return check();
  } catch (error) {
    report(error);
    return {
      verdict: 'failed',
      findings: [],
      failures: ['guard'],
      modelInput: null,
      recordInput: null,
      inputExact: false,
    };
  }
}

function countGuard(facts: Run['facts'], outcome: GuardOutcome): void {
  facts.findings = [...facts.findings, ...outcome.findings];
  facts.guardFailures += outcome.failures.length;
}

async function draftOf(
  { call, ports, settings, startedAt, facts }: Run,
  prepared: Prepared,
): Promise<PredictionRecord> {
  const subject = call.subject === undefined ? undefined : await ports.subjects.hmac(call.subject);
  return openRecord({
    inferenceId: ports.chance.inferenceId(),
    actor: call.actor.id,
    startedAt,
    timeoutMs: settings.timeoutMs,
    recordTtlDays: settings.recordTtlDays,
    modelVersion: prepared.version.version,
    inputExact: prepared.guarded.inputExact,
    findings: facts.findings,
    subject,
    lease: call.idempotency === undefined ? undefined : ports.chance.lease(),
  });
}

/** Runs what this run holds the record of, and closes the record. */
async function complete(run: Run, prepared: Prepared, held: PredictionRecord): Promise<HttpAnswer> {
  run.facts.inferenceId = held.inferenceId;
  const input = plannedInput(run, prepared, held);
  const record = { ...held, input: input?.stored ?? null };
  try {
    await uploadPayload(input, run.ports.payloads);
  } catch (error) {
    return settleUnrecordable(run, held, { ending: failedEnding('recordFailed'), asks: 0 }, error);
  }
  const ended =
    prepared.ending === undefined ? await askModel(run, prepared, record) : { ending: prepared.ending, asks: 0 };
  return settle(run, record, ended);
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

async function askModel(
  { ports, settings, startedAt, facts }: Run,
  prepared: Prepared,
  record: PredictionRecord,
): Promise<Ended> {
  const { inferenceId } = record;
  const { version, artifact } = prepared.version;
  const deadline = backendDeadline(startedAt, settings.timeoutMs);
  const request = { inferenceId, input: prepared.guarded.modelInput, version: { id: version, artifact }, deadline };
  const asked = await askBackend(request, ports);
  facts.modelMs = asked.modelMs;
  if (asked.kind !== 'answer') {
    if (asked.kind !== 'invalid-input') facts.backend = asked.kind === 'late' ? 'late' : 'failed';
    if (asked.kind === 'failed') ports.log.warn('backend-fault', { inferenceId, fault: asked.fault });
    return { ending: endingOfBackend(asked), asks: asked.asks };
  }
  const guarded = guardOrFailure(
    () => ports.guard.reply(asked.output),
    (error) => ports.log.error('guard-failed', error, { inferenceId }),
  );
  countGuard(facts, guarded);
  const blocked = endingOfGuard(guarded, 'replyBlocked');
  if (blocked !== undefined) return { ending: blocked, asks: asked.asks };
  const { modelInput: output, recordInput: recordOutput } = guarded;
  const outputExact = guarded.inputExact || JSON.stringify(output) === JSON.stringify(recordOutput);
  const ending = { state: 'answered' as const, output, recordOutput, outputExact, confidence: asked.confidence };
  return { ending, asks: asked.asks };
}

/** Writes the end, then answers. */
async function settle(run: Run, record: PredictionRecord, ended: Ended): Promise<HttpAnswer> {
  const { ending } = ended;
  const output = ending.state === 'answered' ? plannedOutput(run, ending.recordOutput, record) : null;
  try {
    await uploadPayload(output, run.ports.payloads);
  } catch (error) {
    return settleUnrecordable(run, record, { ending: failedEnding('recordFailed'), asks: ended.asks }, error);
  }
  return write(run, record, ended, output);
}

function plannedOutput({ settings }: Run, value: unknown, { inferenceId, at }: PredictionRecord): PlannedPayload {
  return planPayload(value, { bucket: settings.payloadBucket, inferenceId, at, name: 'output' });
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
  { ending, asks }: Ended,
  output: PlannedPayload | null,
): Promise<HttpAnswer> {
  const { facts, ports } = run;
  const latencyMs = ports.clock.monotonicMs() - run.startedMs;
  const closed = closedRecord(record, ending, output, {
    asks,
    modelMs: facts.modelMs,
    latencyMs,
    findings: facts.findings,
  });
  try {
    if (record.lease === undefined) await ports.records.write(closed);
    else if ((await ports.records.replace(closed, { state: record.state, lease: record.lease })) === 'lost')
      return lost(run, record);
  } catch (error) {
    return recordFailed(run, error, record.inferenceId);
  }
  facts.state = closed.state;
  facts.confidence = closed.confidence;
  if (ending.state === 'answered') return answerOf(closed, ending.output);
  const headers: Record<string, string> = {};
  if (ending.retryAfterSeconds !== undefined) headers['Retry-After'] = String(ending.retryAfterSeconds);
  return unansweredOf({ inferenceId: record.inferenceId, problem: ending.problem, rule: ending.rule }, headers);
}

/** The record was cut or taken over while this run was at it: the other's answer counts. */
function lost({ ports }: Run, { inferenceId }: PredictionRecord): HttpAnswer {
  ports.log.warn('lost-record', { inferenceId });
  return inProgressOf(inferenceId, 1);
}

function recordFailed({ facts, ports }: Run, error: unknown, inferenceId: string | undefined): HttpAnswer {
  facts.recordFailed = true;
  ports.log.error('record-failed', error, { inferenceId });
  const problem = 'recordFailed';
  return inferenceId === undefined
    ? problemAnswer({ problem, detail: 'no answer is given that is not recorded; try again' })
    : unansweredOf({ inferenceId, problem });
}
