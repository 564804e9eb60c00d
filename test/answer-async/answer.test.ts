import { describe, expect, test } from 'vitest';
import { MAX_REPLY_BYTES } from '../../lambdas/shared/prediction/reply';
import { ACCEPTED_MARGIN_MS } from '../../protocol/waiting';
import { refused } from '../predict/endpoint-world';
import { bodyOf } from '../predict/world';
import { AsyncWorld, failed, INPUTS, KEYED, notification, RESULTS, WAIT_MS } from './world';

const SERVER_ERROR =
  'ClientError: Received server error (500) from model with message "my secret". See the logs of the endpoint.';

async function accepted(world = new AsyncWorld()): Promise<{ world: AsyncWorld; input: string }> {
  await world.send({ body: { input: 'card 4111 1111 1111 1111' } });
  const [input = ''] = world.given;
  return { world, input };
}

describe('a request to an asynchronous endpoint', () => {
  test('is accepted, its record waits for the answer, and its input lies where the endpoint reads', async () => {
    const world = new AsyncWorld();
    const at = world.clock.now();
    const answer = await world.send({ body: { input: 'card 4111 1111 1111 1111' } });
    const [record] = world.records.records();
    expect(answer.statusCode).toBe(202);
    expect(answer.headers.Location).toBe(`/predictions/${record?.inferenceId}`);
    expect(answer.headers).not.toHaveProperty('Preference-Applied');
    expect(record).toMatchObject({
      state: 'accepted',
      input: { inline: 'card [CARD]' },
      openUntil: at + WAIT_MS + ACCEPTED_MARGIN_MS,
    });
    const key = `${INPUTS.key}${record?.inferenceId}/${record?.lease}.json`;
    expect(world.objects.get(`${INPUTS.bucket}/${key}`)).toBe('"card 4111 1111 1111 1111"');
    expect(world.metrics()[0]).toMatchObject({ Deferred: 1, BackendFailures: 0, status: 202 });
    expect([...world.records.items.values(), ...world.lines].join()).not.toContain('4111');
  });

  test('has its preference acknowledged', async () => {
    const answer = await new AsyncWorld().send({ prefer: 'respond-async' });
    expect(answer.headers['Preference-Applied']).toBe('respond-async');
  });

  test.each([
    ['refuses', () => refused('stopped'), 503, 'backend-stopped'],
    ['fails', () => ({ kind: 'failed', error: new Error('S3') }) as const, 503, 'backend-failed'],
    ['is silent', () => new Promise<never>(() => {}), 504, 'deadline-exceeded'],
  ])('that %s fails, and the record says so', async (_name, begin, status, problem) => {
    const world = new AsyncWorld();
    world.begin = begin;
    const answer = await world.send();
    expect(bodyOf(answer)).toMatchObject({ status, type: `urn:slipway:problem:${problem}` });
    expect(world.records.records()).toMatchObject([{ state: 'failed', problem }]);
  });

  test('that the guard blocks is not given to the endpoint', async () => {
    const world = new AsyncWorld();
    expect((await world.send({ body: { input: 'project nightingale' } })).statusCode).toBe(422);
    expect(world.given).toEqual([]);
  });

  test('is not given to the endpoint before its record is there', async () => {
    const states: (string | undefined)[] = [];
    for (const key of [undefined, 'k1']) {
      const world = new AsyncWorld();
      world.begin = () => {
        states.push(world.records.records()[0]?.state);
        return { kind: 'accepted' };
      };
      await world.send({ key });
    }
    expect(states).toEqual(['running', 'running']);
  });
});

