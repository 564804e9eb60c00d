import { describe, expect, test } from 'vitest';
import { ENDPOINT_FAILURES } from '../../protocol/endpoint-failure';
import { EndpointWorld, refused } from './endpoint-world';
import { bodyOf, replied, World } from './world';

const CAUSES = [
  ['throttled', 'backend-throttled', 'BackendThrottles', '1'],
  ['not-ready', 'backend-not-ready', 'BackendNotReady', '10'],
  ['asleep', 'backend-asleep', 'BackendAsleep', '60'],
  ['stopped', 'backend-stopped', 'BackendStopped', undefined],
  ['model-error', 'model-failed', 'ModelErrors', undefined],
  ['connection-lost', 'connection-lost', 'ConnectionsLost', '1'],
] as const;

describe('an endpoint that gives no answer', () => {
  test('does so in ways that all have a problem and a metric of their own', () => {
    expect(CAUSES.map(([failure]) => failure).sort()).toEqual([...ENDPOINT_FAILURES].sort());
    for (const column of [1, 2]) expect(new Set(CAUSES.map((row) => row[column])).size).toBe(CAUSES.length);
  });

  test.each(CAUSES)('because it is %s is 503 %s, counted as %s', async (failure, problem, metric, retryAfter) => {
    const world = new EndpointWorld();
    world.backend = () => refused(failure);
    const answer = await world.send();
    const [record] = world.records.records();
    expect(bodyOf(answer)).toMatchObject({
      status: 503,
      type: `urn:slipway:problem:${problem}`,
      detail: expect.any(String),
      inferenceId: record?.inferenceId,
    });
    expect(answer.headers['Retry-After']).toBe(retryAfter);
    expect(record).toMatchObject({ state: 'failed', status: 503, problem, output: null });
    const [line] = world.metrics();
    for (const [, , name] of CAUSES) expect(line?.[name], name).toBe(name === metric ? 1 : 0);
    expect(line).toMatchObject({ BackendFailures: 0, BackendTimeouts: 0, Deferred: 0 });
    expect(world.queue).toEqual([]);
  });

  test('as long as it says so itself is not to be asked before that', async () => {
    const world = new EndpointWorld();
    world.backend = () => refused('throttled', 7);
    expect((await world.send()).headers['Retry-After']).toBe('7');
  });

  test('says who can wake it when it is stopped', async () => {
    const world = new EndpointWorld();
    world.backend = () => refused('stopped');
    expect(bodyOf(await world.send()).detail).toContain('npx slipway wake');
  });

  test('in a way that has no name is a failure of the backend as any other', async () => {
    const world = new EndpointWorld();
    world.backend = () => ({ kind: 'failed', error: new Error('boom') });
    expect(bodyOf(await world.send())).toMatchObject({ type: 'urn:slipway:problem:backend-failed' });
    expect(world.metrics()[0]).toMatchObject({ BackendFailures: 1, ModelErrors: 0 });
  });

  test('is asked again after pauses where the model did not run, and the record counts it', async () => {
    const world = new EndpointWorld();
    world.backend = (_request, nth) =>
      nth < 3
        ? { kind: 'refused', failure: 'not-ready', repeat: 'paused', error: new Error('x') }
        : replied({ output: 1 });
    expect((await world.send()).statusCode).toBe(200);
    expect(world.records.records()[0]).toMatchObject({ attempts: 3, modelMs: 150 });
  });
});

test('a Lambda backend has none of the metrics of endpoints', async () => {
  const world = new World();
  await world.send();
  for (const [, , name] of CAUSES) expect(world.metrics()[0]).not.toHaveProperty(name);
});
