import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import {
  type AsyncHostingProps,
  DataCapture,
  EndpointHosting,
  ModelSource,
  NetworkIsolation,
  Rollout,
  type SageMakerEndpointProps,
  type ScaleToZeroHostingProps,
  ScalingSchedule,
  type ServerlessHostingProps,
} from '../../lib/index';
import { messageOf, newApp, type Resource, resourcesOf } from '../support';
import { endpointWith, OBJECTIVES, type Parts, REGION, templateOf, vpcIn } from './endpoints';

type Changes = Partial<SageMakerEndpointProps>;

const stackIn = (region: string) => new Stack(newApp(), 'endpoint', { env: { ...REGION, region } });

function only(of: Template, type: string): Resource {
  const [[, resource] = []] = resourcesOf(of, type);
  if (resource === undefined) throw new Error(`there is no ${type}`);
  return resource;
}

function officeHours(minimumInstances: number): ScalingSchedule {
  return ScalingSchedule.officeHours({ minimumInstances, timeZone: 'Europe/Berlin' });
}

describe('a serverless endpoint', () => {
  const serverless = (
    props: ServerlessHostingProps = {},
    changes: (parts: Parts, stack: Stack) => Changes = () => ({}),
  ) =>
    templateOf(
      endpointWith(stackIn('eu-west-1'), (parts, stack) => ({
        hosting: EndpointHosting.serverless(props),
        objectives: OBJECTIVES,
        ...changes(parts, stack),
      })),
    );

  it('has memory and concurrency, and keeps what the profile keeps', () => {
    serverless({ memory: Size.gibibytes(3), maxConcurrency: 50 }, () => ({
      minimumInstances: 2,
    })).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          InstanceType: Match.absent(),
          ServerlessConfig: { MemorySizeInMB: 3072, MaxConcurrency: 50, ProvisionedConcurrency: 2 },
        },
      ],
    });
    serverless().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [
        { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: Match.absent() } },
      ],
    });
  });

  it('has neither network nor volume nor instances of its own', () => {
    const of = serverless({}, ({ key }) => ({ encryptionKey: key }));
    expect(Object.keys(only(of, 'AWS::SageMaker::Model').Properties ?? {}).sort()).toEqual([
      'ExecutionRoleArn',
      'PrimaryContainer',
    ]);
    expect(only(of, 'AWS::SageMaker::EndpointConfig').Properties).not.toHaveProperty('KmsKeyId');
    expect(only(of, 'AWS::SageMaker::Endpoint').Properties).not.toHaveProperty('RetainAllVariantProperties');
    of.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
  });

  it.each<[string, ServerlessHostingProps, (parts: Parts, stack: Stack) => Changes, string]>([
    ['7,000 MB', { memory: Size.mebibytes(7000) }, () => ({}), 'memory is 7000 MiB, expected one of 1024, 2048'],
    ['1.5 GB', { memory: Size.mebibytes(1536) }, () => ({}), 'memory is 1536 MiB, expected one of'],
    [
      '201 at once',
      { maxConcurrency: 201 },
      () => ({}),
      'maxConcurrency is 201, expected a whole number from 1 to 200',
    ],
    [
      'more kept than there may be',
      { maxConcurrency: 1 },
      () => ({ minimumInstances: 2 }),
      'minimumInstances is 2, expected at most maxConcurrency (1)',
    ],
    ['a VPC', {}, (_, stack) => ({ vpc: vpcIn(stack) }), 'vpc or networkIsolation is given, expected neither'],
    ['isolation', {}, () => ({ networkIsolation: NetworkIsolation.on() }), 'vpc or networkIsolation is given'],
    [
      'data capture',
      {},
      ({ bucket }) => ({ dataCapture: DataCapture.outputOnly({ bucket }) }),
      'dataCapture is given, expected DataCapture.off()',
    ],
    ['a canary', {}, () => ({ rollout: Rollout.canary() }), 'the rollout is canary 10 %'],
    ['rolling', {}, () => ({ rollout: Rollout.rolling() }), 'the rollout is rolling 25 %'],
    [
      'uncompressed files',
      {},
      ({ bucket, image }) => ({ model: ModelSource.fromBucket(bucket, 'v7/', { image }) }),
      'the artefact is a prefix, expected a .tar.gz; serverless endpoints load no other',
    ],
  ])('fails with %s', (_, props, changes, fault) => {
    expect(messageOf(() => serverless(props, changes))).toContain(fault);
  });
});

