import { METRIC } from '../../protocol/metrics';
import type { Feedback, PredictionRecord } from '../../protocol/prediction';
import type { MetricValues } from '../shared/emf';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../shared/problem-response';
import { type Confusion, confusionMetrics, correction, judge } from './confusion';
import type { Ports } from './ports';
import { findOwn } from './visible-record';

/** Corrections that race re-read the record; that often beaten, the caller is told. */
const MAX_ROUNDS = 3;

export interface FeedbackCall {
  readonly inferenceId: string;
  readonly actorId: string;
  /** Ground truth, masked. */
  readonly label: string;
}

/** An answer, and what it adds to the metrics now that it is durable. */
export interface Joined {
  readonly answer: HttpAnswer;
  readonly metrics?: MetricValues;
}

export const NOT_FOUND = problemAnswer({
  problem: 'notFound',
  detail: 'no prediction of this caller has this inference id; it may have expired',
});

/** Joins ground truth to a prediction: 201 the first time, 200 for the same or a corrected label. */
export async function joinFeedback(
  call: FeedbackCall,
  ports: Ports,
  positiveLabel: string | undefined,
): Promise<Joined> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = await findOwn(call.inferenceId, call.actorId, ports);
    if (record === undefined) return { answer: NOT_FOUND };
    if (record.state !== 'answered' || record.label === undefined) return { answer: notAnswered(record) };
    const step = nextStep(record.label, record.feedback, call.label, positiveLabel, ports.now());
    if (step === undefined) return { answer: answered(200, record.inferenceId, record.feedback) };
    const written = await ports.records.writeFeedback(record.inferenceId, step.feedback, record.feedback?.revision);
    if (written === 'lost') continue;
    const metrics = { [METRIC.feedback]: step.first ? 1 : 0, ...confusionMetrics(step.counts) };
    return { answer: answered(step.first ? 201 : 200, record.inferenceId, step.feedback), metrics };
  }
  const detail = 'other feedback on this prediction arrived at the same time; send it again';
  return {
    answer: problemAnswer({
      problem: 'inProgress',
      detail,
      inferenceId: call.inferenceId,
      headers: { 'Retry-After': '1' },
    }),
  };
}

interface Step {
  readonly first: boolean;
  readonly feedback: Feedback;
  readonly counts: Confusion;
}

/** What there is to write; nothing when the same label stands there already. */
function nextStep(
  predicted: string,
  earlier: Feedback | undefined,
  label: string,
  positiveLabel: string | undefined,
  nowMs: number,
): Step | undefined {
  const at = new Date(nowMs).toISOString();
  const counts = judge(predicted, label, positiveLabel);
  if (earlier === undefined) return { first: true, feedback: { label, at, revision: 0 }, counts };
  if (earlier.label === label) return undefined;
  const feedback = { label, at, revision: earlier.revision + 1 };
  return { first: false, feedback, counts: correction(judge(predicted, earlier.label, positiveLabel), counts) };
}

function answered(status: number, inferenceId: string, feedback: Feedback | undefined): HttpAnswer {
  return jsonAnswer(status, { inferenceId, feedback });
}

function notAnswered({ inferenceId, state }: PredictionRecord): HttpAnswer {
  const detail = state === 'answered' ? 'its output has no label that feedback could judge' : `its state is ${state}`;
  return problemAnswer({ problem: 'notAnswered', detail, inferenceId });
}
