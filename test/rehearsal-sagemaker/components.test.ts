import {
  DescribeScalableTargetsCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CreateEndpointCommand,
  CreateInferenceComponentCommand,
  type CreateInferenceComponentInput,
  DeleteEndpointCommand,
  DeleteInferenceComponentCommand,
  DescribeInferenceComponentCommand,
  ListInferenceComponentsCommand,
  UpdateInferenceComponentCommand,
  UpdateInferenceComponentRuntimeConfigCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeAws } from './fake-aws';
import { eventually, IMAGE, ROLE, World } from './world';

let world: World;
let aws: FakeAws;

/** A fleet for components, as scaling to zero needs it. */
async function fleet(name: string): Promise<void> {
  await world.config(`${name}-config`, undefined, {
    ExecutionRoleArn: ROLE,
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        InstanceType: 'ml.g5.xlarge',
        InitialInstanceCount: 1,
        ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 },
      },
    ],
  });
  await world.sageMaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: `${name}-config` }));
  await world.settled(name);
}

beforeAll(async () => {
  world = await World.start();
  aws = await FakeAws.start();
  world.server.double.connect(aws.url);
  await world.model('one');
  await world.model('two', { version: 'v2' });
  await world.model('sick', { version: 'broken' });
  await fleet('fleet');
});
afterAll(async () => {
  await world.stop();
  await aws.stop();
});

function create(name: string, ModelName: string, more: Partial<CreateInferenceComponentInput> = {}) {
  return world.sageMaker.send(
    new CreateInferenceComponentCommand({
      InferenceComponentName: name,
      EndpointName: 'fleet',
      VariantName: 'AllTraffic',
      Specification: { ModelName, ComputeResourceRequirements: { MinMemoryRequiredInMb: 1024 } },
      RuntimeConfig: { CopyCount: 1 },
      ...more,
    }),
  );
}

async function settled(InferenceComponentName: string) {
  const describeIt = () => world.sageMaker.send(new DescribeInferenceComponentCommand({ InferenceComponentName }));
  await eventually(`${InferenceComponentName} is settled`, async () =>
    ['InService', 'Failed'].includes((await describeIt()).InferenceComponentStatus ?? ''),
  );
  return describeIt();
}

const copies = (InferenceComponentName: string, CopyCount: number) =>
  world.sageMaker.send(
    new UpdateInferenceComponentRuntimeConfigCommand({ InferenceComponentName, DesiredRuntimeConfig: { CopyCount } }),
  );

const invoke = (InferenceComponentName: string, input: unknown = {}) =>
  world.invoke('fleet', input, { InferenceComponentName });

describe('inference components', () => {
  it('are several on one endpoint, each with its model', async () => {
    const { InferenceComponentArn } = await create('c-one', 'one');
    expect(InferenceComponentArn).toBe('arn:aws:sagemaker:eu-west-1:000000000000:inference-component/c-one');
    await create('c-two', 'two');
    expect(await settled('c-one')).toMatchObject({
      InferenceComponentStatus: 'InService',
      EndpointName: 'fleet',
      VariantName: 'AllTraffic',
      RuntimeConfig: { DesiredCopyCount: 1, CurrentCopyCount: 1 },
      Specification: { ModelName: 'one' },
    });
    await settled('c-two');
    expect((await invoke('c-one')).body.artefact).toBe('v1');
    expect((await invoke('c-two')).body.artefact).toBe('v2');
    const listed = await world.sageMaker.send(new ListInferenceComponentsCommand({ EndpointNameEquals: 'fleet' }));
    expect(listed.InferenceComponents?.map((one) => one.InferenceComponentName)).toEqual(['c-one', 'c-two']);
    const counted = { InferenceComponentName: 'c-two' };
    await eventually('its invocations are counted', () => aws.sum('Invocations', counted) === 1);
  });

  it('must be named by the caller', async () => {
    await expect(world.invoke('fleet', {})).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(/^Inference Component Name header is required/),
    });
    await expect(invoke('c-none')).rejects.toThrow('Inference Component c-none of endpoint fleet not found');
  });

  it('can be made of an image', async () => {
    const Container = { Image: IMAGE, Environment: { GREETING: 'hi' } };
    await create('c-image', 'one', { Specification: { Container } });
    // Without an artefact this server does not start.
    expect(await settled('c-image')).toMatchObject({
      InferenceComponentStatus: 'Failed',
      FailureReason: expect.stringMatching(/^The container for inference component c-image did not pass/),
    });
  });

  it('fail to be created with 0 copies, on an endpoint with a model, or twice', async () => {
    await expect(create('c-zero', 'one', { RuntimeConfig: { CopyCount: 0 } })).rejects.toThrow('must be at least 1');
    await world.endpoint('with-model');
    await expect(create('c-other', 'one', { EndpointName: 'with-model' })).rejects.toThrow(
      'takes no inference components',
    );
    await expect(create('c-one', 'one')).rejects.toThrow('Cannot create already existing inference component');
    await expect(create('c-lost', 'none')).rejects.toThrow('Could not find model');
  });

  it('serve another model after an update, and the same one after an update that fails', async () => {
    await create('c-changed', 'one');
    await settled('c-changed');
    const update = (ModelName: string) =>
      world.sageMaker.send(
        new UpdateInferenceComponentCommand({ InferenceComponentName: 'c-changed', Specification: { ModelName } }),
      );
    await update('two');
    await expect(update('one')).rejects.toThrow('Cannot update in-progress inference component');
    expect((await settled('c-changed')).Specification?.ModelName).toBe('two');
    expect((await invoke('c-changed')).body.artefact).toBe('v2');
    await update('sick');
    expect(await settled('c-changed')).toMatchObject({
      InferenceComponentStatus: 'InService',
      Specification: { ModelName: 'two' },
      FailureReason: expect.stringContaining('did not pass the ping health check'),
    });
    expect((await invoke('c-changed')).body.artefact).toBe('v2');
  });
});