describe('an asynchronous endpoint', () => {
  const asynchronous = (
    props: Partial<AsyncHostingProps> = {},
    changes: (parts: Parts, stack: Stack) => Changes = () => ({}),
  ) =>
    templateOf(
      endpointWith(stackIn('eu-west-1'), (parts, stack) => ({
        hosting: EndpointHosting.asynchronous({ instanceType: 'ml.g5.xlarge', bucket: parts.bucket, ...props }),
        objectives: OBJECTIVES,
        ...changes(parts, stack),
      })),
    );

  it('takes requests from, and answers into, its own prefixes', () => {
    const of = asynchronous({ prefix: 'work/', maxConcurrentInvocationsPerInstance: 4 });
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
        OutputConfig: {
          S3OutputPath: 's3://models-of-mine/work/output/',
          S3FailurePath: 's3://models-of-mine/work/output/failure/',
          KmsKeyId: Match.stringLikeRegexp(':key/'),
        },
      },
    });
    of.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::models-of-mine/work/input/*' },
          {
            Effect: 'Allow',
            Action: ['s3:AbortMultipartUpload', 's3:PutObject'],
            Resource: 'arn:aws:s3:::models-of-mine/work/output/*',
          },
        ]),
      },
    });
  });

  it('scales by what waits for an instance, by the one dimension that is published', () => {
    const of = asynchronous({ backlogPerInstance: 3, maxInstances: 4 });
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ResourceId: 'endpoint/reranker/variant/AllTraffic',
      MinCapacity: 0,
      MaxCapacity: 4,
    });
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 3,
        CustomizedMetricSpecification: {
          Namespace: 'AWS/SageMaker',
          MetricName: 'ApproximateBacklogSizePerInstance',
          Dimensions: [{ Name: 'EndpointName', Value: 'reranker' }],
          Statistic: 'Average',
        },
      },
    });
  });

  it('is woken from zero by an alarm and a step', () => {
    const of = asynchronous();
    const [[policy] = []] = resourcesOf(of, 'AWS::ApplicationAutoScaling::ScalingPolicy').filter(
      ([, { Properties }]) => Properties?.PolicyType === 'StepScaling',
    );
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      },
    });
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-wake-backlog',
      Namespace: 'AWS/SageMaker',
      MetricName: 'HasBacklogWithoutCapacity',
      Dimensions: [{ Name: 'EndpointName', Value: 'reranker' }],
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      AlarmActions: [{ Ref: policy }],
    });
  });

  it('is never at zero where the profile keeps instances', () => {
    const of = asynchronous({}, () => ({ minimumInstances: 2 }));
    of.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 2 });
    expect(JSON.stringify(of.toJSON())).not.toContain('HasBacklogWithoutCapacity');
  });

  it('is rolled back by what it publishes only, and asked later', () => {
    const endpoint = endpointWith(stackIn('eu-west-1'), ({ bucket }) => ({
      hosting: EndpointHosting.asynchronous({ instanceType: 'ml.g5.xlarge', bucket }),
      objectives: OBJECTIVES,
      rollout: Rollout.canary(),
    }));
    expect(endpoint.rollbackAlarmNames).toEqual(['reranker-rollback-errors']);
    endpoint.grantInvoke(endpoint.role);
    const text = JSON.stringify(templateOf(endpoint).toJSON());
    expect(text).toContain('"sagemaker:InvokeEndpointAsync"');
    for (const unpublished of ['"Invocations"', 'InvocationsPerInstance', 'InvocationModelErrors']) {
      expect(text).not.toContain(unpublished);
    }
  });

  it('tells topics, which the role may publish to', () => {
    const stack = stackIn('eu-west-1');
    const topic = Topic.fromTopicArn(stack, 'Done', 'arn:aws:sns:eu-west-1:123456789012:done');
    const of = templateOf(
      endpointWith(stack, ({ bucket }) => ({
        hosting: EndpointHosting.asynchronous({ instanceType: 'ml.g5.xlarge', bucket, successTopic: topic }),
        objectives: OBJECTIVES,
      })),
    );
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      AsyncInferenceConfig: { OutputConfig: { NotificationConfig: { SuccessTopic: topic.topicArn } } },
    });
    expect(JSON.stringify(of.toJSON())).toContain(
      `"Action":"sns:Publish","Effect":"Allow","Resource":"${topic.topicArn}"`,
    );
  });

  it.each<[string, Partial<AsyncHostingProps>, (parts: Parts) => Changes, string]>([
    ['no bucket', { bucket: undefined }, () => ({}), 'bucket is missing, expected one outside of a stage'],
    [
      'a prefix without a slash',
      { prefix: 'work' },
      () => ({}),
      'prefix is "work", expected a prefix that ends in a slash',
    ],
    ['no instance', { maxInstances: 0 }, () => ({}), 'maxInstances is 0'],
    ['two hours for one input', { timeout: Duration.hours(2) }, () => ({}), 'timeout is 7200000 ms, expected 1000 to'],
    ['a backlog of nothing', { backlogPerInstance: 0 }, () => ({}), 'backlogPerInstance is 0'],
    ['a model too large', { modelMemory: Size.gibibytes(40) }, () => ({}), 'modelMemory is 40960 MiB'],
    ['data capture', {}, ({ bucket }) => ({ dataCapture: DataCapture.outputOnly({ bucket }) }), 'dataCapture is given'],
  ])('fails with %s', (_, props, changes, fault) => {
    expect(messageOf(() => asynchronous(props, changes))).toContain(fault);
  });
});

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
