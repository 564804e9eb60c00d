import type { GuardFinding } from '../../../protocol/guard';
import { OPEN_MARGIN_MS, type PredictionRecord, RECORD_KEYS } from '../../../protocol/prediction';
import { PROBLEM } from '../../../protocol/problem';
import type { Ending } from './ending';
import type { PlannedPayload } from './payload';
import { judgeableLabel } from './reply';

export interface DraftOf {
  readonly inferenceId: string;
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly recordTtlDays: number;
  readonly modelVersion: string;
  readonly inputExact: boolean;
  readonly findings: readonly GuardFinding[];
  readonly subject?: string;
  readonly lease?: string;
}

const DAY_SECONDS = 86_400;

/** The record of a request that is under way. Its input is set when its place is planned: that depends on the inference id. */
export function openRecord(of: DraftOf): PredictionRecord {
  return {
    id: RECORD_KEYS.prediction(of.inferenceId),
    inferenceId: of.inferenceId,
    actor: of.actor,
    state: 'running',
    at: new Date(of.startedAt).toISOString(),
    openUntil: of.startedAt + of.timeoutMs + OPEN_MARGIN_MS,
    lease: of.lease,
    modelVersion: of.modelVersion,
    input: null,
    inputExact: of.inputExact,
    output: null,
    findings: of.findings,
    attempts: 1,
    subject: of.subject,
    expiresAt: Math.floor(of.startedAt / 1000) + of.recordTtlDays * DAY_SECONDS,
  };
}

/** What was seen between opening and closing. */
export interface Course {
  readonly asks: number;
  readonly modelMs?: number;
  readonly latencyMs: number;
  readonly findings: readonly GuardFinding[];
}

/** The record as it is kept. */
export function closedRecord(
  open: PredictionRecord,
  ending: Ending,
  output: PlannedPayload | null,
  course: Course,
): PredictionRecord {
  const common = {
    ...open,
    openUntil: undefined,
    findings: course.findings,
    // The opening counted the first asking before it was done; accepting a request has set that right.
    attempts: open.attempts - (open.state === 'accepted' ? 0 : 1) + course.asks,
    latencyMs: tenths(course.latencyMs),
    modelMs: course.modelMs === undefined ? undefined : tenths(course.modelMs),
    state: ending.state,
  };
  if (ending.state !== 'answered') {
    const { name, status } = PROBLEM[ending.problem];
    return { ...common, problem: name, rule: ending.rule, status };
  }
  return {
    ...common,
    status: 200,
    output: output?.stored ?? null,
    outputExact: ending.outputExact,
    label: judgeableLabel(ending.recordOutput),
    confidence: ending.confidence,
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
