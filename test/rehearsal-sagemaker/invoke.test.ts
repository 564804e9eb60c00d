import { InvokeEndpointCommand, type ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../rehearsal/sagemaker/faults';
import { FakeAws } from './fake-aws';
import { eventually, World } from './world';

let world: World;
let aws: FakeAws;
const OF_VARIANT = { EndpointName: 'echo', VariantName: 'AllTraffic' };

beforeAll(async () => {
  world = await World.start({ timings: { invocation: 500 } });
  aws = await FakeAws.start();
  world.server.double.connect(aws.url);
  await world.endpoint('echo');
});
afterAll(async () => {
  await world.stop();
  await aws.stop();
});

const fault = (asked: Fault) => world.server.double.faults.add(asked);

describe('an invocation', () => {
  it('reaches the container with its headers and comes back with those of the service', async () => {
    const reply = await world.invoke('echo', { mail: 'hello' }, { InferenceId: 'inf-7', CustomAttributes: 'trace=0' });
    expect(reply.body).toMatchObject({ artefact: 'v1', input: { mail: 'hello' }, inferenceId: 'inf-7' });
    expect(reply).toMatchObject({
      ContentType: 'application/json',
      InvokedProductionVariant: 'AllTraffic',
      CustomAttributes: 'trace=1',
    });
  });

  it('runs beside others', async () => {
    const started = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => world.invoke('echo', { sleepMs: 300 })));
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('of an endpoint that is not there is a ValidationError of the runtime', async () => {
    await expect(world.invoke('nothing', {})).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint nothing of account 000000000000 not found.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('of a variant or a component that is not there is refused', async () => {
    await expect(world.invoke('echo', {}, { TargetVariant: 'Other' })).rejects.toThrow('Variant Other does not exist');
    await expect(world.invoke('echo', {}, { InferenceComponentName: 'c' })).rejects.toThrow(
      'has no inference components',
    );
  });

  it.each([
    [400, 'client'],
    [503, 'server'],
  ])('that the container answers with %s is a ModelError with the original', async (status, whose) => {
    const error: unknown = await world.invoke('echo', { fail: status }).catch((reason: unknown) => reason);
    const { OriginalStatusCode, OriginalMessage, message, name, $metadata } = error as ModelError;
    expect({ OriginalStatusCode, name, code: $metadata.httpStatusCode }).toEqual({
      OriginalStatusCode: status,
      name: 'ModelError',
      code: 424,
    });
    expect(JSON.parse(OriginalMessage ?? '')).toMatchObject({ input: { fail: status } });
    expect(message).toMatch(new RegExp(`^Received ${whose} error \\(${status}\\) from primary with message "`));
  });

  it('that the container does not answer in time is a ModelError of status 0', async () => {
    await expect(world.invoke('echo', { sleepMs: 2_000 })).rejects.toMatchObject({
      name: 'ModelError',
      OriginalStatusCode: 0,
      OriginalMessage: expect.stringContaining('timed out while waiting for a response from container primary'),
    });
  });

  it('whose container was killed is a ModelError too', async () => {
    await world.endpoint('killed');
    const [pid] = world.server.double.pids.slice(-1);
    process.kill(pid ?? 0, 'SIGKILL');
    await expect(world.invoke('killed', {})).rejects.toMatchObject({ name: 'ModelError', OriginalStatusCode: 0 });
  });
});

describe('a fault of the runtime', () => {
  it.each([
    [{ kind: 'throttle' }, 'ThrottlingException', 400],
    [{ kind: 'model-not-ready' }, 'ModelNotReadyException', 429],
    [{ kind: 'service-unavailable' }, 'ServiceUnavailable', 503],
    [{ kind: 'internal-failure' }, 'InternalFailure', 500],
    [{ kind: 'model-error', status: 507, message: 'out of memory' }, 'ModelError', 424],
  ] as const)('%j is %s', async (asked, name, httpStatusCode) => {
    fault(asked);
    await expect(world.invoke('echo', {})).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    expect((await world.invoke('echo', {})).body.artefact).toBe('v1');
  });

  it('meets as many invocations as it says, of its endpoint only', async () => {
    await world.endpoint('other');
    fault({ kind: 'throttle', endpoint: 'echo', times: 2 });
    expect((await world.invoke('other', {})).body.artefact).toBe('v1');
    for (let count = 0; count < 2; count += 1) await expect(world.invoke('echo', {})).rejects.toThrow('Rate exceeded');
    expect((await world.invoke('echo', {})).body.artefact).toBe('v1');
  });

  it('is repeated by a client that repeats, and then answered', async () => {
    fault({ kind: 'throttle', times: 1 });
    const client = new SageMakerRuntimeClient({
      endpoint: world.server.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 2,
    });
    const reply = await client.send(new InvokeEndpointCommand({ EndpointName: 'echo', Body: '{}' }));
    expect(reply.$metadata.attempts).toBe(2);
    client.destroy();
  });

  it('makes an answer late', async () => {
    fault({ kind: 'slow', delayMs: 150 });
    const started = performance.now();
    await world.invoke('echo', {});
    expect(performance.now() - started).toBeGreaterThanOrEqual(149);
  });

  it('cuts the connection', async () => {
    fault({ kind: 'reset' });
    await expect(world.invoke('echo', {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('that is not known fails to be asked for', () => {
    expect(() => world.server.double.faults.add({ kind: 'flood' })).toThrow(
      'fault "flood" is not known, expected one of rollback, model-fails',
    );
  });
});

describe('metrics of invocations', () => {
  it('are published with exactly the dimensions of the service', async () => {
    await world.endpoint('measured');
    for (const input of [{}, {}, { fail: 400 }, { fail: 500 }]) await world.invoke('measured', input).catch(() => {});
    const dimensions = { ...OF_VARIANT, EndpointName: 'measured' };
    await eventually('they are there', () => aws.sum('Invocations', dimensions) === 4);
    expect({
      client: aws.sum('Invocation4XXErrors', dimensions),
      server: aws.sum('Invocation5XXErrors', dimensions),
      model: aws.sum('InvocationModelErrors', dimensions),
    }).toEqual({ client: 1, server: 1, model: 2 });
    expect(aws.values('ModelLatency', dimensions)).toHaveLength(4);
    expect(aws.values('OverheadLatency', dimensions).every((value) => value >= 0)).toBe(true);
    expect(new Set(aws.metrics.map(({ Namespace }) => Namespace))).toEqual(new Set(['AWS/SageMaker']));
    expect(aws.metrics.find(({ MetricName }) => MetricName === 'ModelLatency')?.Unit).toBe('Microseconds');
  });

  it('say nothing of requests that were throttled', async () => {
    await world.endpoint('throttled');
    fault({ kind: 'throttle' });
    await world.invoke('throttled', {}).catch(() => {});
    await world.server.double.metrics.flush();
    expect(aws.sum('Invocations', { ...OF_VARIANT, EndpointName: 'throttled' })).toBe(0);
  });

  it('of a shadow variant are those of the mirrored requests, which no caller sees', async () => {
    await world.model('shadow-model', { version: 'v2' });
    const shadow = { VariantName: 'Shadow', ModelName: 'shadow-model', InstanceType: 'ml.m5.large' as const };
    await world.endpoint('mirrored', {
      ShadowProductionVariants: [{ ...shadow, InitialInstanceCount: 1, InitialVariantWeight: 1 }],
    });
    const described = await world.describe('mirrored');
    expect(described.ShadowProductionVariants).toMatchObject([{ VariantName: 'Shadow' }]);
    for (let count = 0; count < 5; count += 1) {
      const reply = await world.invoke('mirrored', {});
      expect([reply.body.artefact, reply.InvokedProductionVariant]).toEqual(['v1', 'AllTraffic']);
    }
    const dimensions = { EndpointName: 'mirrored', VariantName: 'Shadow' };
    await eventually('all were mirrored', () => aws.sum('Invocations', dimensions) === 5);
  });
});