describe('a result', () => {
  test('closes its record through the guard, and takes input and result away', async () => {
    const { world, input } = await accepted();
    world.clock.advance(5_000);
    const text = world.completed(input, { output: { label: 'spam' }, confidence: 0.7 });
    expect(await world.tell(text)).toBe('closed');
    expect(world.records.records()).toMatchObject([
      {
        state: 'answered',
        status: 200,
        output: { inline: { label: 'spam' } },
        confidence: 0.7,
        attempts: 1,
        latencyMs: 5_000,
      },
    ]);
    expect(world.objects.size).toBe(0);
    expect(world.metrics()[1]).toMatchObject({ DeferredAnswered: 1, WaitTime: 5_000, state: 'answered' });
    expect(world.metrics()[1]).not.toHaveProperty('ModelTime');
  });

  test('that is any JSON is the output as a whole', async () => {
    const { world, input } = await accepted();
    await world.tell(world.completed(input, '[{"generated_text":"mail ann@example.com"}]'));
    expect(world.records.records()[0]).toMatchObject({ output: { inline: [{ generated_text: 'mail [EMAIL]' }] } });
  });

  test.each([
    ['is blocked by the guard', '{"output":"forbidden fruit"}', { state: 'blocked', problem: 'reply-blocked' }],
    ['is no JSON', 'spam', { state: 'failed', problem: 'backend-failed' }],
    ['is too large', `"${'x'.repeat(MAX_REPLY_BYTES)}"`, { state: 'failed', problem: 'backend-failed' }],
    [
      'says that the input is wrong',
      '{"error":{"kind":"invalid-input"}}',
      { state: 'failed', problem: 'invalid-input' },
    ],
  ])('that %s ends the request without an answer', async (_name, reply, expected) => {
    const { world, input } = await accepted();
    expect(await world.tell(world.completed(input, reply))).toBe('closed');
    expect(world.records.records()).toMatchObject([{ ...expected, output: null }]);
    expect(world.objects.size).toBe(0);
  });

  test('that comes before the request was accepted closes it, and the caller is told 202 all the same', async () => {
    for (const key of [undefined, 'k1']) {
      const world = new AsyncWorld();
      world.begin = async () => {
        await world.tell(world.completed(world.given[0] ?? '', { output: 'fast' }));
        return { kind: 'accepted' };
      };
      expect((await world.send({ key })).statusCode).toBe(202);
      expect(world.records.records()).toMatchObject([{ state: 'answered', output: { inline: 'fast' }, attempts: 1 }]);
    }
  });

  test('told twice, or of another kind the second time, changes nothing', async () => {
    const { world, input } = await accepted();
    const text = world.completed(input, { output: 'ham' });
    await world.tell(text);
    const before = [...world.records.items.values()];
    expect(await world.tell(text)).toBe('dropped');
    expect(await world.tell(failed(input, SERVER_ERROR))).toBe('dropped');
    expect([...world.records.items.values()]).toEqual(before);
    expect(world.metrics().filter(({ DeferredAnswered }) => DeferredAnswered === 1)).toHaveLength(1);
  });

  test('told twice at once closes its record once', async () => {
    const { world, input } = await accepted();
    const text = world.completed(input, { output: 'ham' });
    const outcomes = await Promise.allSettled([world.tell(text), world.tell(text)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(world.metrics().filter(({ DeferredAnswered }) => DeferredAnswered === 1)).toHaveLength(1);
    expect(world.records.records()[0]).toMatchObject({ state: 'answered' });
  });

  test('whose record was cut is thrown away, with its objects', async () => {
    const { world, input } = await accepted();
    world.records.cut(world.records.records()[0]?.inferenceId ?? '');
    expect(await world.tell(world.completed(input, { output: 'late' }))).toBe('dropped');
    expect(world.records.records()[0]).toMatchObject({ state: 'cut' });
    expect(world.objects.size).toBe(0);
  });

  test('of a run whose record was taken over is not that of the run that holds it', async () => {
    const world = new AsyncWorld();
    await world.send(KEYED);
    world.clock.advance(WAIT_MS + ACCEPTED_MARGIN_MS);
    await world.send(KEYED);
    const [first = '', second = ''] = world.given;
    expect(first.split('/').slice(0, -1)).toEqual(second.split('/').slice(0, -1));
    expect(await world.tell(world.completed(first, { output: 'stale' }, 'r1'))).toBe('dropped');
    expect(await world.tell(world.completed(second, { output: 'fresh' }, 'r2'))).toBe('closed');
    expect(world.records.records()[0]).toMatchObject({ state: 'answered', output: { inline: 'fresh' }, attempts: 2 });
  });

  test.each(['find', 'replace'] as const)('is told again when the table fails to %s', async (method) => {
    const { world, input } = await accepted();
    const text = world.completed(input, { output: 'ham' });
    world.changes = ({ records }) => ({
      records: Object.assign(Object.create(records), { [method]: () => Promise.reject(new Error('table')) }),
    });
    await expect(world.tell(text)).rejects.toThrow('table');
    world.changes = () => ({});
    expect(await world.tell(text)).toBe('closed');
    expect(world.records.records()[0]).toMatchObject({ state: 'answered' });
  });

  test('is not told again because an object cannot be taken away', async () => {
    const { world, input } = await accepted();
    const text = world.completed(input, { output: 'ham' });
    world.changes = ({ payloads }) => ({
      payloads: { ...payloads, remove: () => Promise.reject(new Error('denied')) },
    });
    expect(await world.tell(text)).toBe('closed');
    expect(world.logged.map(({ event }) => event)).toContain('objects-not-removed');
  });
});

describe('a failure', () => {
  test.each([
    [SERVER_ERROR, 'model-failed', 503, 1],
    ['The request expired before it could be processed', 'wait-expired', 504, 0],
  ])('%s closes its record as failed', async (reason, problem, status, modelErrors) => {
    const { world, input } = await accepted();
    expect(await world.tell(failed(input, reason))).toBe('closed');
    expect(world.records.records()).toMatchObject([{ state: 'failed', problem, status, output: null }]);
    expect(world.objects.size).toBe(0);
    expect(world.metrics()[1]).toMatchObject({ DeferredFailed: 1, ModelErrors: modelErrors });
    expect(world.lines.join() + JSON.stringify(world.logged)).not.toContain('secret');
  });
});

describe('a notification', () => {
  const id = '00000000-0000-4000-8000-000000000099';
  const somewhere = `${INPUTS.key}${id}/lease-1.json`;
  const completed = (outputLocation: unknown, inputKey = somewhere) =>
    notification(inputKey, { invocationStatus: 'Completed', responseParameters: { outputLocation } });

  test.each([
    ['no JSON', 'no'],
    ['null', 'null'],
    ['empty', '{}'],
    ['about an input elsewhere', completed(`s3://${RESULTS.bucket}/${RESULTS.key}a`, `other/${id}/lease-1.json`)],
    ['about an input of no record', completed(`s3://${RESULTS.bucket}/${RESULTS.key}a`, `${INPUTS.key}a/b/c.json`)],
    ['with a result in another bucket', completed(`s3://theirs/${RESULTS.key}a`)],
    ['with a result outside of its prefix', completed(`s3://${RESULTS.bucket}/predictions/a`)],
    ['without a result', completed(undefined)],
    ['of a status that nobody knows', notification(somewhere, { invocationStatus: 'Paused' })],
  ])('that is %s is dropped, and somebody is told', async (_name, text) => {
    const world = new AsyncWorld();
    expect(await world.tell(text)).toBe('dropped');
    expect(world.metrics()).toMatchObject([{ DeferredLost: 1 }]);
    expect(world.logged).toMatchObject([{ level: 'ERROR', event: 'notification-unknown' }]);
  });

  test('about a request that nobody knows is logged and dropped', async () => {
    const world = new AsyncWorld();
    expect(await world.tell(completed(`s3://${RESULTS.bucket}/${RESULTS.key}a`))).toBe('dropped');
    expect(world.logged).toMatchObject([{ level: 'WARN', event: 'not-awaited', fields: { inferenceId: id } }]);
  });
});
