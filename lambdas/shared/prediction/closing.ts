import type { PredictionRecord } from '../../../protocol/prediction';
import type { Asked } from './backend';
import { type Ending, endingOfBackend, endingOfGuard } from './ending';
import { countGuard, guardOrFailure } from './guarding';
import type { Facts } from './measure';
import { type PlannedPayload, planPayload, uploadPayload } from './payload';
import type { Ports } from './ports';
import { closedRecord } from './record';

/** What it takes to close a record with a reply, whoever brings it: the request itself, a worker, or a notification. */
export interface Closing {
  readonly ports: Pick<Ports, 'records' | 'payloads' | 'guard' | 'log'>;
  readonly settings: { readonly payloadBucket: string };
  readonly facts: Facts;
}

/** Ended, with what happened on the way. */
export interface Ended {
  readonly ending: Ending;
  readonly asks: number;
}

/** How a prediction ends whose backend replied, or did not: the reply goes through the guard. */
export function endedBy(
  { ports, facts }: Closing,
  asked: Exclude<Asked, { kind: 'accepted' }>,
  inferenceId: string,
): Ended {
  facts.modelMs = asked.modelMs;
  if (asked.kind !== 'answer') {
    facts.backend = backendFact(asked);
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

function backendFact(asked: Exclude<Asked, { kind: 'accepted' | 'answer' }>): Facts['backend'] {
  switch (asked.kind) {
    case 'invalid-input':
      return undefined;
    case 'late':
      return 'late';
    case 'refused':
      return asked.failure;
    default:
      return 'failed';
  }
}

/** Keeps the output that the record will refer to. Rejects when it cannot be kept. */
export async function keepOutput(
  { ports, settings }: Closing,
  { inferenceId, at }: PredictionRecord,
  ending: Ending,
): Promise<PlannedPayload | null> {
  if (ending.state !== 'answered') return null;
  const place = { bucket: settings.payloadBucket, inferenceId, at, name: 'output' as const };
  const output = planPayload(ending.recordOutput, place);
  await uploadPayload(output, ports.payloads);
  return output;
}

/**
 * Writes the end of a record. `lost` when it was cut, taken over or closed meanwhile: the other's answer counts. Rejects when
 * the table does.
 */
export async function writeEnd(
  { ports, facts }: Closing,
  record: PredictionRecord,
  { ending, asks }: Ended,
  output: PlannedPayload | null,
  latencyMs: number,
): Promise<PredictionRecord | 'lost'> {
  const course = { asks, modelMs: facts.modelMs, latencyMs, findings: facts.findings };
  const closed = closedRecord(record, ending, output, course);
  if (record.lease === undefined) await ports.records.write(closed);
  else if ((await ports.records.replace(closed, { state: record.state, lease: record.lease })) === 'lost') {
    ports.log.warn('lost-record', { inferenceId: record.inferenceId });
    return 'lost';
  }
  facts.state = closed.state;
  facts.confidence = closed.confidence;
  return closed;
}
