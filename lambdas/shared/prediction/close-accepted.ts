import { METRIC } from '../../../protocol/metrics';
import type { PredictionRecord } from '../../../protocol/prediction';
import { emfLine, type MetricValues } from '../emf';
import { type Closing, type Ended, keepOutput, writeEnd } from './closing';
import { endpointMetrics, guardLines, noFacts } from './measure';
import type { Ports } from './ports';

interface Closer {
  readonly ports: Closing['ports'] & Pick<Ports, 'clock'>;
  readonly settings: Closing['settings'] & { readonly deployment: string };
  /** Writes one metric line. */
  emit(line: string): void;
}

/** Closing of a request that was accepted before, with facts of its own. */
export interface LateClosing extends Closing {
  readonly ports: Closer['ports'];
  /** Measures what was done: the record's end, or one more try. */
  emit(record: PredictionRecord, what: 'closed' | 'tried'): void;
}

export function closingOf({ ports, settings, emit }: Closer): LateClosing {
  const facts = noFacts();
  return {
    ports,
    settings,
    facts,
    emit: (record, what) => {
      const { deployment } = settings;
      const at = Math.floor(ports.clock.now());
      const perRule = guardLines(facts, { deployment, at });
      const metrics = {
        ...failureMetrics(facts),
        [METRIC.guardInterventions]: perRule.length,
        ...(what === 'closed' ? closedMetrics(facts, record, at) : {}),
      };
      const properties = { inferenceId: record.inferenceId, modelVersion: record.modelVersion ?? undefined };
      emit(emfLine({ deployment, at, metrics, properties: { ...properties, state: facts.state } }));
      for (const line of perRule) emit(line);
    },
  };
}

/**
 * Closes an accepted record, whoever brings its end. `dropped` when it was cut, taken over or closed meanwhile. Rejects when
 * output or record cannot be kept: unlike a caller who waits on the line, whoever brings the end can come again.
 */
export async function closeAccepted(
  closing: LateClosing,
  record: PredictionRecord,
  ended: Ended,
): Promise<'closed' | 'dropped'> {
  const { facts, ports } = closing;
  // What the request itself found is in the record already.
  const found = facts.findings;
  facts.findings = [...record.findings, ...found];
  const output = await keepOutput(closing, record, ended.ending);
  const latencyMs = ports.clock.now() - Date.parse(record.at);
  const closed = await writeEnd(closing, record, ended, output, latencyMs);
  if (closed === 'lost') return 'dropped';
  facts.findings = found;
  closing.emit(closed, 'closed');
  return 'closed';
}

function failureMetrics({ backend, guardFailures }: Closing['facts']): MetricValues {
  return {
    ...endpointMetrics(backend),
    [METRIC.backendFailures]: backend === 'failed' ? 1 : 0,
    [METRIC.backendTimeouts]: backend === 'late' ? 1 : 0,
    [METRIC.guardFailures]: guardFailures,
  };
}

function closedMetrics(
  { state, modelMs, confidence }: Closing['facts'],
  { at }: PredictionRecord,
  now: number,
): MetricValues {
  return {
    [METRIC.deferredAnswered]: state === 'answered' ? 1 : 0,
    [METRIC.deferredFailed]: state === 'answered' ? 0 : 1,
    [METRIC.guardBlocked]: state === 'blocked' ? 1 : 0,
    [METRIC.waitTime]: Math.max(0, now - Date.parse(at)),
    ...(modelMs === undefined ? {} : { [METRIC.modelTime]: modelMs }),
    ...(confidence === undefined ? {} : { [METRIC.confidence]: confidence }),
  };
}
