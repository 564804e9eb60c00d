import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import {
  type AsyncHostingProps,
  DataCapture,
  EndpointHosting,
  type IEndpointHosting,
  ModelSource,
  NetworkIsolation,
  Rollout,
  type SageMakerEndpointProps,
  type ServerlessHostingProps,
} from '../../lib/index';
import { messageOf, newApp, only, resourcesOf } from '../support';
import { endpointWith, OBJECTIVES, type Parts, REGION, templateOf, vpcIn } from './endpoints';

type Changes = Partial<SageMakerEndpointProps>;

const stackIn = (region: string) => new Stack(newApp(), 'endpoint', { env: { ...REGION, region } });

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

describe('an endpoint whose model is its own', () => {
  it.each<[string, (parts: Parts) => IEndpointHosting]>([
    ['real time', () => EndpointHosting.realTime({ instanceType: 'ml.g5.xlarge' })],
    ['serverless', () => EndpointHosting.serverless()],
    ['asynchronous', ({ bucket }) => EndpointHosting.asynchronous({ instanceType: 'ml.g5.xlarge', bucket })],
  ])('has no inference components that a rollout would have to verify: %s', (_, hosting) => {
    const endpoint = endpointWith(stackIn('eu-west-1'), (parts) => ({ hosting: hosting(parts) }));
    expect(endpoint.components).toEqual([]);
    expect(endpoint.inferenceComponentNames).toEqual([]);
    templateOf(endpoint).resourceCountIs('AWS::SageMaker::InferenceComponent', 0);
  });
});
