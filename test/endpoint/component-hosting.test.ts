import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  EndpointHosting,
  ModelSource,
  Rollout,
  type SageMakerEndpointProps,
  type ScaleToZeroHostingProps,
  ScalingSchedule,
} from '../../lib/index';
import { messageOf, newApp, only, resourcesOf } from '../support';
import { endpointWith, OBJECTIVES, type Parts, REGION, templateOf } from './endpoints';

type Changes = Partial<SageMakerEndpointProps>;

const stackIn = (region: string) => new Stack(newApp(), 'endpoint', { env: { ...REGION, region } });

function officeHours(minimumInstances: number): ScalingSchedule {
  return ScalingSchedule.officeHours({ minimumInstances, timeZone: 'Europe/Berlin' });
}

describe('a fleet that goes to zero', () => {
  const zero = (
    props: Partial<ScaleToZeroHostingProps> = {},
    changes: (parts: Parts, stack: Stack) => Changes = () => ({}),
    region = 'eu-west-1',
  ) =>
    endpointWith(stackIn(region), (parts, stack) => ({
      hosting: EndpointHosting.scaleToZero({ instanceType: 'ml.g5.2xlarge', ...props }),
      objectives: OBJECTIVES,
      rollout: Rollout.rolling(),
      ...changes(parts, stack),
    }));
  const template = (...args: Parameters<typeof zero>) => templateOf(zero(...args));

  it('has all four pieces: a role on the configuration, managed instances, copies from zero, a step that wakes', () => {
    const of = template({ maxCopies: 3, maxConcurrentRequests: 10 });
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ExecutionRoleArn: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] },
      EnableNetworkIsolation: true,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: Match.absent(),
          ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 4 },
        },
      ],
    });
    of.hasResourceProperties('AWS::SageMaker::InferenceComponent', {
      InferenceComponentName: 'reranker-model',
      EndpointName: 'reranker',
      VariantName: 'AllTraffic',
      RuntimeConfig: { CopyCount: 1 },
      Specification: {
        ModelName: { 'Fn::GetAtt': [Match.anyValue(), 'ModelName'] },
        ComputeResourceRequirements: {
          NumberOfAcceleratorDevicesRequired: 1,
          NumberOfCpuCoresRequired: Match.absent(),
          MinMemoryRequiredInMb: 1024,
        },
        StartupParameters: {
          ContainerStartupHealthCheckTimeoutInSeconds: 600,
          ModelDataDownloadTimeoutInSeconds: 600,
        },
      },
    });
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ResourceId: 'inference-component/reranker-model',
      ScalableDimension: 'sagemaker:inference-component:DesiredCopyCount',
      MinCapacity: 0,
      MaxCapacity: 3,
    });
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 8,
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution',
        },
      },
    });
    const [[step] = []] = resourcesOf(of, 'AWS::ApplicationAutoScaling::ScalingPolicy').filter(
      ([, { Properties }]) => Properties?.PolicyType === 'StepScaling',
    );
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-wake-no-capacity',
      Namespace: 'AWS/SageMaker',
      MetricName: 'NoCapacityInvocationFailures',
      Dimensions: [{ Name: 'InferenceComponentName', Value: 'reranker-model' }],
      // One request wakes it: "greater than 1" would want two.
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [{ Ref: step }],
    });
  });

  it('is deleted in order: scaling, component, endpoint', () => {
    const of = template();
    const id = (type: string) => resourcesOf(of, type)[0]?.[0];
    of.hasResource('AWS::ApplicationAutoScaling::ScalableTarget', {
      DependsOn: [id('AWS::SageMaker::InferenceComponent')],
    });
    of.hasResource('AWS::SageMaker::InferenceComponent', { DependsOn: [id('AWS::SageMaker::Endpoint')] });
  });

  it('rolls components and not the endpoint, by alarms of the component', () => {
    const endpoint = zero();
    const of = templateOf(endpoint);
    expect(only(of, 'AWS::SageMaker::Endpoint').Properties).not.toHaveProperty('DeploymentConfig');
    of.hasResourceProperties('AWS::SageMaker::InferenceComponent', {
      DeploymentConfig: {
        RollingUpdatePolicy: { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 }, WaitIntervalInSeconds: 600 },
        AutoRollbackConfiguration: { Alarms: endpoint.rollbackAlarmNames.map((AlarmName) => ({ AlarmName })) },
      },
    });
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-rollback-latency',
      MetricName: 'ModelLatency',
      Dimensions: [{ Name: 'InferenceComponentName', Value: 'reranker-model' }],
    });
  });

  it('keeps copies where the profile does, and then nothing needs to wake it', () => {
    const of = template({}, () => ({ minimumInstances: 2 }));
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 2 });
    of.hasResourceProperties('AWS::SageMaker::InferenceComponent', { RuntimeConfig: { CopyCount: 2 } });
    expect(JSON.stringify(of.toJSON())).not.toContain('NoCapacityInvocationFailures');
  });

  it('has a specification for each type that may take its place', () => {
    template({ fallbackInstanceTypes: ['ml.g6.12xlarge'] }).hasResourceProperties(
      'AWS::SageMaker::InferenceComponent',
      {
        Specification: Match.absent(),
        Specifications: [
          { InstanceType: 'ml.g5.2xlarge', ComputeResourceRequirements: { NumberOfAcceleratorDevicesRequired: 1 } },
          { InstanceType: 'ml.g6.12xlarge', ComputeResourceRequirements: { NumberOfAcceleratorDevicesRequired: 4 } },
        ],
      },
    );
  });

  it('reserves a processor where there is no accelerator', () => {
    template({ instanceType: 'ml.m7i.large' }).hasResourceProperties('AWS::SageMaker::InferenceComponent', {
      Specification: {
        ComputeResourceRequirements: {
          NumberOfAcceleratorDevicesRequired: Match.absent(),
          NumberOfCpuCoresRequired: 1,
        },
      },
    });
  });

  it.each([
    ['a copy and its batch', { maxCopies: 1 }, {}, 2],
    ['all copies and a batch of them', { maxCopies: 8 }, {}, 10],
    ['all copies and a batch of the size that the rollout has', { maxCopies: 8 }, { batchPercent: 50 }, 12],
    ['what is stated', { maxCopies: 8, maxInstances: 3 }, {}, 3],
    ['copies that a schedule keeps', { schedules: [officeHours(6)] }, {}, 8],
  ])('has room for %s', (_, props, options, most) => {
    template(props, () => ({ rollout: Rollout.rolling(options) })).hasResourceProperties(
      'AWS::SageMaker::EndpointConfig',
      { ProductionVariants: [{ ManagedInstanceScaling: { MaxInstanceCount: most } }] },
    );
  });

  it('lets a schedule keep more copies than are stated', () => {
    template({ maxCopies: 2, schedules: [officeHours(6)] }).hasResourceProperties(
      'AWS::ApplicationAutoScaling::ScalableTarget',
      { MinCapacity: 0, MaxCapacity: 6 },
    );
  });

  it('fails with a component whose name is too long for SageMaker', () => {
    const endpointName = 'a'.repeat(50);
    const named = (name: string) => () =>
      zero({ components: [{ name, model: ModelSource.fromImage('container') }] }, ({ model }) => ({
        endpointName,
        model,
      }));
    expect(messageOf(named('b'.repeat(13)))).toContain(
      `the name of an inference component is "${endpointName}-${'b'.repeat(13)}", expected at most 63 characters`,
    );
    expect(messageOf(named('b'.repeat(12)))).not.toContain('inference component is');
  });

  it('carries several models, each with its scaling, its alarms and its name', () => {
    const endpoint = endpointWith(stackIn('eu-west-1'), ({ model, bucket, image }) => ({
      hosting: EndpointHosting.scaleToZero({
        instanceType: 'ml.g5.12xlarge',
        accelerators: 2,
        maxCopies: 2,
        components: [
          { name: 'embed', model, accelerators: 1, minCopies: 1 },
          { name: 'rank', model: ModelSource.fromBucket(bucket, 'rank/', { image }), accelerators: 1, maxCopies: 4 },
        ],
      }),
      objectives: OBJECTIVES,
      rollout: Rollout.rolling(),
    }));
    endpoint.grantInvoke(endpoint.role);
    const of = templateOf(endpoint);
    expect(endpoint.inferenceComponentNames).toEqual(['reranker-model', 'reranker-embed', 'reranker-rank']);
    // What is verified is what each component was told to serve.
    const told = resourcesOf(of, 'AWS::SageMaker::InferenceComponent').map(([, { Properties = {} }]) => ({
      componentName: Properties.InferenceComponentName,
      modelName: (Properties.Specification as { ModelName: unknown }).ModelName,
    }));
    expect(endpoint.components.map((one) => Stack.of(endpoint).resolve(one))).toEqual(told);
    of.resourceCountIs('AWS::SageMaker::Model', 3);
    of.resourceCountIs('AWS::SageMaker::Endpoint', 1);
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [{ ManagedInstanceScaling: { MinInstanceCount: 0, MaxInstanceCount: 10 } }],
    });
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ResourceId: 'inference-component/reranker-rank',
      MinCapacity: 0,
      MaxCapacity: 4,
    });
    // A component is rolled back by its own alarms, not by those of its neighbours.
    of.hasResourceProperties('AWS::SageMaker::InferenceComponent', {
      InferenceComponentName: 'reranker-rank',
      DeploymentConfig: {
        AutoRollbackConfiguration: {
          Alarms: ['errors', 'model-errors', 'latency'].map((what) => ({
            AlarmName: `reranker-rollback-${what}-rank`,
          })),
        },
      },
    });
    const alarms = resourcesOf(of, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties?.AlarmName);
    expect(alarms.filter((name) => String(name).includes('wake')).sort()).toEqual([
      'reranker-wake-no-capacity',
      'reranker-wake-no-capacity-rank',
    ]);
    expect(JSON.stringify(of.toJSON())).toContain(':inference-component/reranker-embed"');
  });

  it('is refused where it is not known to work, unless somebody knows better', () => {
    const fault = 'the region is eu-south-2, expected one that is known to have inference components';
    expect(messageOf(() => zero({}, undefined, 'eu-south-2'))).toContain(fault);
    expect(() => zero({ assumeRegion: true }, undefined, 'eu-south-2')).not.toThrow();
  });

  it.each<[string, Partial<ScaleToZeroHostingProps>, (parts: Parts) => Changes, string]>([
    [
      'blue/green',
      {},
      () => ({ rollout: Rollout.canary() }),
      'the rollout is canary 10 %, watched for 10 minutes, expected Rollout.rolling or',
    ],
    [
      'more accelerators than there are',
      { accelerators: 2 },
      () => ({}),
      'accelerators is 2, expected a whole number from 1 to 1',
    ],
    ['a model too large', { modelMemory: Size.gibibytes(40) }, () => ({}), 'modelMemory is 40960 MiB'],
    ['no copies', { maxCopies: 0 }, () => ({}), 'maxCopies is 0'],
    ['a long cool-down', { scaleInCooldown: Duration.hours(2) }, () => ({}), 'scaleInCooldown is 7200000 ms'],
  ])('fails with %s', (_, props, changes, fault) => {
    expect(messageOf(() => zero(props, changes))).toContain(fault);
  });

  it('fails with components of one name, or of the main one', () => {
    const named = (...names: string[]) =>
      messageOf(() =>
        endpointWith(stackIn('eu-west-1'), ({ model }) => ({
          hosting: EndpointHosting.scaleToZero({
            instanceType: 'ml.g5.2xlarge',
            components: names.map((name) => ({ name, model })),
          }),
        })),
      );
    expect(named('a', 'a')).toContain('two components are called "a", expected different names');
    expect(named('model')).toContain('components[0].name is "model", expected 1 to 16 lower case letters');
  });
});
