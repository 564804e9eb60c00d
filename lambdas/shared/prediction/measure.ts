import type { EndpointFailure } from '../../../protocol/endpoint-failure';
import type { GuardFinding } from '../../../protocol/guard';
import { METRIC } from '../../../protocol/metrics';
import type { PredictionState } from '../../../protocol/prediction';
import { emfLine, type MetricValues } from '../emf';

/** What one request did, gathered on its way. Never its input, its output or its caller. */
export interface Facts {
  inferenceId?: string;
  modelVersion?: string;
  state?: PredictionState;
  /** Answered from the record of an earlier request. */
  replayed: boolean;
  findings: readonly GuardFinding[];
  guardFailures: number;
  backend?: 'failed' | 'late' | EndpointFailure;
  /** Accepted, to be answered later. */
  deferred: boolean;
  modelMs?: number;
  confidence?: number;
  recordFailed: boolean;
}

export function noFacts(): Facts {
  return { replayed: false, findings: [], guardFailures: 0, deferred: false, recordFailed: false };
}

export interface Measured {
  readonly deployment: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly latencyMs: number;
  /** Whether the backend is an endpoint, whose ways of failing are counted one by one. */
  readonly endpoint: boolean;
}

/** Metric lines of one request: one for the request, and one for each guard rule that intervened. */
export function metricLines(facts: Facts, measured: Measured): string[] {
  const { deployment, at, status } = measured;
  const observed = facts.findings.filter((finding) => finding.mode === 'observe' && finding.count > 0);
  const properties = {
    inferenceId: facts.inferenceId,
    modelVersion: facts.modelVersion,
    state: facts.state,
    status,
    replayed: facts.replayed ? true : undefined,
    observed: observed.length > 0 ? [...new Set(observed.map(({ rule }) => rule))] : undefined,
  };
  const metrics = requestMetrics(facts, measured, interveningRules(facts).length);
  return [emfLine({ deployment, at, metrics, properties }), ...guardLines(facts, measured)];
}

/** One line for each rule that intervened. */
export function guardLines(facts: Facts, { deployment, at }: Pick<Measured, 'deployment' | 'at'>): string[] {
  return interveningRules(facts).map((guardRule) =>
    emfLine({ deployment, at, guardRule, metrics: { [METRIC.guardInterventions]: 1 } }),
  );
}

function interveningRules({ findings }: Facts): string[] {
  const interventions = findings.filter((finding) => finding.mode === 'enforce' && finding.count > 0);
  return [...new Set(interventions.map(({ rule }) => rule))];
}

/** Zeros are data: a rate over them is right, and an alarm on them is not in want of data while there is traffic. */
function requestMetrics(facts: Facts, { status, latencyMs, endpoint }: Measured, interventions: number): MetricValues {
  return {
    [METRIC.predictions]: 1,
    [METRIC.backendFailures]: facts.backend === 'failed' ? 1 : 0,
    [METRIC.backendTimeouts]: facts.backend === 'late' ? 1 : 0,
    [METRIC.guardInterventions]: interventions,
    [METRIC.guardBlocked]: facts.state === 'blocked' && !facts.replayed ? 1 : 0,
    [METRIC.guardFailures]: facts.guardFailures,
    [METRIC.recordFailures]: facts.recordFailed ? 1 : 0,
    ...(endpoint ? { ...endpointMetrics(facts.backend), [METRIC.deferred]: facts.deferred ? 1 : 0 } : {}),
    ...(facts.modelMs === undefined ? {} : { [METRIC.modelTime]: facts.modelMs }),
    ...(status === 200 && !facts.replayed ? answeredMetrics(facts, latencyMs) : {}),
  };
}

/** Counted apart from other failures of a backend: what is to be done is another thing each time. */
export function endpointMetrics(failure: Facts['backend']): MetricValues {
  return {
    [METRIC.backendThrottles]: failure === 'throttled' ? 1 : 0,
    [METRIC.backendNotReady]: failure === 'not-ready' ? 1 : 0,
    [METRIC.backendAsleep]: failure === 'asleep' ? 1 : 0,
    [METRIC.backendStopped]: failure === 'stopped' ? 1 : 0,
    [METRIC.modelErrors]: failure === 'model-error' ? 1 : 0,
    [METRIC.connectionsLost]: failure === 'connection-lost' ? 1 : 0,
  };
}

/** A replay took no model: its time would flatter the percentiles. */
function answeredMetrics(facts: Facts, latencyMs: number): MetricValues {
  return {
    [METRIC.latency]: latencyMs,
    [METRIC.overhead]: Math.max(0, latencyMs - (facts.modelMs ?? 0)),
    ...(facts.confidence === undefined ? {} : { [METRIC.confidence]: facts.confidence }),
  };
}
