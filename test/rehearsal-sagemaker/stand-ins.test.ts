import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeEndpointConfigCommand,
  DescribeInferenceComponentCommand,
  DescribeModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListInferenceComponentsCommand,
  ListModelsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CustomResources } from '../rehearsal-parts/custom-resource';
import { artefactUri, IMAGE, ROLE, World } from './world';

let world: World;
let cloudFormation: CustomResources;

beforeEach(async () => {
  world = await World.start();
  cloudFormation = await CustomResources.start();
  const { url } = world.server;
  vi.stubEnv('AWS_ENDPOINT_URL_SAGEMAKER', url);
  vi.stubEnv('AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING', url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  // The function logs what it answers with FAILED.
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await cloudFormation.stop();
  await world.stop();
});

const modelOf = (version: string, more: object = {}) => ({
  ExecutionRoleArn: ROLE,
  EnableNetworkIsolation: true,
  PrimaryContainer: {
    Image: IMAGE,
    Environment: { GREETING: 'hello', MaxConcurrency: '4' },
    ModelDataSource: {
      S3DataSource: { S3Uri: artefactUri(version), S3DataType: 'S3Prefix', CompressionType: 'None' },
    },
  },
  ...more,
});

const configOf = (ModelName: string | undefined, more: object = {}) => ({
  ProductionVariants: [
    {
      VariantName: 'AllTraffic',
      ModelName,
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 1,
      InitialVariantWeight: 0.5,
      EnableSSMAccess: false,
    },
  ],
  ...more,
});

const deploy = async (logicalId: string, type: string, properties: object) => {
  const outcome = await cloudFormation.deploy(logicalId, type, properties as Record<string, unknown>);
  return { ...outcome, data: outcome.Data ?? {} };
};
const deployModel = (properties: object) => deploy('Model', 'AWS::SageMaker::Model', properties);
const deployConfig = (properties: object) => deploy('Config', 'AWS::SageMaker::EndpointConfig', properties);
const deployEndpoint = (properties: object) => deploy('Endpoint', 'AWS::SageMaker::Endpoint', properties);

/** Model, configuration and endpoint, as a template has them. */
async function deployAll(version: string, endpoint: string, more: object = {}) {
  const model = await deployModel(modelOf(version));
  const config = await deployConfig(configOf(model.data.ModelName));
  const properties = { EndpointName: endpoint, EndpointConfigName: config.data.EndpointConfigName, ...more };
  const deployed = await deployEndpoint(properties);
  if (deployed.Status === 'SUCCESS') await cloudFormation.cleanUp();
  return { model, config, endpoint: deployed };
}

const names = async () => {
  const [models, configs, endpoints] = [
    await world.sageMaker.send(new ListModelsCommand({})),
    await world.sageMaker.send(new ListEndpointConfigsCommand({})),
    await world.sageMaker.send(new ListEndpointsCommand({})),
  ];
  return [
    ...(models.Models ?? []).map(({ ModelName }) => ModelName),
    ...(configs.EndpointConfigs ?? []).map(({ EndpointConfigName }) => EndpointConfigName),
    ...(endpoints.Endpoints ?? []).map(({ EndpointName }) => EndpointName),
  ];
};

describe('the stand-in', () => {
  it('of a model makes one under a name of its own, with the types back that the API wants', async () => {
    const { Status, PhysicalResourceId, data } = await deployModel(modelOf('v1', { Tags: [{ Key: 'n', Value: '5' }] }));
    expect(Status).toBe('SUCCESS');
    expect(data.ModelName).toMatch(/^demo-endpoint-Model-[0-9a-f]{12}$/);
    expect(PhysicalResourceId).toBe(data.ModelArn);
    const model = await world.sageMaker.send(new DescribeModelCommand({ ModelName: data.ModelName }));
    expect(model).toMatchObject({
      EnableNetworkIsolation: true,
      PrimaryContainer: { Environment: { GREETING: 'hello', MaxConcurrency: '4' } },
    });
    const tags = await world.sageMaker.send(new ListTagsCommand({ ResourceArn: data.ModelArn }));
    expect(tags.Tags).toEqual([{ Key: 'n', Value: '5' }]);
    await cloudFormation.delete('Model');
  });

  it('of a model replaces it on any change, but for its tags', async () => {
    const first = await deployModel(modelOf('v1', { Tags: [{ Key: 'a', Value: '1' }] }));
    const tagged = await deployModel(modelOf('v1', { Tags: [{ Key: 'b', Value: '2' }] }));
    expect(tagged.PhysicalResourceId).toBe(first.PhysicalResourceId);
    // Another name, if only by its case, would replace the configuration that names it.
    expect(tagged.data).toEqual(first.data);
    const tags = await world.sageMaker.send(new ListTagsCommand({ ResourceArn: tagged.PhysicalResourceId }));
    expect(tags.Tags).toEqual([{ Key: 'b', Value: '2' }]);
    const second = await deployModel(modelOf('v2', { Tags: [{ Key: 'b', Value: '2' }] }));
    expect(second.PhysicalResourceId).not.toBe(first.PhysicalResourceId);
    await cloudFormation.cleanUp();
    expect(await names()).toEqual([second.data.ModelName]);
    await cloudFormation.delete('Model');
    expect(await names()).toEqual([]);
  });

  it('of a model with a fixed name fails to replace it, as CloudFormation does', async () => {
    await deployModel(modelOf('v1', { ModelName: 'fixed' }));
    expect(await deployModel(modelOf('v2', { ModelName: 'fixed' }))).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('Cannot create already existing model'),
    });
    await cloudFormation.delete('Model');
  });

  it('of a configuration keeps numbers and booleans, and replaces it on any change', async () => {
    const { data } = await deployModel(modelOf('v1'));
    const config = await deployConfig(configOf(data.ModelName, { MetricsConfig: { EnableEnhancedMetrics: true } }));
    const described = await world.sageMaker.send(
      new DescribeEndpointConfigCommand({ EndpointConfigName: config.data.EndpointConfigName }),
    );
    expect(described.ProductionVariants).toMatchObject([
      { InitialInstanceCount: 1, InitialVariantWeight: 0.5, EnableSSMAccess: false },
    ]);
    expect(described.MetricsConfig).toEqual({ EnableEnhancedMetrics: true });
    const tagged = await deployConfig(
      configOf(data.ModelName, { MetricsConfig: { EnableEnhancedMetrics: true }, Tags: [{ Key: 'a', Value: '1' }] }),
    );
    expect(tagged.data).toEqual(config.data);
    const other = await deployConfig(configOf(data.ModelName));
    expect(other.PhysicalResourceId).not.toBe(config.PhysicalResourceId);
    await cloudFormation.cleanUp();
    expect(await names()).toEqual([data.ModelName, other.data.EndpointConfigName]);
    await cloudFormation.delete('Config');
    await cloudFormation.delete('Model');
  });

  it('fails by name on a property that the API does not have', async () => {
    expect(await deployModel(modelOf('v1', { Conatiners: [] }))).toMatchObject({
      Status: 'FAILED',
      Reason: 'Error: property Conatiners is not known to the API',
    });
    const deep = { PrimaryContainer: { Image: IMAGE, Enviroment: {} } };
    expect((await deployModel(modelOf('v1', deep))).Reason).toContain('property PrimaryContainer.Enviroment');
  });
});

