import { describe, expect, test } from 'vitest';
import { backendDeadline } from '../../lambdas/shared/prediction/deadline';
import { MAX_REPLY_BYTES, readReply } from '../../lambdas/shared/prediction/reply';
import { bodyOf, replied, World } from './world';

const refused = (kind: 'throttled' | 'not-sent', retryAfterSeconds?: number) => ({
  kind,
  error: new Error(kind),
  retryAfterSeconds,
});

describe('a backend that refuses', () => {
  test.each(['throttled', 'not-sent'] as const)(
    'before it ran (%s) is asked again, and the record counts it',
    async (kind) => {
      const world = new World();
      world.backend = (_request, nth) => (nth < 3 ? refused(kind) : replied({ output: 'ham' }));
      const answer = await world.send();
      expect(answer.statusCode).toBe(200);
      expect(world.records.records()[0]).toMatchObject({ attempts: 3, modelMs: 150 });
      expect(new Set(world.asked.map(({ inferenceId }) => inferenceId)).size).toBe(1);
    },
  );

  test('is asked four times at most', async () => {
    const world = new World();
    world.backend = () => refused('throttled', 7);
    const answer = await world.send();
    expect(world.asked).toHaveLength(4);
    expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:backend-throttled' });
    expect(answer.headers['Retry-After']).toBe('7');
    expect(world.metrics()[0]).toMatchObject({ BackendFailures: 1 });
  });

  test('is not asked again when no retry fits in the deadline', async () => {
    const world = new World();
    world.backend = () => {
      world.clock.advance(1_740);
      return refused('not-sent');
    };
    const answer = await world.send();
    expect(world.asked).toHaveLength(1);
    expect(bodyOf(answer)).toMatchObject({ type: 'urn:slipway:problem:backend-failed' });
  });

  test('for a reason that may come after the model ran is never asked again', async () => {
    const world = new World();
    world.backend = () => ({ kind: 'failed', error: new Error('ECONNRESET') });
    await world.send();
    expect(world.asked).toHaveLength(1);
  });

  test('by rejecting is a failure', async () => {
    const world = new World();
    world.backend = () => Promise.reject(new Error('not in the contract'));
    expect((await world.send()).statusCode).toBe(503);
  });
});

test('a late backend is told to stop', async () => {
  const world = new World();
  let told: AbortSignal | undefined;
  world.backend = (_request, _nth, signal) => {
    told = signal;
    return new Promise<never>(() => {});
  };
  await world.send();
  expect(told?.aborted).toBe(true);
});

test('a deadline that passed before the backend was asked is 504 without asking', async () => {
  const world = new World(({ records, clock }) => ({
    records: Object.assign(Object.create(records), {
      open: async (opening: Parameters<typeof records.open>[0]) => {
        await clock.alarm(5_000).rings;
        return records.open(opening);
      },
    }),
  }));
  const answer = await world.send({ key: 'k1' });
  expect(answer.statusCode).toBe(504);
  expect(world.asked).toEqual([]);
  expect(world.records.records()[0]).toMatchObject({ state: 'failed', attempts: 0 });
});

test.each([
  [28_000, 27_750],
  [2_000, 1_800],
  [200, 180],
  [60, 40],
  [20, 10],
])('of %i ms the backend has %i ms', (timeoutMs, share) => {
  expect(backendDeadline(1_000, timeoutMs)).toBe(1_000 + share);
});

describe('a reply', () => {
  test.each([
    ['{"output":null}', { kind: 'answer', output: null }],
    ['{"output":"a","confidence":0}', { kind: 'answer', output: 'a', confidence: 0 }],
    ['{"output":"a","confidence":1}', { kind: 'answer', output: 'a', confidence: 1 }],
    ['{"output":"a","confidence":null}', { kind: 'answer', output: 'a' }],
    ['{"output":"a","confidence":1e-300}', { kind: 'answer', output: 'a', confidence: 0 }],
    ['{"error":{"kind":"invalid-input","message":"m"}}', { kind: 'invalid-input' }],
  ])('%s is read', (text, expected) => {
    expect(readReply(text)).toEqual(expected);
  });

  test.each([
    '',
    'null',
    '"spam"',
    '[]',
    '{}',
    '{"result":1}',
    '{"output":"a","confidence":1.01}',
    '{"output":"a","confidence":-0.1}',
    '{"output":"a","confidence":"high"}',
    '{"output":[1e999]}',
    `{"output":${'['.repeat(300)}${']'.repeat(300)}}`,
    `{"output":"${'x'.repeat(MAX_REPLY_BYTES)}"}`,
    '{"error":null}',
    '{"error":{"kind":"other","message":"m"}}',
    '{"output":"a","error":{"kind":"failed","message":"m"}}',
  ])('%.60s is a failure of the backend', (text) => {
    expect(readReply(text)).toMatchObject({ kind: 'failed', fault: expect.any(String) });
  });
});
