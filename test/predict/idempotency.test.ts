import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasExpired } from '../../lambdas/shared/prediction/idempotency';
import type { Ports } from '../../lambdas/shared/prediction/ports';
import { OPEN_MARGIN_MS } from '../../protocol/prediction';
import { bodyOf, pointers, replied, World } from './world';

const DAY_MS = 86_400_000;
const failing = () => ({ kind: 'failed', error: new Error('boom') }) as const;

/** The same table, clock and backend, seen by another handler. */
function another(world: World, changes: (ports: Ports) => Partial<Ports> = () => ({})): World {
  return new World(() => ({ ...world.ports, ...changes(world.ports) }));
}

describe('a repeated Idempotency-Key', () => {
  test('gives the same status and body, and calls the model once', async () => {
    const world = new World();
    const first = await world.send({ key: 'k1' });
    const second = await world.send({ key: 'k1' });
    expect(second.statusCode).toBe(200);
    expect(second.body).toBe(first.body);
    expect(first.headers).not.toHaveProperty('Idempotency-Replayed');
    expect(second.headers['Idempotency-Replayed']).toBe('true');
    expect(second.headers['Slipway-Inference-Id']).toBe(first.headers['Slipway-Inference-Id']);
    expect(world.asked).toHaveLength(1);
    expect(world.metrics()[1]).toMatchObject({ Predictions: 1, replayed: true });
    expect(world.metrics()[1]).not.toHaveProperty('Latency');
  });

  test.each([
    ['a blocked request', 'of Project Nightingale', undefined],
    ['a blocked reply', 'hello', () => replied({ output: 'forbidden fruit' })],
    ['a large answer', 'hello', () => replied({ output: { text: 'y'.repeat(50_000), n: 1e-7 } })],
    [
      'an answer of odd members',
      'hello',
      () => ({ kind: 'replied', text: '{"output":{"__proto__":1,"":[],"2":0,"1":-0.0}}' }) as const,
    ],
  ])('replays %s', async (_name, input, backend) => {
    const world = new World();
    if (backend !== undefined) world.backend = backend;
    const first = await world.send({ key: 'k1', body: { input } });
    const asked = world.asked.length;
    const second = await world.send({ key: 'k1', body: { input } });
    expect([second.statusCode, second.body]).toEqual([first.statusCode, first.body]);
    expect(second.headers['Idempotency-Replayed']).toBe('true');
    expect(world.asked).toHaveLength(asked);
  });

  test('says so when what was kept is masked further than what was answered', async () => {
    const world = new World();
    world.backend = () => replied({ output: 'mail ann@example.com' });
    const first = await world.send({ key: 'k1' });
    const second = await world.send({ key: 'k1' });
    expect(bodyOf(first).output).toBe('mail ann@example.com');
    expect(bodyOf(second).output).toBe('mail [EMAIL]');
    expect(second.headers['Slipway-Output-Exact']).toBe('false');
    expect(first.headers).not.toHaveProperty('Slipway-Output-Exact');
  });

  test('is replayed although nothing is live, or the rules now block', async () => {
    const world = new World();
    const first = await world.send({ key: 'k1', body: { input: 'win the lottery' } });
    world.pointers = pointers({ desiredState: 'stopped' });
    world.clock.advance(6_000);
    expect((await world.send({ key: 'k1', body: { input: 'win the lottery' } })).body).toBe(first.body);
    const stricter = another(world, ({ guard }) => ({
      guard: {
        ...guard,
        request: (input) => ({ ...guard.request(input), verdict: 'blocked', problem: 'invalidInput' }),
      },
    }));
    world.pointers = pointers();
    expect((await stricter.send({ key: 'k1', body: { input: 'win the lottery' } })).body).toBe(first.body);
  });

  test('with another body is 422', async () => {
    const world = new World();
    await world.send({ key: 'k1' });
    const answer = await world.send({ key: 'k1', body: { input: 'other' } });
    expect(bodyOf(answer)).toMatchObject({ status: 422, type: 'urn:slipway:problem:idempotency-key-reused' });
    expect(world.asked).toHaveLength(1);
  });

  test('of another caller is another key', async () => {
    const world = new World();
    await world.send({ key: 'k1' });
    const answer = await world.send({ key: 'k1', caller: 'AROABOB:session', body: { input: 'other' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty('Idempotency-Replayed');
    expect(world.records.records()).toHaveLength(2);
  });

  test('while the first is at it is 409 and says when to come back', async () => {
    const world = new World();
    world.backend = () => new Promise<never>(() => {});
    const first = world.start({ key: 'k1' });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    const second = await world.start({ key: 'k1' });
    expect(bodyOf(second)).toMatchObject({ status: 409, type: 'urn:slipway:problem:in-progress' });
    expect(second.headers['Retry-After']).toBe(String((2_000 + OPEN_MARGIN_MS) / 1000));
    await world.clock.run(first);
    expect(world.asked).toHaveLength(1);
  });

  test('after a failure asks the model again under the same inference id', async () => {
    const world = new World();
    world.backend = (_request, nth) => (nth === 1 ? failing() : replied({ output: 'ham' }));
    const first = await world.send({ key: 'k1' });
    world.clock.advance(DAY_MS);
    const second = await world.send({ key: 'k1' });
    expect([first.statusCode, second.statusCode]).toEqual([503, 200]);
    expect(bodyOf(second).inferenceId).toBe(bodyOf(first).inferenceId);
    expect(world.asked.map(({ inferenceId }) => inferenceId)).toEqual(Array(2).fill(bodyOf(first).inferenceId));
    const records = world.records.records();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ state: 'answered', attempts: 2, at: '2026-11-22T12:00:00.000Z', status: 200 });
    expect(records[0]).not.toHaveProperty('problem');
  });

  test('past its expiry is a new request, though TTL has not deleted it', async () => {
    const world = new World();
    const first = await world.send({ key: 'k1' });
    world.clock.advance(30 * DAY_MS - 1);
    expect((await world.send({ key: 'k1' })).body).toBe(first.body);
    world.clock.advance(1);
    const later = await world.send({ key: 'k1', body: { input: 'another body' } });
    expect(later.statusCode).toBe(200);
    expect(bodyOf(later).inferenceId).not.toBe(bodyOf(first).inferenceId);
    expect(world.records.claims()).toHaveLength(1);
  });

  test('whose record was erased is answered anew', async () => {
    const world = new World();
    const first = await world.send({ key: 'k1' });
    world.records.items.delete(`P#${bodyOf(first).inferenceId}`);
    const second = await world.send({ key: 'k1' });
    expect(second.statusCode).toBe(200);
    expect(bodyOf(second).inferenceId).not.toBe(bodyOf(first).inferenceId);
    expect((await world.send({ key: 'k1' })).body).toBe(second.body);
  });
});

test.each([
  [999, 1_000, true],
  [1_000, 1_000, true],
  [1_001, 1_000, false],
])('what expires at second %i is expired at second %i: %s', (expiresAt, second, expected) => {
  expect(hasExpired({ expiresAt }, second * 1000 + 999)).toBe(expected);
});

test('a run that was cut and taken over does not answer with its own output', async () => {
  const world = new World();
  let release = () => {};
  world.backend = (_request, nth) =>
    nth > 1
      ? replied({ output: 'second' })
      : new Promise((resolve) => {
          release = () => resolve(replied({ output: 'first' }));
        });
  // The first handler's clock stands still: it was frozen, and believes to be in time.
  const frozen = another(world, ({ clock }) => ({
    clock: { now: () => START, monotonicMs: () => 0, alarm: (ms) => clock.alarm(ms + DAY_MS) },
  }));
  const START = world.clock.now();
  const first = frozen.start({ key: 'k1' });
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  world.clock.advance(2_000 + OPEN_MARGIN_MS);
  const second = await world.send({ key: 'k1' });
  expect(bodyOf(second).output).toBe('second');
  release();
  const late = await first;
  expect(late.statusCode).toBe(409);
  expect(late.body).not.toContain('first');
  expect(world.records.records()).toHaveLength(1);
  expect(world.records.records()[0]).toMatchObject({ state: 'answered', output: { inline: 'second' }, attempts: 2 });
});

test('a record that cannot be closed stays open, and the repeat after its time is answered', async () => {
  const world = new World();
  const broken = another(world, ({ records }) => ({
    records: Object.assign(Object.create(records), { replace: () => Promise.reject(new Error('down')) }),
  }));
  expect((await broken.send({ key: 'k1' })).statusCode).toBe(503);
  expect(world.records.records()[0]).toMatchObject({ state: 'running' });
  expect((await world.send({ key: 'k1' })).statusCode).toBe(409);
  world.clock.advance(2_000 + OPEN_MARGIN_MS);
  expect((await world.send({ key: 'k1' })).statusCode).toBe(200);
});

test('a table that refuses the claim is 503, and the model is not asked', async () => {
  const world = new World(({ records }) => ({
    records: Object.assign(Object.create(records), { open: () => Promise.reject(new Error('down')) }),
  }));
  const answer = await world.send({ key: 'k1' });
  expect(bodyOf(answer)).toMatchObject({ type: 'urn:slipway:problem:record-failed' });
  expect(world.asked).toEqual([]);
});

describe('requests with the same key at once', () => {
  /** Every call to the table and the backend happens when the scheduler says so. */
  function scheduled(world: World, s: fc.Scheduler): World {
    return another(world, ({ records, backend }) => ({
      records: {
        find: s.scheduleFunction((id: string) => records.find(id)),
        findClaim: s.scheduleFunction((id: string) => records.findClaim(id)),
        write: s.scheduleFunction((record) => records.write(record)),
        open: s.scheduleFunction((opening) => records.open(opening)),
        replace: s.scheduleFunction((record, seen) => records.replace(record, seen)),
      },
      backend: { invoke: s.scheduleFunction((request, signal) => backend.invoke(request, signal)) },
    }));
  }

  test.each(['fresh', 'failed', 'killed', 'erased'])(
    'call the model once, in whatever order, when the key is %s',
    async (before) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), async (s) => {
          const world = new World();
          if (before === 'failed') {
            world.backend = failing;
            await world.send({ key: 'k1' });
          } else if (before !== 'fresh') {
            const first = await world.send({ key: 'k1' });
            const id = `P#${bodyOf(first).inferenceId}`;
            const item = JSON.parse(world.records.items.get(id) ?? '{}');
            world.records.items.set(id, JSON.stringify({ ...item, state: 'running', openUntil: world.clock.now() }));
            if (before === 'erased') world.records.items.delete(id);
          }
          world.backend = () => replied({ output: 'ham' });
          world.asked.length = 0;
          const handlers = [scheduled(world, s), scheduled(world, s), scheduled(world, s)];
          const answers = await s.waitFor(Promise.all(handlers.map((handler) => handler.start({ key: 'k1' }))));
          const done = answers.filter(({ statusCode }) => statusCode === 200);
          expect(done.length).toBeGreaterThan(0);
          expect(answers.filter(({ statusCode }) => statusCode !== 200 && statusCode !== 409)).toEqual([]);
          expect(new Set(done.map(({ body }) => body)).size).toBe(1);
          expect(world.asked).toHaveLength(1);
          const answered = world.records.records().filter(({ state }) => state === 'answered');
          expect(answered).toHaveLength(1);
          expect((await world.send({ key: 'k1' })).body).toBe(done[0]?.body);
        }),
        { numRuns: 150 },
      );
    },
  );
});
