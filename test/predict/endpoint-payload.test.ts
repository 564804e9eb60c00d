import { describe, expect, test } from 'vitest';
import { endpointBody, replyOfEndpoint } from '../../lambdas/shared/prediction/endpoint-payload';
import { MAX_REPLY_BYTES, readReply } from '../../lambdas/shared/prediction/reply';

describe('the body of an endpoint', () => {
  test.each([
    ['hello "you"', 'application/json', '"hello \\"you\\""'],
    [{ text: 'hello' }, 'application/json', '{"text":"hello"}'],
    ['{"a":1}\n', 'application/jsonlines', '{"a":1}\n'],
    ['1,2,3', 'text/csv', '1,2,3'],
    [[1, 2], 'text/csv', '[1,2]'],
    ['hello', 'application/vnd.model+json; v=2', '"hello"'],
  ])('of %j as %s is %j', (input, contentType, body) => {
    expect(endpointBody(input, contentType)).toBe(body);
  });
});

describe('the reply of an endpoint', () => {
  test.each([
    ['{"output":{"label":"spam"},"confidence":0.5}', { kind: 'answer', output: { label: 'spam' }, confidence: 0.5 }],
    ['{"error":{"kind":"invalid-input","message":"m"}}', { kind: 'invalid-input' }],
    ['{"error":{"kind":"failed","message":"m"}}', { kind: 'failed', fault: 'm' }],
    ['{"generated_text":"hi"}', { kind: 'answer', output: { generated_text: 'hi' } }],
    ['[0.1,0.9]', { kind: 'answer', output: [0.1, 0.9] }],
    ['"spam"', { kind: 'answer', output: 'spam' }],
    ['null', { kind: 'answer', output: null }],
    [' 7 \n', { kind: 'answer', output: 7 }],
  ])('%s is read', (text, expected) => {
    expect(readReply(replyOfEndpoint(text))).toEqual(expected);
  });

  test.each([
    ['no JSON', 'spam'],
    ['nothing', ''],
    ['more than is passed on', `"${'x'.repeat(MAX_REPLY_BYTES)}"`],
    ['JSON that would close the envelope', '1}, {"output":2'],
    ['a number beyond doubles', '[1e999]'],
  ])('that is %s is a failure of the backend', (_name, text) => {
    expect(readReply(replyOfEndpoint(text)).kind).toBe('failed');
  });
});
