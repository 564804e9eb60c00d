import {
  type AcceptedAnswer,
  HEADER,
  type PredictionAnswer,
  type PredictionRecord,
  RESPOND_ASYNC,
} from '../../../protocol/prediction';
import type { ProblemKind } from '../../../protocol/problem';
import { type HttpAnswer, jsonAnswer, problemAnswer } from '../problem-response';

/** The answer of 200, made of the record alone but for the output, so that a replay reads the same. */
export function answerOf(record: PredictionRecord, output: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const body: PredictionAnswer = {
    inferenceId: record.inferenceId,
    output,
    confidence: record.confidence,
    modelVersion: record.modelVersion ?? '',
  };
  return jsonAnswer(200, body, { [HEADER.inferenceId]: record.inferenceId, ...headers });
}

const DETAIL: Readonly<Partial<Record<ProblemKind, string>>> = {
  replyBlocked: 'the output is not given; another input may be answered',
  blocked: 'the model was not asked; change the input and send it again',
  invalidInput: 'the model does not take this input',
  guardFailed: 'a rule could not be evaluated, so that nothing was let through; try again',
  backendFailed: 'the failure is recorded under the inference id; try again',
  backendThrottled: 'the model was not asked; try again after the time in Retry-After',
  modelFailed: 'its error is in the log of the endpoint, under the inference id; another input may be answered',
  connectionLost: 'the model may still have run; its answer is thrown away; try again',
  backendNotReady: 'the model was not asked; try again after the time in Retry-After',
  backendAsleep:
    'this request wakes it, which takes minutes; repeat it, or send Prefer: respond-async to wait for the answer',
  backendStopped:
    'there is no endpoint: it was stopped, or has never been started; whoever operates the stage wakes it with npx slipway wake',
  waitExpired: 'the request waited for as long as requests may wait; send it again',
  deadlineExceeded: 'the model may still have run; its answer is thrown away; try again',
  recordFailed: 'no answer is given that is not recorded; try again',
};

/** The problem of a recorded request that was not answered. Nothing but kind, rule and id goes in: a replay reads the same. */
export function unansweredOf(
  recorded: { readonly inferenceId: string; readonly problem: ProblemKind; readonly rule?: string },
  headers: Record<string, string> = {},
): HttpAnswer {
  const { inferenceId, problem, rule } = recorded;
  return problemAnswer({ problem, detail: DETAIL[problem], inferenceId, rule, headers });
}

/** Seconds after which it is worth looking whether an accepted request has its answer. */
const LOOK_AGAIN_SECONDS = 15;

/** The answer of 202: where the answer will be found. */
export function acceptedOf(
  { inferenceId }: PredictionRecord,
  { path, preferred }: { readonly path: string; readonly preferred: boolean },
): HttpAnswer {
  const body: AcceptedAnswer = { inferenceId, state: 'accepted' };
  const headers: Record<string, string> = {
    Location: `${path}/${inferenceId}`,
    'Retry-After': String(LOOK_AGAIN_SECONDS),
    [HEADER.inferenceId]: inferenceId,
  };
  if (preferred) headers[HEADER.preferenceApplied] = RESPOND_ASYNC;
  return jsonAnswer(202, body, headers);
}

/** Another run holds this request. */
export function inProgressOf(inferenceId: string | undefined, retryAfterSeconds: number): HttpAnswer {
  const headers = { 'Retry-After': String(retryAfterSeconds) };
  return problemAnswer({
    problem: 'inProgress',
    detail: 'repeat it after the time in Retry-After',
    inferenceId,
    headers,
  });
}