describe('the stand-in of an endpoint', () => {
  const rollout = (AlarmName: string) => ({
    DeploymentConfig: {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: {
          Type: 'CANARY',
          WaitIntervalInSeconds: 60,
          CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 },
        },
      },
      AutoRollbackConfiguration: { Alarms: [{ AlarmName }] },
    },
    RetainAllVariantProperties: true,
  });
  const remove = async () => {
    for (const id of ['Endpoint', 'Config', 'Model']) expect((await cloudFormation.delete(id)).Status).toBe('SUCCESS');
    expect(await names()).toEqual([]);
  };

  it('answers when it is in service, updates it in place, and what was replaced is gone afterwards', async () => {
    const first = await deployAll('v1', 'spam-pilot', rollout('errors'));
    expect(first.endpoint).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/spam-pilot',
      Data: { EndpointName: 'spam-pilot', EndpointArn: first.endpoint.PhysicalResourceId },
    });
    expect((await world.invoke('spam-pilot', {})).body.artefact).toBe('v1');
    const second = await deployAll('v2', 'spam-pilot', rollout('errors'));
    expect(second.endpoint.PhysicalResourceId).toBe(first.endpoint.PhysicalResourceId);
    expect(await world.describe('spam-pilot')).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: second.config.data.EndpointConfigName,
      LastDeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { WaitIntervalInSeconds: 60, CanarySize: { Value: 10 } },
        },
      },
    });
    expect((await world.invoke('spam-pilot', {})).body.artefact).toBe('v2');
    expect(await names()).toEqual([second.model.data.ModelName, second.config.data.EndpointConfigName, 'spam-pilot']);
    await remove();
  });

  it('says SUCCESS to a silent rollback: that is the trap', async () => {
    const first = await deployAll('v1', 'spam-pilot', rollout('errors'));
    world.server.double.faults.add({ kind: 'rollback', alarm: 'errors' });
    const second = await deployAll('v2', 'spam-pilot', rollout('errors'));
    expect(second.endpoint.Status).toBe('SUCCESS');
    const { EndpointConfigName } = await world.describe('spam-pilot');
    expect(EndpointConfigName).toBe(first.config.data.EndpointConfigName);
    expect((await world.invoke('spam-pilot', {})).body.artefact).toBe('v1');
    await remove();
  });

  it('fails with the reason of an update that failed', async () => {
    await deployAll('v1', 'spam-pilot');
    world.server.double.faults.add({ kind: 'update-fails' });
    const { endpoint } = await deployAll('v2', 'spam-pilot');
    expect(endpoint).toMatchObject({
      Status: 'FAILED',
      Reason: 'Error: Request to service failed. If failure persists after retry, contact customer support.',
      PhysicalResourceId: 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/spam-pilot',
    });
    await cloudFormation.cleanUp();
    await remove();
  });

  it('fails with the reason of a creation that failed, and leaves no endpoint', async () => {
    const { endpoint } = await deployAll('broken', 'spam-pilot');
    expect(endpoint).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('did not pass the ping health check'),
    });
    expect(await names()).not.toContain('spam-pilot');
    await cloudFormation.delete('Config');
    await cloudFormation.delete('Model');
  });

  it('replaces it by another name, and leaves it alone where nothing changed', async () => {
    const first = await deployAll('v1', 'spam-pilot');
    const { config } = first;
    const properties = { EndpointName: 'spam-pilot', EndpointConfigName: config.data.EndpointConfigName };
    const before = await world.describe('spam-pilot');
    await deployEndpoint(properties);
    expect(await world.describe('spam-pilot')).toMatchObject({ LastModifiedTime: before.LastModifiedTime });
    const { EndpointConfigName } = properties;
    const unnamed = await deploy('Other', 'AWS::SageMaker::Endpoint', { EndpointConfigName });
    const same = await deploy('Other', 'AWS::SageMaker::Endpoint', { EndpointConfigName, Tags: [] });
    expect(unnamed.data.EndpointName).toMatch(/^demo-endpoint-Other-[0-9a-f]{12}$/);
    expect(same.data).toEqual(unnamed.data);
    await cloudFormation.delete('Other');
    const renamed = await deployEndpoint({ ...properties, EndpointName: 'spam-staging' });
    expect(renamed.data.EndpointName).toBe('spam-staging');
    await cloudFormation.cleanUp();
    expect(await names()).toContain('spam-staging');
    expect(await names()).not.toContain('spam-pilot');
    await remove();
  });
});