describe('an update of a component that is rolled back for an alarm', () => {
  const update = (name: string, ModelName: string) =>
    world.sageMaker.send(
      new UpdateInferenceComponentCommand({ InferenceComponentName: name, Specification: { ModelName } }),
    );

  it('ends in service with the old specification, without a word about why, and raises the alarm', async () => {
    aws.alarms.set('errors', 'OK');
    await create('c-alarmed', 'one');
    await settled('c-alarmed');
    const servers = world.server.double.pids.length;
    world.server.double.faults.add({ kind: 'rollback', component: 'c-alarmed', alarm: 'errors' });
    await update('c-alarmed', 'two');
    const { InferenceComponentStatus, Specification, FailureReason } = await settled('c-alarmed');
    expect({ InferenceComponentStatus, model: Specification?.ModelName, FailureReason }).toEqual({
      InferenceComponentStatus: 'InService',
      model: 'one',
      FailureReason: undefined,
    });
    expect(aws.alarms.get('errors')).toBe('ALARM');
    expect((await invoke('c-alarmed')).body.artefact).toBe('v1');
    expect(world.server.double.pids).toHaveLength(servers);
    await update('c-alarmed', 'two');
    expect((await settled('c-alarmed')).Specification?.ModelName).toBe('two');
  });

  it('is met by no other component, by no change of its copies, and by no update of its endpoint', async () => {
    const { double } = world.server;
    double.faults.add({ kind: 'rollback', component: 'c-waiting' });
    await create('c-waiting', 'one');
    await create('c-other', 'one');
    await settled('c-waiting');
    await settled('c-other');
    await update('c-other', 'two');
    expect((await settled('c-other')).Specification?.ModelName).toBe('two');
    await copies('c-waiting', 2);
    expect((await settled('c-waiting')).RuntimeConfig?.CurrentCopyCount).toBe(2);
    expect(double.faults.takeDeployment('update', 'fleet', [])).toBeUndefined();
    expect(double.faults.pending()).toEqual([{ kind: 'rollback', component: 'c-waiting' }]);
    double.faults.clear();
  });
});

describe('a configuration is refused', () => {
  const variant = { VariantName: 'AllTraffic', InstanceType: 'ml.g5.xlarge' as const };
  const ManagedInstanceScaling = { Status: 'ENABLED' as const, MinInstanceCount: 0, MaxInstanceCount: 2 };

  it.each([
    ['for components without a role', { ...variant, ManagedInstanceScaling }, 'needs the ExecutionRoleArn'],
    [
      'that scales instances of a model itself',
      { ...variant, ModelName: 'one', ManagedInstanceScaling },
      'ManagedInstanceScaling is only supported for inference component endpoints',
    ],
    [
      'without instances',
      { VariantName: 'AllTraffic', ModelName: 'one' },
      'either an instance type or a ServerlessConfig',
    ],
  ])('%s', async (_, refused, message) => {
    await expect(world.config('refused', undefined, { ProductionVariants: [refused] })).rejects.toThrow(message);
  });

  it('with more than one shadow variant', async () => {
    const of = (VariantName: string) => ({ ...variant, VariantName, ModelName: 'one', InitialInstanceCount: 1 });
    const ShadowProductionVariants = [of('Shadow'), of('Other')];
    await expect(
      world.config('refused', undefined, { ProductionVariants: [of('AllTraffic')], ShadowProductionVariants }),
    ).rejects.toThrow('there must be one production variant and one shadow variant');
  });
});

