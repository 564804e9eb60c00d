import { describe, expect, test } from 'vitest';
import { readWaitingMessage, secondsToNextTry } from '../../lambdas/shared/prediction/waiting';
import { ACCEPTED_MARGIN_MS, WAITING_INLINE_BYTES } from '../../protocol/waiting';
import { ASYNC, EndpointWorld, refused, WAIT_MS } from '../predict/endpoint-world';
import { replied } from '../predict/world';

/** A world in which requests were accepted by a fleet that slept. */
async function accepted(...inputs: unknown[]): Promise<EndpointWorld> {
  const world = new EndpointWorld();
  world.backend = () => refused('asleep');
  for (const input of inputs) await world.send({ ...ASYNC, body: { input } });
  world.asked.length = 0;
  world.lines.length = 0;
  return world;
}

const awake = () => replied({ output: { label: 'spam' }, confidence: 0.9 });

describe('a waiting request', () => {
  test('is answered once the fleet is awake, with what the guard let the model see', async () => {
    const world = await accepted('card 4111 1111 1111 1111');
    world.backend = awake;
    expect(await world.workNext()).toEqual([]);
    expect(world.asked).toMatchObject([{ input: 'card 4111 1111 1111 1111' }]);
    expect(world.queue).toEqual([]);
    const [record] = world.records.records();
    expect(record).toMatchObject({
      state: 'answered',
      status: 200,
      input: { inline: 'card [CARD]' },
      output: { inline: { label: 'spam' } },
      label: 'spam',
      confidence: 0.9,
      attempts: 2,
      latencyMs: 20_000,
    });
    expect(record).not.toHaveProperty('openUntil');
    expect(world.metrics()[0]).toMatchObject({
      Deployment: 'spam-filter-pilot',
      DeferredAnswered: 1,
      DeferredFailed: 0,
      WaitTime: 20_000,
      BackendAsleep: 0,
      inferenceId: record?.inferenceId,
    });
  });

  test('is tried again and again until the fleet is awake, and each try is one that wakes it', async () => {
    const world = await accepted('hello');
    const started = world.clock.now();
    const tries: number[] = [];
    world.backend = (_request, nth) => {
      tries.push(Math.round((world.clock.now() - started) / 1000));
      return nth < 6 ? refused('asleep') : awake();
    };
    while (world.queue.length > 0) await world.workNext();
    expect(tries).toEqual([20, 60, 120, 180, 240, 300]);
    expect(world.records.records()[0]).toMatchObject({ state: 'answered', attempts: 7 });
    expect(world.metrics().map(({ BackendAsleep }) => BackendAsleep)).toEqual([1, 1, 1, 1, 1, 0]);
  });

  test('that waits in vain ends when it was said that it would', async () => {
    const world = await accepted('hello');
    const started = world.clock.now();
    let ended = started;
    while (world.queue.length > 0) {
      await world.workNext();
      ended = world.clock.now();
    }
    expect(ended - started).toBe(WAIT_MS);
    expect(world.records.records()[0]).toMatchObject({ state: 'failed', status: 504, problem: 'wait-expired' });
    expect(world.metrics().at(-1)).toMatchObject({ DeferredFailed: 1, DeferredAnswered: 0, WaitTime: WAIT_MS });
  });

  test('names the version that answered it, not the one that was live when it was asked', async () => {
    const world = await accepted('a', 'b');
    world.backend = awake;
    world.live = 'v-later';
    await world.workNext();
    expect(world.records.records()).toMatchObject([{ modelVersion: 'v-later' }, { modelVersion: 'v-later' }]);
  });

  test('keeps the version that it was asked of while nobody can say which is live', async () => {
    const world = await accepted('a');
    const [before] = world.records.records();
    world.backend = awake;
    world.live = undefined;
    await world.workNext();
    expect(world.records.records()[0]?.modelVersion).toBe(before?.modelVersion);
  });

  test('whose input lies in an object is answered, and the object goes', async () => {
    const input = ['x'.repeat(WAITING_INLINE_BYTES)];
    const world = await accepted(input);
    const waiting = () => [...world.objects.keys()].filter((key) => key.startsWith('payloads/waiting/'));
    expect(waiting()).toHaveLength(1);
    world.backend = awake;
    await world.workNext();
    expect(world.asked).toMatchObject([{ input }]);
    expect(waiting()).toEqual([]);
    expect(world.records.records()[0]).toMatchObject({ state: 'answered' });
  });

  test.each([
    [
      'blocks',
      () => replied({ output: 'forbidden fruit' }),
      { state: 'blocked', problem: 'reply-blocked', status: 422 },
    ],
    [
      'masks',
      () => replied({ output: 'ask ann@example.com' }),
      { state: 'answered', outputExact: false, output: { inline: 'ask [EMAIL]' } },
    ],
  ] as const)('has its reply looked at by the guard, which %s', async (_what, backend, expected) => {
    const world = await accepted('hello');
    world.backend = backend;
    await world.workNext();
    expect(world.records.records()[0]).toMatchObject(expected);
    expect([...world.records.items.values()].join()).not.toMatch(/fruit|ann@/);
  });

  test.each([
    ['stopped', () => refused('stopped'), 'backend-stopped'],
    ['model-error', () => refused('model-error'), 'model-failed'],
    ['invalid input', () => replied({ error: { kind: 'invalid-input', message: '' } }), 'invalid-input'],
    ['nonsense', () => ({ kind: 'replied', text: 'no' }) as const, 'backend-failed'],
    ['silence', () => new Promise<never>(() => {}), 'deadline-exceeded'],
  ] as const)('fails at once with %s, which no waiting mends', async (_name, backend, problem) => {
    const world = await accepted('hello');
    world.backend = backend;
    expect(await world.workNext()).toEqual([]);
    expect(world.records.records()[0]).toMatchObject({ state: 'failed', problem });
    expect(world.queue).toEqual([]);
  });

  test.each(['throttled', 'not-ready', 'connection-lost'] as const)(
    'waits on when the fleet is %s',
    async (failure) => {
      const world = await accepted('hello');
      world.backend = () => refused(failure);
      await world.workNext();
      expect(world.records.records()[0]).toMatchObject({ state: 'accepted' });
      expect(world.messages()).toMatchObject([{ asks: 1 }]);
    },
  );

  test('keeps what the guard found in the request, and adds what it finds in the reply', async () => {
    const world = await accepted('win the lottery, ann@example.com');
    world.backend = () => replied({ output: 'forbidden fruit' });
    await world.workNext();
    const rules = world.records.records()[0]?.findings.map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['watched-terms', 'personal-data', 'reply-terms']));
    const counted = world.metrics().filter(({ GuardRule }) => GuardRule !== undefined);
    expect(counted.map(({ GuardRule }) => GuardRule)).toEqual(['reply-terms']);
    expect(world.metrics()[0]).toMatchObject({ GuardInterventions: 1, GuardBlocked: 1 });
  });

  test.each([
    ['once', 'accepted'],
    [undefined, 'failed'],
  ] as const)('whose asking failed in a way that may be repeated %s is then %s', async (repeat, state) => {
    const world = await accepted('hello');
    world.backend = () => ({ kind: 'failed', error: new Error('service'), repeat });
    await world.workNext();
    expect(world.records.records()).toMatchObject([{ state }]);
    expect(world.queue).toHaveLength(state === 'accepted' ? 1 : 0);
    expect(world.metrics()[0]).toMatchObject({ BackendFailures: 1 });
  });

  test('leaves nothing of its input or its answer in logs and metrics', async () => {
    const world = await accepted('some private words');
    world.backend = () => replied({ output: { label: 'topsecretlabel' } });
    await world.workNext();
    expect(world.lines.join() + JSON.stringify(world.logged)).not.toMatch(/private|topsecret/);
  });
});

