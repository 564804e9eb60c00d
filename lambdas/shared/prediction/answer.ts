import { HEADER, type PredictionAnswer, type PredictionRecord } from '../../../protocol/prediction';
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
