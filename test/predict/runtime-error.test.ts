import { describe, expect, test } from 'vitest';
import { describeError } from '../../lambdas/shared/diagnostics';
import { resultOfRuntimeError } from '../../lambdas/shared/prediction/runtime-error';

function error(name: string, message = '', more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

const NO_CAPACITY =
  'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.';

describe('an error of the runtime', () => {
  test.each([
    [
      'ModelError',
      error('ModelError', '', { OriginalStatusCode: 500, OriginalMessage: 'boom' }),
      'model-error',
      'never',
    ],
    [
      'ModelError of a 4xx',
      error('ModelError', '', { OriginalStatusCode: 400, OriginalMessage: '{"detail":"no"}' }),
      'model-error',
      'never',
    ],
    ['ModelError whose message is null', error('ModelError', '', { OriginalMessage: 'null' }), 'model-error', 'never'],
    ['ModelNotReadyException', error('ModelNotReadyException'), 'not-ready', 'paused'],
    ['ThrottlingException', error('ThrottlingException'), 'throttled', 'paused'],
    ['TooManyRequestsException', error('TooManyRequestsException'), 'throttled', 'paused'],
    ['a component without capacity', error('ValidationError', NO_CAPACITY), 'asleep', 'never'],
    ['the same by its other name', error('ValidationException', NO_CAPACITY), 'asleep', 'never'],
    [
      'an endpoint that is gone',
      error('ValidationError', 'Endpoint m-pilot of account 000000000000 not found.'),
      'stopped',
      'never',
    ],
    ['the same in other words', error('ValidationException', 'Could not find endpoint "m-pilot".'), 'stopped', 'never'],
    [
      'an endpoint that is being created',
      error('ValidationException', 'Endpoint is not in service'),
      'not-ready',
      'paused',
    ],
    ['a refused connection', error('Error', '', { code: 'ECONNREFUSED' }), 'connection-lost', 'paused'],
    [
      'no connection in time',
      error('TimeoutError', 'Socket did not establish a connection within 500 ms'),
      'connection-lost',
      'paused',
    ],
    ['a reset', error('Error', 'read', { code: 'ECONNRESET' }), 'connection-lost', 'once'],
    ['a broken pipe', error('Error', 'write', { code: 'EPIPE' }), 'connection-lost', 'once'],
  ])('that is %s has its own failure', (_name, thrown, failure, repeat) => {
    expect(resultOfRuntimeError(thrown)).toMatchObject({ kind: 'refused', failure, repeat });
  });

  test.each([
    ['ServiceUnavailable', error('ServiceUnavailable'), 'once'],
    ['InternalFailure', error('InternalFailure'), 'once'],
    ['InternalDependencyException', error('InternalDependencyException'), 'once'],
    ['a request that is wrong', error('ValidationError', 'ContentType is too long'), undefined],
    ['a missing permission', error('AccessDeniedException', 'not authorized; endpoint not found'), undefined],
    ['its own cancelling', error('AbortError', 'Request aborted'), undefined],
    ['no error at all', 'text', undefined],
  ])('that is %s is a failure as any other', (_name, thrown, repeat) => {
    const result = resultOfRuntimeError(thrown);
    expect(result.kind).toBe('failed');
    expect('repeat' in result ? result.repeat : undefined).toBe(repeat);
  });

  test('by which a container says that it does not take the input is its reply', () => {
    const said = '{"error":{"kind":"invalid-input","message":"no text"}}';
    const thrown = error('ModelError', '', { OriginalStatusCode: 400, OriginalMessage: said });
    expect(resultOfRuntimeError(thrown)).toEqual({ kind: 'replied', text: said });
  });

  test('takes over when to come again', () => {
    expect(resultOfRuntimeError(error('ThrottlingException', '', { retryAfterSeconds: 2.1 }))).toMatchObject({
      retryAfterSeconds: 3,
    });
  });

  test('says in the log what status a container answered, and nothing of what it said', () => {
    const message = 'Received client error (422) from primary with message "my secret input"';
    const result = resultOfRuntimeError(
      error('ModelError', message, { $fault: 'client', OriginalStatusCode: 422, OriginalMessage: 'my secret input' }),
    );
    const logged = describeError('error' in result ? result.error : undefined);
    expect(logged).toMatchObject({ errorName: 'ModelError', errorCode: 'Http422' });
    expect(JSON.stringify(logged)).not.toContain('secret');
  });
});
