import { describe, expect, test } from 'vitest';
import { bodyOf, pointers, replied, VERSION, World } from './world';

describe('a prediction', () => {
  test('is answered with output, confidence, version and inference id, and recorded once', async () => {
    const world = new World();
    const answer = await world.send();
    expect(answer.statusCode).toBe(200);
    const [record] = world.records.records();
    expect(bodyOf(answer)).toEqual({
      inferenceId: record?.inferenceId,
      output: { label: 'spam' },
      confidence: 0.93,
      modelVersion: VERSION.version,
    });
    expect(answer.headers['Slipway-Inference-Id']).toBe(record?.inferenceId);
    expect(world.records.items.size).toBe(1);
    expect(record).toMatchObject({
      id: `P#${record?.inferenceId}`,
      actor: 'iam:000000000000:AROAALICE',
      state: 'answered',
      status: 200,
      at: '2026-11-22T12:00:00.000Z',
      modelVersion: VERSION.version,
      input: { inline: 'hello' },
      inputExact: true,
      output: { inline: { label: 'spam' } },
      label: 'spam',
      confidence: 0.93,
      attempts: 1,
      expiresAt: Date.UTC(2026, 11, 22, 12) / 1000,
    });
    expect(record).not.toHaveProperty('openUntil');
  });

  test('is recorded before the answer leaves', async () => {
    const order: string[] = [];
    const world = new World(({ records }) => ({
      records: Object.assign(Object.create(records), {
        write: async () => {
          order.push('write started');
          await new Promise(setImmediate);
          order.push('write done');
        },
      }),
    }));
    await world.send().then(() => order.push('answered'));
    expect(order).toEqual(['write started', 'write done', 'answered']);
  });

  test('gives no output when its record cannot be written', async () => {
    const world = new World(({ records }) => ({
      records: Object.assign(Object.create(records), { write: () => Promise.reject(new Error('table is gone')) }),
    }));
    const answer = await world.send();
    expect(answer.statusCode).toBe(503);
    expect(bodyOf(answer)).toMatchObject({ type: 'urn:slipway:problem:record-failed' });
    expect(answer.body).not.toContain('spam');
    expect(world.metrics()[0]).toMatchObject({ RecordFailures: 1 });
  });

  test('shows the model and the record masked input', async () => {
    const world = new World();
    await world.send({ body: { input: 'write to ann@example.com, card 4111 1111 1111 1111' } });
    expect(JSON.stringify(world.asked[0]?.input)).toBe('"write to [EMAIL], card 4111 1111 1111 1111"');
    const [record] = world.records.records();
    expect(record?.input).toEqual({ inline: 'write to [EMAIL], card [CARD]' });
    expect(record?.inputExact).toBe(false);
    expect([...world.records.items.values()].join()).not.toContain('ann@example.com');
  });

  test('that a rule blocks is recorded, and the model is not asked', async () => {
    const world = new World();
    const answer = await world.send({ body: { input: 'tell me of Project  Nightingale' } });
    expect(answer.statusCode).toBe(422);
    const [record] = world.records.records();
    expect(bodyOf(answer)).toMatchObject({ rule: 'blocked-terms', inferenceId: record?.inferenceId });
    expect(record).toMatchObject({
      state: 'blocked',
      status: 422,
      problem: 'blocked',
      rule: 'blocked-terms',
      attempts: 0,
    });
    expect(world.asked).toEqual([]);
  });

  test('whose reply a rule blocks keeps and gives no output', async () => {
    const world = new World();
    world.backend = () => replied({ output: 'have some forbidden fruit' });
    const answer = await world.send();
    expect(answer.statusCode).toBe(422);
    expect(bodyOf(answer)).toMatchObject({ type: 'urn:slipway:problem:reply-blocked', rule: 'reply-terms' });
    expect(world.records.records()[0]).toMatchObject({ state: 'blocked', output: null, attempts: 1 });
    expect(answer.body + [...world.records.items.values()].join()).not.toContain('fruit');
  });

  test('fails closed and is recorded without input when the guard throws', async () => {
    const world = new World(() => ({
      guard: {
        request: () => {
          throw new Error('broken');
        },
        reply: () => {
          throw new Error('broken');
        },
      },
    }));
    const answer = await world.send();
    expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:guard-failed' });
    expect(world.records.records()[0]).toMatchObject({ state: 'failed', problem: 'guard-failed', input: null });
    expect(world.asked).toEqual([]);
    expect(world.metrics()[0]).toMatchObject({ GuardFailures: 1 });
  });

  test('keeps large payloads in S3, by day and inference id', async () => {
    const world = new World();
    const input = 'x'.repeat(40_000);
    const output = { text: 'y'.repeat(40_000) };
    world.backend = () => replied({ output });
    const answer = await world.send({ body: { input } });
    const [record] = world.records.records();
    const folder = `predictions/2026/11/22/${record?.inferenceId}`;
    expect(record?.input).toEqual({ bucket: 'payloads', key: `${folder}/input.json` });
    expect(record?.output).toEqual({ bucket: 'payloads', key: `${folder}/output.json` });
    expect(world.objects.get(`payloads/${folder}/input.json`)).toBe(JSON.stringify(input));
    expect(world.objects.get(`payloads/${folder}/output.json`)).toBe(JSON.stringify(output));
    expect(bodyOf(answer).output).toEqual(output);
  });

  test('gives no answer when a payload cannot be kept, and the record says so', async () => {
    const world = new World(() => ({
      payloads: { put: () => Promise.reject(new Error('no')), get: () => Promise.reject(new Error('no')) },
    }));
    world.backend = () => replied({ output: 'y'.repeat(40_000) });
    const answer = await world.send();
    expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:record-failed' });
    expect(world.records.records()[0]).toMatchObject({ state: 'failed', problem: 'record-failed', output: null });
  });

  test('stores a subject only as its keyed hash', async () => {
    const world = new World();
    await world.send({ body: { input: 'hello', subject: 'Ann' } });
    expect(world.records.records()[0]?.subject).toBe('hmac-416e6e');
    expect([...world.records.items.values()].join()).not.toContain('Ann');
  });

  test('is refused when the key of subjects cannot be read', async () => {
    const world = new World(() => ({ subjects: { hmac: () => Promise.reject(new Error('denied')) } }));
    const answer = await world.send({ body: { input: 'hello', subject: 'Ann' } });
    expect(answer.statusCode).toBe(503);
    expect(world.asked).toEqual([]);
  });

  test.each([
    ['no pointers', undefined],
    ['nothing live', pointers({ routing: { live: null, canary: null, shadow: null } })],
    ['stopped', pointers({ desiredState: 'stopped' })],
    ['a live version that is not there', pointers({ routing: { live: 'v-gone', canary: null, shadow: null } })],
  ])('answers 503 with %s', async (_name, standing) => {
    const world = new World();
    world.pointers = standing;
    for (const parts of [{}, { resource: '/health', method: 'GET', text: null }]) {
      const answer = await world.send(parts);
      expect(bodyOf(answer)).toMatchObject({ status: 503, type: 'urn:slipway:problem:no-model-version-live' });
    }
    expect(world.records.items.size).toBe(0);
  });

  test.each([
    [
      'fails',
      () => ({ kind: 'failed', error: new Error('boom') }) as const,
      503,
      'backend-failed',
      { BackendFailures: 1, BackendTimeouts: 0 },
    ],
    ['replies nonsense', () => replied(['no']), 503, 'backend-failed', { BackendFailures: 1 }],
    [
      'refuses the input',
      () => replied({ error: { kind: 'invalid-input', message: 'x' } }),
      400,
      'invalid-input',
      { BackendFailures: 0 },
    ],
    [
      'never replies',
      () => new Promise<never>(() => {}),
      504,
      'deadline-exceeded',
      { BackendTimeouts: 1, BackendFailures: 0 },
    ],
  ])(
    'of a backend that %s is recorded as failed and carries its inference id',
    async (_name, backend, status, problem, metrics) => {
      const world = new World();
      world.backend = backend;
      const answer = await world.send();
      const [record] = world.records.records();
      expect(bodyOf(answer)).toMatchObject({
        status,
        type: `urn:slipway:problem:${problem}`,
        inferenceId: record?.inferenceId,
      });
      expect(record).toMatchObject({ state: 'failed', status, problem, attempts: 1, output: null });
      expect(world.metrics()[0]).toMatchObject(metrics);
    },
  );

  test('answers a late backend before the timeout of the request', async () => {
    const world = new World();
    world.backend = () => new Promise<never>(() => {});
    const before = world.clock.now();
    await world.send();
    expect(world.clock.now() - before).toBe(1_800);
    expect(world.asked[0]?.deadline).toBe(before + 1_800);
  });

  test('keeps no label that is too long to be one, and rounds vanishing confidence to none', async () => {
    const world = new World();
    world.backend = () => replied({ output: 'word '.repeat(60), confidence: 1e-200 });
    const answer = await world.send();
    expect(bodyOf(answer).confidence).toBe(0);
    expect(world.records.records()[0]).toMatchObject({ confidence: 0 });
    expect(world.records.records()[0]).not.toHaveProperty('label');
  });
});