describe('a component without copies', () => {
  const NO_CAPACITY = {
    name: 'ValidationError',
    message: expect.stringMatching(/^Inference Component has no capacity/),
  };
  const scaled = {
    ServiceNamespace: 'sagemaker',
    ResourceId: 'inference-component/c-asleep',
    ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
  } as const;

  it('has no server, refuses requests and counts them, and nothing else', async () => {
    await create('c-asleep', 'one');
    await settled('c-asleep');
    const servers = world.server.double.pids.length;
    await copies('c-asleep', 0);
    expect((await settled('c-asleep')).RuntimeConfig).toEqual({ DesiredCopyCount: 0, CurrentCopyCount: 0 });
    await eventually('its server has ended', () => world.server.double.pids.length === servers - 1);
    await expect(invoke('c-asleep')).rejects.toMatchObject(NO_CAPACITY);
    const dimensions = { InferenceComponentName: 'c-asleep' };
    await eventually('it is counted', () => aws.sum('NoCapacityInvocationFailures', dimensions) === 1);
    expect(aws.sum('Invocations', dimensions)).toBe(0);
  });

  it('sleeps on where only target tracking is there, which cannot leave zero', async () => {
    await world.scaling.send(new RegisterScalableTargetCommand({ ...scaled, MinCapacity: 0, MaxCapacity: 3 }));
    const { ScalableTargets } = await world.scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', ResourceIds: [scaled.ResourceId] }),
    );
    expect(ScalableTargets).toMatchObject([{ ...scaled, MinCapacity: 0, MaxCapacity: 3 }]);
    await world.scaling.send(
      new PutScalingPolicyCommand({
        ...scaled,
        PolicyName: 'track',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: { TargetValue: 5 },
      }),
    );
    await expect(invoke('c-asleep')).rejects.toMatchObject(NO_CAPACITY);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect((await settled('c-asleep')).RuntimeConfig?.DesiredCopyCount).toBe(0);
  });

  it('wakes by its step policy after a request that it refused, and answers', async () => {
    await world.scaling.send(
      new PutScalingPolicyCommand({
        ...scaled,
        PolicyName: 'wake',
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: { AdjustmentType: 'ChangeInCapacity' },
      }),
    );
    await expect(invoke('c-asleep')).rejects.toMatchObject(NO_CAPACITY);
    await expect(invoke('c-asleep')).rejects.toMatchObject(NO_CAPACITY);
    await eventually('it has a copy', async () => (await settled('c-asleep')).RuntimeConfig?.CurrentCopyCount === 1);
    expect((await invoke('c-asleep')).body.artefact).toBe('v1');
  });

  it('is played by a fault on one that has copies', async () => {
    world.server.double.faults.add({ kind: 'no-capacity-of-component', endpoint: 'fleet' });
    await expect(invoke('c-one')).rejects.toMatchObject(NO_CAPACITY);
    expect((await invoke('c-one')).body.artefact).toBe('v1');
  });
});

describe('deletion', () => {
  it('of a component ends its server', async () => {
    const servers = world.server.double.pids.length;
    await world.sageMaker.send(new DeleteInferenceComponentCommand({ InferenceComponentName: 'c-two' }));
    await eventually('its server has ended', () => world.server.double.pids.length === servers - 1);
    await expect(settled('c-two')).rejects.toThrow('Could not find inference component');
  });

  it('of an endpoint leaves its components without capacity, and they block its name', async () => {
    await fleet('left');
    await create('c-left', 'one', { EndpointName: 'left' });
    await settled('c-left');
    await world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'left' }));
    await eventually('it is gone', () => world.server.double.endpoints.find('left') === undefined);
    expect((await settled('c-left')).RuntimeConfig?.CurrentCopyCount).toBe(0);
    const again = new CreateEndpointCommand({ EndpointName: 'left', EndpointConfigName: 'left-config' });
    await expect(world.sageMaker.send(again)).rejects.toThrow('it has inference components c-left');
    await world.sageMaker.send(new DeleteInferenceComponentCommand({ InferenceComponentName: 'c-left' }));
    await eventually('it is free', () => world.server.double.components.namesOn('left').length === 0);
    await world.sageMaker.send(again);
  });
});
