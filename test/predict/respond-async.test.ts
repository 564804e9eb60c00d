import { describe, expect, test } from 'vitest';
import { ACCEPTED_MARGIN_MS, WAITING_INLINE_BYTES } from '../../protocol/waiting';
import { ASYNC, EndpointWorld, refused, WAIT_MS } from './endpoint-world';
import { bodyOf, replied, VERSION } from './world';

function asleep(world = new EndpointWorld()): EndpointWorld {
  world.backend = () => refused('asleep');
  return world;
}

describe('a request to a fleet that sleeps', () => {
  test('that may be answered later is accepted, recorded and kept for the worker', async () => {
    const world = asleep();
    const at = world.clock.now();
    const answer = await world.send({ ...ASYNC, body: { input: 'ann@example.com, card 4111 1111 1111 1111' } });
    const [record] = world.records.records();
    const { inferenceId, lease } = record ?? {};
    expect(answer.statusCode).toBe(202);
    expect(bodyOf(answer)).toEqual({ inferenceId, state: 'accepted' });
    expect(answer.headers).toMatchObject({
      Location: `/predictions/${inferenceId}`,
      'Preference-Applied': 'respond-async',
      'Retry-After': '15',
      'Slipway-Inference-Id': inferenceId,
    });
    expect(record).toMatchObject({
      state: 'accepted',
      openUntil: at + WAIT_MS + ACCEPTED_MARGIN_MS,
      modelVersion: VERSION.version,
      input: { inline: '[EMAIL], card [CARD]' },
    });
    expect(world.messages()).toEqual([
      {
        inferenceId,
        lease,
        waitUntil: at + WAIT_MS,
        asks: 0,
        rounds: 0,
        input: { inline: '[EMAIL], card 4111 1111 1111 1111' },
      },
    ]);
    expect(world.queue[0]?.visibleAt).toBe(at + 20_000);
    expect(world.asked).toHaveLength(1);
    expect(world.metrics()[0]).toMatchObject({ Deferred: 1, BackendAsleep: 1, BackendFailures: 0, status: 202 });
  });

  test.each([
    ['/v1/predictions', '/v1/predictions'],
    ['/spam/predictions/', '/spam/predictions'],
    [undefined, '/predictions'],
  ])('by the path %s is found below %s', async (path, base) => {
    const answer = await asleep().send({ ...ASYNC, path });
    expect(answer.headers.Location).toBe(`${base}/${bodyOf(answer).inferenceId}`);
  });

  test('keeps what the model is to see out of the records', async () => {
    const world = asleep();
    await world.send({ ...ASYNC, body: { input: 'card 4111 1111 1111 1111' } });
    expect([...world.records.items.values(), ...world.lines, JSON.stringify(world.logged)].join()).not.toContain(
      '4111',
    );
  });

  test('with an input that does not fit into a message leaves it in an object that is short-lived', async () => {
    const world = asleep();
    const input = ['x'.repeat(WAITING_INLINE_BYTES - 1_000), '4111 1111 1111 1111'.repeat(60)];
    expect((await world.send({ ...ASYNC, body: { input } })).statusCode).toBe(202);
    const [message] = world.messages();
    const key = `waiting/${message?.inferenceId}/${message?.lease}.json`;
    expect(message?.input).toEqual({ bucket: 'payloads', key });
    expect(world.objects.get(`payloads/${key}`)).toBe(JSON.stringify(input));
  });

  test.each([
    ['one preference', { headers: { 'Content-Type': 'application/json', prefer: 'respond-async' } }],
    [
      'among others',
      { headers: { 'Content-Type': 'application/json', PREFER: 'handling=lenient, Respond-Async; x, wait=9' } },
    ],
    [
      'in headers of their own',
      { multiValueHeaders: { 'content-type': ['application/json'], Prefer: ['wait=1', 'respond-async'] } },
    ],
  ])('is accepted with %s', async (_name, parts) => {
    expect((await asleep().send(parts)).statusCode).toBe(202);
  });

  test.each(['respond-asynchronously', 'wait=respond-async', '"respond-async"', ''])(
    'is 503 with the preference %j',
    async (prefer) => {
      const world = asleep();
      const answer = await world.send({ prefer });
      expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:backend-asleep' });
      expect(answer.headers['Retry-After']).toBe('60');
      expect(bodyOf(answer).detail).toContain('Prefer: respond-async');
      expect(world.queue).toEqual([]);
    },
  );

  test('is 503 where nobody may wait', async () => {
    const world = asleep(new EndpointWorld(() => ({ waiting: undefined })));
    expect((await world.send(ASYNC)).statusCode).toBe(503);
  });

  test('is 503, and its record says so, when the message cannot be sent', async () => {
    const world = asleep(new EndpointWorld(() => ({ waiting: { put: () => Promise.reject(new Error('denied')) } })));
    for (const key of [undefined, 'k1']) {
      const answer = await world.send({ ...ASYNC, key });
      expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:backend-asleep' });
    }
    expect(world.records.records()).toMatchObject([{ state: 'failed' }, { state: 'failed' }]);
    expect(world.logged.map(({ event }) => event)).toContain('not-deferred');
  });

  test('sends no message before its record is there, so that the worker finds it', async () => {
    const seen: (string | undefined)[] = [];
    const world: EndpointWorld = asleep(
      new EndpointWorld(({ waiting }) => ({
        waiting: {
          put: async (message, delay) => {
            seen.push(world.records.records()[0]?.state);
            await waiting?.put(message, delay);
          },
        },
      })),
    );
    await world.send(ASYNC);
    expect(seen).toEqual(['running']);
  });

  test('is not accepted when the table refuses, and says that it was not recorded', async () => {
    const world = asleep(
      new EndpointWorld(({ records }) => ({
        records: Object.assign(Object.create(records), { replace: () => Promise.reject(new Error('gone')) }),
      })),
    );
    const answer = await world.send(ASYNC);
    expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:record-failed' });
  });

  test('is accepted all the same when the worker was faster', async () => {
    const world: EndpointWorld = asleep(
      new EndpointWorld(({ waiting }) => ({
        waiting: {
          put: async (message, delay) => {
            await waiting?.put(message, delay);
            world.backend = () => replied({ output: 'ham' });
            await world.deliver([{ messageId: 'm', body: JSON.stringify(message) }]);
          },
        },
      })),
    );
    expect((await world.send(ASYNC)).statusCode).toBe(202);
    expect(world.records.records()[0]).toMatchObject({ state: 'answered', output: { inline: 'ham' } });
  });

  test('is in progress, not accepted, when its record was cut meanwhile', async () => {
    const world: EndpointWorld = asleep(
      new EndpointWorld(() => ({ waiting: { put: async ({ inferenceId }) => world.records.cut(inferenceId) } })),
    );
    expect((await world.send(ASYNC)).statusCode).toBe(409);
    expect(world.records.records()[0]).toMatchObject({ state: 'cut' });
  });
});

