import type { ModelVersion } from '../../../protocol/model-version';
import type { PredictionRecord } from '../../../protocol/prediction';
import type { Refusal } from '../problem-response';
import { endingOfGuard, type UnansweredEnding } from './ending';
import { countGuard, guardOrFailure } from './guarding';
import type { GuardOutcome } from './ports';
import { openRecord } from './record';
import type { Run } from './run';

/** A request that is worth a record. */
export interface Prepared {
  readonly version: ModelVersion;
  readonly guarded: GuardOutcome;
  /** Set when the guard ended it. */
  readonly ending?: UnansweredEnding;
}

/** Routes the request and has it guarded. */
export async function prepare({ call, ports, routing, facts }: Run): Promise<Prepared | Refusal> {
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

/** The record of the request, still without its input. */
export async function draftOf(
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