describe('the stand-ins of scaling', () => {
  const target = {
    ServiceNamespace: 'sagemaker',
    ResourceId: 'endpoint/spam-pilot/variant/AllTraffic',
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    MinCapacity: 1,
    MaxCapacity: 4,
  };
  const ref = `${target.ResourceId}|${target.ScalableDimension}|sagemaker`;
  const action = (name: string) => ({
    ScheduledActionName: name,
    Schedule: 'cron(0 7 ? * MON-FRI *)',
    ScalableTargetAction: { MinCapacity: 2 },
  });
  const deployTarget = (more: object) =>
    deploy('Target', 'AWS::ApplicationAutoScaling::ScalableTarget', { ...target, ...more });
  const namespace = { ServiceNamespace: 'sagemaker' } as const;

  it('register a variant with its policy and its scheduled actions, change them and take them away', async () => {
    await deployAll('v1', 'spam-pilot');
    const made = await deployTarget({ ScheduledActions: [action('morning'), action('noon')] });
    expect(made).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ref, Data: { Id: ref } });
    const policy = await deploy('Policy', 'AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyName: 'track',
      PolicyType: 'TargetTrackingScaling',
      ScalingTargetId: ref,
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 300.5, DisableScaleIn: false, ScaleInCooldown: 60 },
    });
    expect(policy.PhysicalResourceId).toBe(policy.data.Arn);
    await deployTarget({ MaxCapacity: 6, ScheduledActions: [action('noon')] });

    const targets = await world.scaling.send(new DescribeScalableTargetsCommand(namespace));
    expect(targets.ScalableTargets).toMatchObject([{ MinCapacity: 1, MaxCapacity: 6 }]);
    const policies = await world.scaling.send(new DescribeScalingPoliciesCommand(namespace));
    expect(policies.ScalingPolicies).toMatchObject([
      {
        PolicyARN: policy.data.Arn,
        TargetTrackingScalingPolicyConfiguration: { TargetValue: 300.5, DisableScaleIn: false, ScaleInCooldown: 60 },
      },
    ]);
    const actions = await world.scaling.send(new DescribeScheduledActionsCommand(namespace));
    expect(actions.ScheduledActions).toMatchObject([
      { ScheduledActionName: 'noon', ScalableTargetAction: { MinCapacity: 2 } },
    ]);

    for (const id of ['Policy', 'Target', 'Endpoint', 'Config', 'Model']) {
      expect((await cloudFormation.delete(id)).Status).toBe('SUCCESS');
    }
    expect((await world.scaling.send(new DescribeScalableTargetsCommand(namespace))).ScalableTargets).toEqual([]);
    expect(await names()).toEqual([]);
  });

  it('succeed to delete what is gone already', async () => {
    await deployAll('v1', 'spam-pilot');
    await deployTarget({});
    for (const id of ['Endpoint', 'Target', 'Config', 'Model']) {
      expect((await cloudFormation.delete(id)).Status).toBe('SUCCESS');
    }
  });
});