describe('a batch', () => {
  test('asks a fleet that sleeps once, not once a message', async () => {
    const world = await accepted('a', 'b', 'c');
    world.clock.advance(20_000);
    expect(await world.work()).toEqual([]);
    expect(world.asked).toHaveLength(1);
    expect(world.messages().map(({ asks, rounds }) => [asks, rounds])).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
    ]);
    for (const { visibleAt } of world.queue) expect(visibleAt).toBeGreaterThan(world.clock.now());
  });

  test('answers all once the fleet is awake', async () => {
    const world = await accepted('a', 'b', 'c');
    world.clock.advance(20_000);
    world.backend = awake;
    await world.work();
    expect(world.records.records().map(({ state }) => state)).toEqual(['answered', 'answered', 'answered']);
  });

  test('has only what failed delivered again', async () => {
    const world = await accepted('a', 'b', 'c');
    world.clock.advance(20_000);
    world.backend = awake;
    const [, second] = world.records.records();
    world.workerChanges = ({ records }) => ({
      records: Object.assign(Object.create(records), {
        find: (id: string) => (id === second?.inferenceId ? Promise.reject(new Error('table')) : records.find(id)),
      }),
    });
    expect(await world.work()).toEqual(['m-2']);
    expect(world.records.records().map(({ state }) => state)).toEqual(['answered', 'accepted', 'answered']);
    world.workerChanges = () => ({});
    expect(await world.work()).toEqual([]);
    expect(world.records.records().map(({ state }) => state)).toEqual(['answered', 'answered', 'answered']);
  });

  test('of nothing is nothing', async () => {
    expect(await new EndpointWorld().deliver([])).toEqual([]);
  });
});

describe('a message', () => {
  test('of a run whose record was taken over, and waits again, is dropped', async () => {
    const world = new EndpointWorld();
    world.backend = () => refused('asleep');
    const request = { ...ASYNC, key: 'k1' };
    await world.send(request);
    const [early] = world.queue.splice(0);
    world.clock.advance(WAIT_MS + ACCEPTED_MARGIN_MS);
    await world.send(request);
    world.backend = awake;
    const asked = world.asked.length;
    expect(await world.deliver([{ messageId: 'early', body: early?.body ?? '' }])).toEqual([]);
    expect(world.asked).toHaveLength(asked);
    expect(world.records.records()).toMatchObject([{ state: 'accepted' }]);
    await world.workNext();
    expect(world.records.records()).toMatchObject([{ state: 'answered' }]);
  });

  test('that is none is dropped, and somebody is told', async () => {
    const world = new EndpointWorld();
    for (const body of ['', 'no', 'null', '[]', '{"inferenceId":"x"}']) {
      expect(await world.deliver([{ messageId: 'm', body }])).toEqual([]);
    }
    expect(world.metrics()).toMatchObject(Array.from({ length: 5 }, () => ({ DeferredLost: 1 })));
    expect(world.asked).toEqual([]);
  });

  test('is read back as it was sent', async () => {
    const world = await accepted({ a: [1, null] });
    expect(readWaitingMessage(world.queue[0]?.body ?? '')).toEqual(world.messages()[0]);
  });
});

test.each([
  [0, 0, 40],
  [1, 0, 60],
  [2, 0, 60],
  [9, 0, 60],
  [9, WAIT_MS - 5_500, 6],
  [9, WAIT_MS, 0],
  [9, WAIT_MS + 1_000, 0],
])('put off %i times, %i ms into the waiting, the next comes in %i s', (asks, now, seconds) => {
  expect(secondsToNextTry(asks, now, WAIT_MS)).toBe(seconds);
});
