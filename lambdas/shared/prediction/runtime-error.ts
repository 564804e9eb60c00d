import type { EndpointFailure } from '../../../protocol/endpoint-failure';
import { connectionFaultOf } from './connection-error';
import type { BackendResult, Repeat } from './ports';
import { retryAfterSecondsOf } from './retry-after';

const THROTTLED = ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded'];
/** Failures of the service, not of the model. */
const SERVICE = ['ServiceUnavailable', 'InternalFailure', 'InternalDependencyException'];

/**
 * SageMaker has one error for everything that is wrong with a request, and tells a sleeping component and a missing endpoint by
 * its text alone: "Inference Component has no capacity to process this request", "Endpoint ... of account ... not found",
 * "Could not find endpoint". Texts are compared loosely: a reworded one then is a failure of the backend, and no more.
 */
const VALIDATION = ['ValidationError', 'ValidationException'];
const TEXTS: readonly (readonly [RegExp, EndpointFailure, Repeat])[] = [
  [/no capacity/i, 'asleep', 'never'],
  [/not found|could not find/i, 'stopped', 'never'],
  [/not in ?service/i, 'not-ready', 'paused'],
];

/** What an error of the SageMaker runtime client means. */
export function resultOfRuntimeError(error: unknown): BackendResult {
  if (!(error instanceof Error)) return { kind: 'failed', error };
  if (error.name === 'ModelError') return modelError(error);
  if (error.name === 'ModelNotReadyException') return refused('not-ready', 'paused', error);
  if (THROTTLED.includes(error.name)) return refused('throttled', 'paused', error);
  if (VALIDATION.includes(error.name)) {
    const [, failure, repeat] = TEXTS.find(([text]) => text.test(error.message)) ?? [];
    if (failure !== undefined && repeat !== undefined) return refused(failure, repeat, error);
  }
  if (SERVICE.includes(error.name)) return { kind: 'failed', error, repeat: 'once' };
  switch (connectionFaultOf(error)) {
    case 'not-sent':
      return refused('connection-lost', 'paused', error);
    case 'lost':
      return refused('connection-lost', 'once', error);
    case undefined:
      return { kind: 'failed', error };
  }
}

function refused(failure: EndpointFailure, repeat: Repeat, error: Error): BackendResult {
  return { kind: 'refused', failure, repeat, error, retryAfterSeconds: retryAfterSecondsOf(error) };
}

/** A container that speaks the protocol of `protocol/backend.ts` says with a 4xx, too, that it does not take the input. */
function modelError(error: Error): BackendResult {
  const said = 'OriginalMessage' in error && typeof error.OriginalMessage === 'string' ? error.OriginalMessage : '';
  if (saysInvalidInput(said)) return { kind: 'replied', text: said };
  return refused('model-error', 'never', new ContainerError(error));
}

function saysInvalidInput(text: string): boolean {
  try {
    return JSON.parse(text)?.error?.kind === 'invalid-input';
  } catch {
    return false;
  }
}

/** The service's message quotes what the container said, which may quote the input: only the status is taken over. */
class ContainerError extends Error {
  readonly code: string | undefined;

  constructor(error: Error) {
    super('the container of the model answered with an error');
    this.name = 'ModelError';
    this.stack = undefined;
    this.code = 'OriginalStatusCode' in error ? `Http${Number(error.OriginalStatusCode)}` : undefined;
  }
}
