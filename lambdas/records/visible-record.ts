import { isOpen, type PredictionRecord, type PredictionState } from '../../protocol/prediction';
import { PROBLEM } from '../../protocol/problem';
import type { Ports } from './ports';

/** Ids are UUIDs; anything else is nobody's, and is not looked up. */
const INFERENCE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The caller's own record. Another caller's, an expired and an unknown one are the same: none. */
export async function findOwn(
  inferenceId: string,
  actorId: string,
  ports: Ports,
): Promise<PredictionRecord | undefined> {
  if (!INFERENCE_ID.test(inferenceId)) return undefined;
  const record = await ports.records.find(inferenceId);
  if (record === undefined || record.actor !== actorId) return undefined;
  // TTL deletes up to days late.
  return record.expiresAt <= Math.floor(ports.now() / 1000) ? undefined : record;
}

/** State at this moment: an open record past its time was cut, whether or not the sweeper has come by. */
function stateAt(record: PredictionRecord, nowMs: number): PredictionState {
  const wasCut = isOpen(record.state) && nowMs >= (record.openUntil ?? 0);
  return wasCut ? 'cut' : record.state;
}

/** An accepted request takes minutes at times, a running one seconds. */
const LOOK_AGAIN_SECONDS = { accepted: 15, running: 1 } as const;

/** Seconds after which it is worth looking whether the prediction has ended; undefined once it has. */
export function secondsToLookAgain(record: PredictionRecord, nowMs: number): number | undefined {
  const state = stateAt(record, nowMs);
  return state === 'accepted' || state === 'running' ? LOOK_AGAIN_SECONDS[state] : undefined;
}

/** What a caller may see of a record. */
export async function viewOf(record: PredictionRecord, ports: Ports): Promise<Record<string, unknown>> {
  const { inferenceId, at, modelVersion, confidence, status, feedback } = record;
  const state = stateAt(record, ports.now());
  return {
    inferenceId,
    state,
    at,
    modelVersion,
    output: state === 'answered' ? await outputOf(record, ports) : null,
    confidence,
    status,
    problem: state === 'cut' ? PROBLEM.internal.name : record.problem,
    rule: record.rule,
    feedback: feedback === undefined ? undefined : { label: feedback.label, at: feedback.at },
  };
}

async function outputOf({ output }: PredictionRecord, { payloads }: Ports): Promise<unknown> {
  if (output === null) return null;
  return 'inline' in output ? output.inline : JSON.parse(await payloads.get(output));
}