describe('metrics of a prediction', () => {
  test('are one line with latency split into model time and overhead', async () => {
    const world = new World();
    world.backend = () => {
      world.clock.advance(30);
      return replied({ output: 'ham', confidence: 0.5 });
    };
    await world.send();
    expect(world.lines).toHaveLength(1);
    const [line] = world.metrics();
    expect(line).toMatchObject({
      Deployment: 'spam-filter-pilot',
      Predictions: 1,
      Latency: 30,
      ModelTime: 30,
      Overhead: 0,
      Confidence: 0.5,
      state: 'answered',
      status: 200,
    });
    expect(line?._aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'Slipway', Dimensions: [['Deployment']] }] });
  });

  test('hold no latency of a request that was not answered', async () => {
    const world = new World();
    world.backend = () => {
      world.clock.advance(30);
      return { kind: 'failed', error: new Error('broken') };
    };
    expect((await world.send()).statusCode).toBe(503);
    const [line] = world.metrics();
    expect(line).toMatchObject({ Predictions: 1, BackendFailures: 1, status: 503 });
    expect(line).not.toHaveProperty('Latency');
    expect(line).not.toHaveProperty('Overhead');
  });

  test('count each rule that intervened, and name rules that only observed', async () => {
    const world = new World();
    await world.send({ body: { input: 'win the lottery, ann@example.com' } });
    const [line, ofRule, ...rest] = world.metrics();
    expect(rest).toEqual([]);
    expect(line).toMatchObject({ GuardInterventions: 1, GuardBlocked: 0, observed: ['watched-terms'] });
    expect(ofRule).toMatchObject({ GuardRule: 'personal-data', GuardInterventions: 1 });
    expect(ofRule?._aws).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['Deployment', 'GuardRule']] }] });
  });

  test('never carry input, output or caller', async () => {
    const world = new World();
    world.backend = () => replied({ output: { label: 'topsecretlabel' } });
    await world.send({ body: { input: 'some private words', subject: 'Ann' } });
    const all = world.lines.join() + JSON.stringify(world.logged);
    for (const word of ['private', 'topsecretlabel', 'AROAALICE', 'Ann']) expect(all).not.toContain(word);
  });
});

describe('GET /health', () => {
  test('names the live version', async () => {
    const world = new World();
    const answer = await world.send({ resource: '/health', method: 'GET', text: null });
    expect(answer.statusCode).toBe(200);
    expect(bodyOf(answer)).toEqual({
      status: 'ok',
      model: 'spam-filter',
      deployment: 'spam-filter-pilot',
      modelVersion: VERSION.version,
    });
    expect(world.lines).toEqual([]);
  });
});

test('an error that nobody foresaw is a problem document that says nothing of it', async () => {
  const world = new World(({ guard }) => ({
    guard: {
      ...guard,
      // A verdict without findings: the flow trips over it, as over any defect.
      request: (input) => ({ ...guard.request(input), findings: JSON.parse('null') }),
    },
  }));
  const answer = await world.send({ body: { input: 'hello entropy' } });
  expect(bodyOf(answer)).toEqual({ type: 'urn:slipway:problem:internal', title: 'The service failed', status: 500 });
  expect(world.logged.map(({ event }) => event)).toEqual(['uncaught']);
  expect(world.metrics()).toHaveLength(1);
});