test('a fleet that is awake answers at once, whatever is preferred', async () => {
  const world = new EndpointWorld();
  const answer = await world.send(ASYNC);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).not.toHaveProperty('Preference-Applied');
  expect(world.metrics()[0]).toMatchObject({ Deferred: 0, BackendAsleep: 0 });
});

test.each(['throttled', 'stopped', 'model-error', 'not-ready', 'connection-lost'] as const)(
  'what is %s is not waited for',
  async (failure) => {
    const world = new EndpointWorld();
    world.backend = () => refused(failure);
    expect((await world.send(ASYNC)).statusCode).toBe(503);
    expect(world.queue).toEqual([]);
  },
);

describe('an accepted request with an Idempotency-Key', () => {
  const REQUEST = { ...ASYNC, key: 'k1' };

  test('is accepted again, byte for byte, without another message', async () => {
    const world = asleep();
    const first = await world.send(REQUEST);
    const second = await world.send(REQUEST);
    expect(second.statusCode).toBe(202);
    expect(second.body).toBe(first.body);
    expect(second.headers).toMatchObject({ Location: first.headers.Location, 'Idempotency-Replayed': 'true' });
    expect(world.queue).toHaveLength(1);
    expect(world.asked).toHaveLength(1);
    expect(world.metrics()[1]).toMatchObject({ Deferred: 0, BackendAsleep: 0, replayed: true });
  });

  test('is given its answer once it has one', async () => {
    const world = asleep();
    await world.send(REQUEST);
    world.backend = () => replied({ output: 'ham' });
    await world.workNext();
    const answer = await world.send(REQUEST);
    expect([answer.statusCode, bodyOf(answer).output]).toEqual([200, 'ham']);
    expect(world.asked).toHaveLength(2);
  });

  test('is taken over once its waiting is over, and its earlier message is then nobody’s', async () => {
    const world = asleep();
    await world.send(REQUEST);
    const [message] = world.messages();
    world.clock.advance(WAIT_MS + ACCEPTED_MARGIN_MS);
    world.backend = () => replied({ output: 'fresh' });
    const answer = await world.send(REQUEST);
    expect([answer.statusCode, bodyOf(answer).inferenceId]).toEqual([200, message?.inferenceId]);
    world.backend = () => replied({ output: 'stale' });
    await world.work();
    expect(world.records.records()[0]).toMatchObject({ output: { inline: 'fresh' } });
    expect(world.asked).toHaveLength(2);
  });
});
