import { setTimeout as sleep } from 'node:timers/promises';
import { PutScalingPolicyCommand, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand, type InvokeEndpointAsyncInput } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeAws } from './fake-aws';
import { eventually, World } from './world';

let world: World;
let aws: FakeAws;
const TOPIC = 'arn:aws:sns:eu-west-1:000000000000:answers';
const ERRORS = 'arn:aws:sns:eu-west-1:000000000000:failures';
const AsyncInferenceConfig = {
  ClientConfig: { MaxConcurrentInvocationsPerInstance: 2 },
  OutputConfig: {
    S3OutputPath: 's3://answers/out/',
    S3FailurePath: 's3://answers/failed',
    NotificationConfig: { SuccessTopic: TOPIC, ErrorTopic: ERRORS },
  },
};

beforeAll(async () => {
  world = await World.start();
  aws = await FakeAws.start();
  world.server.double.connect(aws.url);
  await world.endpoint('later', { AsyncInferenceConfig });
  aws.objects.set('inputs/good.json', Buffer.from('{"mail":"hello"}'));
  aws.objects.set('inputs/bad.json', Buffer.from('{"fail":500}'));
});
afterAll(async () => {
  await world.stop();
  await aws.stop();
});

function invoke(more: Partial<InvokeEndpointAsyncInput> = {}) {
  return world.runtime.send(
    new InvokeEndpointAsyncCommand({
      EndpointName: 'later',
      InputLocation: 's3://inputs/good.json',
      ContentType: 'application/json',
      ...more,
    }),
  );
}

async function notificationOf(inferenceId: string | undefined) {
  const find = () => aws.published.find(({ message }) => message.inferenceId === inferenceId);
  await eventually('the notification is published', () => find() !== undefined);
  return find();
}

describe('an asynchronous invocation', () => {
  it('is accepted at once, and its answer is an object and a notification', async () => {
    const accepted = await invoke({ InferenceId: 'inf-1' });
    expect(accepted).toMatchObject({
      InferenceId: 'inf-1',
      OutputLocation: expect.stringMatching(/^s3:\/\/answers\/out\/[0-9a-f-]{36}\.out$/),
      FailureLocation: expect.stringMatching(/^s3:\/\/answers\/failed\/[0-9a-f-]{36}-error\.out$/),
      $metadata: { httpStatusCode: 202 },
    });
    const { topic, message } = (await notificationOf('inf-1')) ?? {};
    expect(topic).toBe(TOPIC);
    expect(message).toEqual({
      awsRegion: 'eu-west-1',
      eventTime: expect.stringMatching(/^\d{4}-/),
      receivedTime: expect.stringMatching(/^\d{4}-/),
      invocationStatus: 'Completed',
      requestParameters: {
        contentType: 'application/json',
        endpointName: 'later',
        inputLocation: 's3://inputs/good.json',
      },
      responseParameters: { contentType: 'application/json', outputLocation: accepted.OutputLocation },
      inferenceId: 'inf-1',
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    });
    const output = JSON.parse(aws.text(accepted.OutputLocation ?? '') ?? '');
    expect(output).toMatchObject({ artefact: 'v1', input: { mail: 'hello' }, inferenceId: 'inf-1' });
    expect(aws.text(accepted.FailureLocation ?? '')).toBeUndefined();
  });

  it('gets an id where it brings none, and takes its input from the request where that has no location', async () => {
    const { InferenceId, OutputLocation } = await invoke({
      InputLocation: undefined,
      Body: Buffer.from('{"inline":true}'),
    });
    expect(InferenceId).toMatch(/^[0-9a-f-]{36}$/);
    await notificationOf(InferenceId);
    expect(JSON.parse(aws.text(OutputLocation ?? '') ?? '')).toMatchObject({ input: { inline: true } });
  });

  it.each([
    ['that the container fails', 's3://inputs/bad.json', /^ClientError: Received server error \(500\) from primary/],
    [
      'whose input is not there',
      's3://inputs/none.json',
      /^ClientError: Unable to download input from s3:\/\/inputs\/none/,
    ],
  ])('%s leaves a failure object and tells the topic of errors', async (_, InputLocation, reason) => {
    const { InferenceId, OutputLocation, FailureLocation } = await invoke({ InputLocation });
    const { topic, message } = (await notificationOf(InferenceId)) ?? {};
    expect(topic).toBe(ERRORS);
    expect(message).toMatchObject({ invocationStatus: 'Failed', failureReason: expect.stringMatching(reason) });
    expect(message).not.toHaveProperty('responseParameters');
    expect(aws.text(FailureLocation ?? '')).toMatch(reason);
    expect(aws.text(OutputLocation ?? '')).toBeUndefined();
  });

  it('is refused or fails by a fault', async () => {
    world.server.double.faults.add({ kind: 'throttle' });
    await expect(invoke()).rejects.toMatchObject({ name: 'ThrottlingException' });
    world.server.double.faults.add({ kind: 'model-error', message: 'out of memory' });
    const { InferenceId } = await invoke();
    expect((await notificationOf(InferenceId))?.message.failureReason).toContain('out of memory');
  });

  it('waits for its turn: an instance has no more at once than it was given', async () => {
    aws.objects.set('inputs/slow.json', Buffer.from('{"sleepMs":100}'));
    const all = await Promise.all([1, 2, 3, 4].map(() => invoke({ InputLocation: 's3://inputs/slow.json' })));
    await Promise.all(all.map(({ InferenceId }) => notificationOf(InferenceId)));
    const atOnce = all.map(({ OutputLocation = '' }) => JSON.parse(aws.text(OutputLocation) ?? '{}').atOnce);
    expect(Math.max(...atOnce)).toBe(2);
  });

  it('is refused without a location, and where the endpoint is not asynchronous; and the other way round', async () => {
    await expect(invoke({ InputLocation: 'inputs/good.json' })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'InputLocation inputs/good.json is not the URI of an object in S3.',
    });
    await world.endpoint('now');
    await expect(invoke({ EndpointName: 'now' })).rejects.toThrow('Endpoint now is not asynchronous');
    await expect(world.invoke('later', {})).rejects.toThrow('is invoked with InvokeEndpointAsync only');
  });
});

