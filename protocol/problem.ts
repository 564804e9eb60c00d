/**
 * Problem types (RFC 9457) of the prediction API. `type` in an answer is `urn:slipway:problem:<name>`.
 * Each has one status and one title; `detail` says what was wrong with this request and what to do, and never repeats input.
 */
export const PROBLEM = {
  malformedRequest: { name: 'malformed-request', status: 400, title: 'The request is malformed' },
  invalidInput: { name: 'invalid-input', status: 400, title: 'The input does not match the schema' },
  invalidIdempotencyKey: { name: 'invalid-idempotency-key', status: 400, title: 'The Idempotency-Key is not valid' },
  unauthenticated: { name: 'unauthenticated', status: 401, title: 'The caller is not authenticated' },
  forbidden: { name: 'forbidden', status: 403, title: 'The caller may not do this' },
  notFound: { name: 'not-found', status: 404, title: 'There is nothing here for this caller' },
  methodNotAllowed: { name: 'method-not-allowed', status: 405, title: 'The method is not allowed here' },
  inProgress: { name: 'in-progress', status: 409, title: 'A request with this Idempotency-Key is in progress' },
  notAnswered: { name: 'not-answered', status: 409, title: 'The prediction has no answer to judge' },
  tooLarge: { name: 'too-large', status: 413, title: 'The request is too large' },
  unsupportedMediaType: { name: 'unsupported-media-type', status: 415, title: 'The media type is not supported' },
  blocked: { name: 'blocked', status: 422, title: 'A guard rule blocked the request' },
  replyBlocked: { name: 'reply-blocked', status: 422, title: 'A guard rule blocked the reply' },
  idempotencyKeyReused: {
    name: 'idempotency-key-reused',
    status: 422,
    title: 'The Idempotency-Key was used for another request',
  },
  throttled: { name: 'throttled', status: 429, title: 'Too many requests' },
  internal: { name: 'internal', status: 500, title: 'The service failed' },
  noModelVersionLive: { name: 'no-model-version-live', status: 503, title: 'No model version is live' },
  backendFailed: { name: 'backend-failed', status: 503, title: 'The model backend failed' },
  backendThrottled: { name: 'backend-throttled', status: 503, title: 'The model backend is at its limit' },
  modelFailed: { name: 'model-failed', status: 503, title: 'The model answered with an error' },
  connectionLost: { name: 'connection-lost', status: 503, title: 'The connection to the model backend was lost' },
  backendNotReady: { name: 'backend-not-ready', status: 503, title: 'The model is still being loaded' },
  backendAsleep: { name: 'backend-asleep', status: 503, title: 'No instance of the model is running' },
  backendStopped: { name: 'backend-stopped', status: 503, title: 'The model is stopped' },
  guardFailed: { name: 'guard-failed', status: 503, title: 'A guard rule failed and fails closed' },
  recordFailed: { name: 'record-failed', status: 503, title: 'The prediction could not be recorded' },
  deadlineExceeded: { name: 'deadline-exceeded', status: 504, title: 'The model backend did not answer in time' },
  waitExpired: { name: 'wait-expired', status: 504, title: 'The model did not become available in time' },
} as const;

export type ProblemKind = keyof typeof PROBLEM;

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** A problem document as it is sent. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** The inference id, when the request got that far. */
  readonly inferenceId?: string;
  /** Name of the guard rule that blocked. */
  readonly rule?: string;
  /**
   * JSON pointers into the request that were wrong; never values. A name that neither the API nor the schema defines is given by
   * its place among the members, as in `/input/<member 2>`.
   */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** The document of one kind. `extra` never carries anything of the input's values. */
export function problemDocument(
  kind: ProblemKind,
  extra: Omit<ProblemDocument, 'type' | 'title' | 'status'> = {},
): ProblemDocument {
  const { name, status, title } = PROBLEM[kind];
  return { type: `urn:slipway:problem:${name}`, title, status, ...extra };
}