describe('the stand-in of an inference component', () => {
  it('makes it on a fleet, updates it in place and deletes it', async () => {
    const one = await deploy('One', 'AWS::SageMaker::Model', modelOf('v1'));
    const two = await deploy('Two', 'AWS::SageMaker::Model', modelOf('v2'));
    const variant = {
      VariantName: 'AllTraffic',
      InstanceType: 'ml.g5.xlarge',
      InitialInstanceCount: 1,
      ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 },
    };
    const config = await deployConfig({ ExecutionRoleArn: ROLE, ProductionVariants: [variant] });
    await deployEndpoint({ EndpointName: 'fleet', EndpointConfigName: config.data.EndpointConfigName });
    const component = (ModelName: string | undefined) =>
      deploy('Component', 'AWS::SageMaker::InferenceComponent', {
        InferenceComponentName: 'fleet-model',
        EndpointName: 'fleet',
        VariantName: 'AllTraffic',
        Specification: { ModelName, ComputeResourceRequirements: { MinMemoryRequiredInMb: 1024 } },
        RuntimeConfig: { CopyCount: 1 },
      });
    const made = await component(one.data.ModelName);
    expect(made).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'arn:aws:sagemaker:eu-west-1:000000000000:inference-component/fleet-model',
    });
    const more = { InferenceComponentName: 'fleet-model' };
    expect((await world.invoke('fleet', {}, more)).body.artefact).toBe('v1');
    expect((await component(two.data.ModelName)).PhysicalResourceId).toBe(made.PhysicalResourceId);
    expect((await world.invoke('fleet', {}, more)).body.artefact).toBe('v2');
    const described = await world.sageMaker.send(new DescribeInferenceComponentCommand(more));
    expect(described.Specification?.ComputeResourceRequirements).toEqual({ MinMemoryRequiredInMb: 1024 });
    const broken = await deploy('Broken', 'AWS::SageMaker::Model', modelOf('broken'));
    const failed = await deploy('Sick', 'AWS::SageMaker::InferenceComponent', {
      EndpointName: 'fleet',
      Specification: { ModelName: broken.data.ModelName },
      RuntimeConfig: { CopyCount: 1 },
    });
    expect(failed).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('did not pass') });
    const { InferenceComponents } = await world.sageMaker.send(new ListInferenceComponentsCommand({}));
    expect(InferenceComponents?.map(({ InferenceComponentName: name }) => name)).toEqual(['fleet-model']);
    for (const id of ['Component', 'Endpoint', 'Config', 'One', 'Two', 'Broken']) {
      expect((await cloudFormation.delete(id)).Status).toBe('SUCCESS');
    }
    expect(await names()).toEqual([]);
  });
});