describe('an asynchronous endpoint at zero', () => {
  const scaled = {
    ServiceNamespace: 'sagemaker',
    ResourceId: 'endpoint/idle/variant/AllTraffic',
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  } as const;

  it('keeps its backlog, says so, and answers it when its step policy wakes it', async () => {
    await world.endpoint('idle', { AsyncInferenceConfig });
    await world.sageMaker.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: 'idle',
        DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 0 }],
      }),
    );
    await world.settled('idle');
    const { InferenceId } = await invoke({ EndpointName: 'idle' });
    const dimensions = { EndpointName: 'idle' };
    await eventually('the backlog is told', () => aws.sum('HasBacklogWithoutCapacity', dimensions) > 0);
    expect(aws.values('ApproximateBacklogSize', dimensions)).toContain(1);
    expect(aws.published.some(({ message }) => message.inferenceId === InferenceId)).toBe(false);

    await world.scaling.send(new RegisterScalableTargetCommand({ ...scaled, MinCapacity: 0, MaxCapacity: 2 }));
    await world.scaling.send(
      new PutScalingPolicyCommand({
        ...scaled,
        PolicyName: 'wake',
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: { AdjustmentType: 'ExactCapacity' },
      }),
    );
    expect((await notificationOf(InferenceId))?.message.invocationStatus).toBe('Completed');
    expect((await world.describe('idle')).ProductionVariants?.[0]?.CurrentInstanceCount).toBe(1);
  });

  it('that is deleted drops its backlog', async () => {
    await world.config('dropped-config', 'later-model', { AsyncInferenceConfig });
    await world.sageMaker.send(
      new CreateEndpointCommand({ EndpointName: 'dropped', EndpointConfigName: 'dropped-config' }),
    );
    await world.settled('dropped');
    await world.sageMaker.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: 'dropped',
        DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 0 }],
      }),
    );
    await world.settled('dropped');
    const { InferenceId } = await invoke({ EndpointName: 'dropped' });
    await world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'dropped' }));
    await eventually('it is gone', () => world.server.double.endpoints.find('dropped') === undefined);
    await sleep(200);
    expect(aws.published.some(({ message }) => message.inferenceId === InferenceId)).toBe(false);
    expect(world.reported).toEqual([]);
  });
});
