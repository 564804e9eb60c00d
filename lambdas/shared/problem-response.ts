import { HEADER } from '../../protocol/prediction';
import { PROBLEM_CONTENT_TYPE, type ProblemDocument, type ProblemKind, problemDocument } from '../../protocol/problem';

/** An answer of the API, in the shape that API Gateway's proxy integration takes. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Why a request is not done: a problem without the parts that every problem of its kind shares. */
export interface Refusal extends Omit<ProblemDocument, 'type' | 'title' | 'status'> {
  readonly problem: ProblemKind;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers are one caller's alone: nothing between may keep them. */
const NOT_CACHED = { 'Cache-Control': 'no-store' };

export function jsonAnswer(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', ...NOT_CACHED, ...headers },
    body: JSON.stringify(body),
  };
}

export function problemAnswer({ problem, headers, ...extra }: Refusal): HttpAnswer {
  const document = problemDocument(problem, extra);
  const all: Record<string, string> = { 'Content-Type': PROBLEM_CONTENT_TYPE, ...NOT_CACHED, ...headers };
  if (extra.inferenceId !== undefined) all[HEADER.inferenceId] = extra.inferenceId;
  return { statusCode: document.status, headers: all, body: JSON.stringify(document) };
}
