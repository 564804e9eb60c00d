/**
 * Ways in which a SageMaker endpoint gives no answer. Each has a problem type, a metric and an alarm of its own; what fits none
 * of them is a failure of the backend as with any other.
 */
export const ENDPOINT_FAILURES = [
  /** Refused: more requests than the endpoint takes. */
  'throttled',
  /** Refused: the model is still being downloaded or loaded. */
  'not-ready',
  /** Refused: the inference component has no copy; the refusal itself is what wakes the fleet. */
  'asleep',
  /** Refused: there is no such endpoint. */
  'stopped',
  /** The container answered with a status of 400 or more. */
  'model-error',
  /** No connection was made, or it broke before the reply. */
  'connection-lost',
] as const;

export type EndpointFailure = (typeof ENDPOINT_FAILURES)[number];
