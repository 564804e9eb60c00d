import {
  DeleteScalingPolicyCommand,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  type RegisterScalableTargetRequest,
} from '@aws-sdk/client-application-auto-scaling';
import { DeleteEndpointCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.endpoint('scaled');
});
afterAll(() => world.stop());

const of = (endpoint: string, variant = 'AllTraffic') =>
  ({
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpoint}/variant/${variant}`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  }) as const;

const register = (more: Partial<RegisterScalableTargetRequest>) =>
  world.scaling.send(new RegisterScalableTargetCommand({ ...of('scaled'), ...more }));

const policy = () =>
  new PutScalingPolicyCommand({
    ...of('scaled'),
    PolicyName: 'track',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 300,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    },
  });

const namespace = { ServiceNamespace: 'sagemaker' } as const;
const targets = async () =>
  (
    await world.scaling.send(
      new DescribeScalableTargetsCommand({ ...namespace, ResourceIds: [of('scaled').ResourceId] }),
    )
  ).ScalableTargets;

describe('a scalable target', () => {
  it('is registered, changed in part and told again', async () => {
    const { ScalableTargetARN } = await register({ MinCapacity: 1, MaxCapacity: 4 });
    expect(ScalableTargetARN).toMatch(/^arn:aws:autoscaling:eu-west-1:000000000000:scalable-target\/\w+$/);
    const again = await register({ MaxCapacity: 6, SuspendedState: { DynamicScalingInSuspended: true } });
    expect(again.ScalableTargetARN).toBe(ScalableTargetARN);
    expect(await targets()).toMatchObject([
      {
        ...of('scaled'),
        MinCapacity: 1,
        MaxCapacity: 6,
        SuspendedState: { DynamicScalingInSuspended: true },
        RoleARN: expect.stringContaining('AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint'),
      },
    ]);
  });

  it('has policies and scheduled actions, which go with it', async () => {
    const { PolicyARN } = await world.scaling.send(policy());
    expect(PolicyARN).toMatch(
      /:scalingPolicy:[0-9a-f-]{36}:resource\/sagemaker\/endpoint\/scaled\/variant\/AllTraffic$/,
    );
    const action = { ...of('scaled'), ScheduledActionName: 'office', Schedule: 'cron(0 7 ? * MON-FRI *)' };
    await world.scaling.send(new PutScheduledActionCommand({ ...action, ScalableTargetAction: { MinCapacity: 2 } }));
    const policies = () => world.scaling.send(new DescribeScalingPoliciesCommand(namespace));
    const actions = () => world.scaling.send(new DescribeScheduledActionsCommand(namespace));
    expect((await policies()).ScalingPolicies).toMatchObject([{ PolicyName: 'track', PolicyARN }]);
    expect((await actions()).ScheduledActions).toMatchObject([{ ScheduledActionName: 'office' }]);

    await world.scaling.send(new DeleteScalingPolicyCommand({ ...of('scaled'), PolicyName: 'track' }));
    await world.scaling.send(new DeleteScheduledActionCommand({ ...of('scaled'), ScheduledActionName: 'office' }));
    expect([(await policies()).ScalingPolicies, (await actions()).ScheduledActions]).toEqual([[], []]);

    await world.scaling.send(policy());
    await world.scaling.send(new DeregisterScalableTargetCommand(of('scaled')));
    expect([await targets(), (await policies()).ScalingPolicies]).toEqual([[], []]);
  });

  it.each([
    [{ MinCapacity: 3, MaxCapacity: 2 }, 'Maximum capacity cannot be less than minimum capacity.'],
    [{ MinCapacity: 0, MaxCapacity: 2 }, 'cannot be less than 1'],
    [{ MinCapacity: 1 }, 'Min capacity and max capacity are required'],
    [{ MinCapacity: 1, MaxCapacity: 2, ...of('scaled', 'Other') }, 'Variant Other does not exist on endpoint scaled'],
    [{ MinCapacity: 1, MaxCapacity: 2, ...of('none') }, 'Could not find endpoint'],
    [{ MinCapacity: 1, MaxCapacity: 2, ResourceId: 'table/scaled' }, 'Unsupported service namespace'],
  ])('fails to be registered as %j', async (more, message) => {
    await expect(register(more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  it('that is not there has neither policies nor an end', async () => {
    const name = 'ObjectNotFoundException';
    await expect(world.scaling.send(policy())).rejects.toMatchObject({
      name,
      message:
        'No scalable target registered for service namespace: sagemaker, resource ID: endpoint/scaled/variant/AllTraffic, scalable dimension: sagemaker:variant:DesiredInstanceCount',
    });
    await expect(world.scaling.send(new DeregisterScalableTargetCommand(of('scaled')))).rejects.toMatchObject({ name });
    const lost = new DeleteScalingPolicyCommand({ ...of('scaled'), PolicyName: 'none' });
    await expect(world.scaling.send(lost)).rejects.toMatchObject({ name });
  });
});

describe('an endpoint whose variant is scaled', () => {
  const variant = { VariantName: 'AllTraffic', ModelName: 'held-model', InitialInstanceCount: 1 };
  const update = (EndpointConfigName: string) =>
    world.sageMaker.send(new UpdateEndpointCommand({ EndpointName: 'held', EndpointConfigName }));

  it('keeps its name and its instance type over updates', async () => {
    await world.endpoint('held');
    await register({ ...of('held'), MinCapacity: 1, MaxCapacity: 2 });
    await world.config('held-renamed', undefined, {
      ProductionVariants: [{ ...variant, VariantName: 'New', InstanceType: 'ml.m5.large' }],
    });
    await world.config('held-larger', undefined, {
      ProductionVariants: [{ ...variant, InstanceType: 'ml.m5.xlarge' }],
    });
    await world.config('held-same', 'held-model');
    const refusal = {
      name: 'ValidationException',
      message: expect.stringContaining('is registered as a scalable target'),
    };
    await expect(update('held-renamed')).rejects.toMatchObject(refusal);
    await expect(update('held-larger')).rejects.toMatchObject(refusal);
    await update('held-same');
    expect((await world.settled('held')).EndpointConfigName).toBe('held-same');
  });

  it('takes the target with it when it is deleted', async () => {
    await world.sageMaker.send(new DeleteEndpointCommand({ EndpointName: 'held' }));
    await eventually('the target is gone', async () => {
      const all = await world.scaling.send(new DescribeScalableTargetsCommand(namespace));
      return all.ScalableTargets?.length === 0;
    });
  });
});
