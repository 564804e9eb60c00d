import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { DataCapture, EndpointHosting, NetworkIsolation, Rollout } from '../../lib/index';
import { annotations, messageOf, newApp, only, resourcesOf } from '../support';
import { OBJECTIVES, standaloneEndpoints, templateOf, vpcIn } from './endpoints';

import { type Changes, held, statements, template } from './held-endpoint';

describe('an endpoint', () => {
  it('has a literal name and a constant variant, and lets CloudFormation name model and configuration', () => {
    const of = template();
    expect(only(of, 'AWS::SageMaker::Endpoint').Properties?.EndpointName).toBe('reranker');
    expect(only(of, 'AWS::SageMaker::Model').Properties).not.toHaveProperty('ModelName');
    expect(only(of, 'AWS::SageMaker::EndpointConfig').Properties).not.toHaveProperty('EndpointConfigName');
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: { 'Fn::GetAtt': [Match.anyValue(), 'ModelName'] } }],
    });
    of.hasResourceProperties('AWS::SageMaker::Endpoint', {
      EndpointConfigName: { 'Fn::GetAtt': [Match.anyValue(), 'EndpointConfigName'] },
    });
  });

  it('is the same when it is synthesized again', () => {
    const bytes = () => standaloneEndpoints(newApp()).map((endpoint) => JSON.stringify(templateOf(endpoint).toJSON()));
    expect(bytes()).toEqual(bytes());
  });

  it('starts, downloads and routes as it is told', () => {
    const hosting = EndpointHosting.realTime({
      instanceType: 'ml.m7i.large',
      startupTimeout: Duration.minutes(20),
      downloadTimeout: Duration.minutes(30),
      inferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
      volumeSizeGb: 100,
      leastOutstandingRequests: false,
      enhancedMetrics: true,
    });
    template(() => ({ hosting })).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [
        {
          ContainerStartupHealthCheckTimeoutInSeconds: 1200,
          ModelDataDownloadTimeoutInSeconds: 1800,
          InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
          VolumeSizeInGB: 100,
          RoutingConfig: { RoutingStrategy: 'RANDOM' },
        },
      ],
      MetricsConfig: { EnableEnhancedMetrics: true },
    });
  });

  it('takes other types where there is no capacity, in their order', () => {
    const hosting = EndpointHosting.realTime({
      instanceType: 'ml.g5.xlarge',
      fallbackInstanceTypes: ['ml.g6.xlarge', 'ml.g5.2xlarge'],
      capacityTimeout: Duration.minutes(15),
    });
    const of = template(() => ({ hosting }));
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [
        {
          InstanceType: Match.absent(),
          InstancePools: [
            { InstanceType: 'ml.g5.xlarge', Priority: 1 },
            { InstanceType: 'ml.g6.xlarge', Priority: 2 },
            { InstanceType: 'ml.g5.2xlarge', Priority: 3 },
          ],
          VariantInstanceProvisionTimeoutInSeconds: 900,
        },
      ],
    });
  });

  it('keeps its logs under a literal name, as long as it is told, encrypted', () => {
    const of = template(({ key }) => ({
      encryptionKey: key,
      logRetention: RetentionDays.ONE_YEAR,
      logRemovalPolicy: RemovalPolicy.RETAIN,
    }));
    of.hasResource('AWS::Logs::LogGroup', {
      Properties: {
        LogGroupName: '/aws/sagemaker/Endpoints/reranker',
        RetentionInDays: 365,
        KmsKeyId: Match.stringLikeRegexp(':key/'),
      },
      DeletionPolicy: 'Retain',
    });
    // SageMaker would make the group itself if the endpoint were first.
    const [[group] = []] = resourcesOf(of, 'AWS::Logs::LogGroup');
    expect(only(of, 'AWS::SageMaker::Endpoint').DependsOn).toContain(group);
  });

  it.each([
    ['ml.m7i.large', true],
    ['ml.g5.xlarge', false],
    ['ml.g4dn.xlarge', false],
    ['ml.m5d.large', false],
  ])(
    'of %s has an encrypted volume: %s, for local disks encrypt themselves and take no key',
    (instanceType, encrypted) => {
      const of = template(({ key }) => ({ hosting: EndpointHosting.realTime({ instanceType }), encryptionKey: key }));
      expect('KmsKeyId' in (only(of, 'AWS::SageMaker::EndpointConfig').Properties ?? {})).toBe(encrypted);
    },
  );

  it('has no key where any type that may take its place has a local disk', () => {
    const hosting = EndpointHosting.realTime({ instanceType: 'ml.c7i.large', fallbackInstanceTypes: ['ml.c5d.large'] });
    const of = template(({ key }) => ({ hosting, encryptionKey: key }));
    expect(only(of, 'AWS::SageMaker::EndpointConfig').Properties).not.toHaveProperty('KmsKeyId');
  });
});

describe('the network of an endpoint', () => {
  it('is closed to containers, unless there is a reason', () => {
    expect(only(template(), 'AWS::SageMaker::Model').Properties?.EnableNetworkIsolation).toBe(true);
    const networkIsolation = NetworkIsolation.off('weights come from a hub');
    const open = template(() => ({ networkIsolation }));
    expect(only(open, 'AWS::SageMaker::Model').Properties?.EnableNetworkIsolation).toBe(false);
    expect(messageOf(() => NetworkIsolation.off('because'))).toContain('the reason is "because", expected three words');
  });

  it('is a VPC with its private subnets and a group of its own, and only then may the role make interfaces', () => {
    const of = template((_, stack) => ({ vpc: vpcIn(stack) }));
    of.hasResourceProperties('AWS::SageMaker::Model', {
      VpcConfig: {
        Subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        SecurityGroupIds: [{ 'Fn::GetAtt': [Match.anyValue(), 'GroupId'] }],
      },
    });
    expect(JSON.stringify(statements(of))).toContain('ec2:CreateNetworkInterfacePermission');
    expect(JSON.stringify(statements(template()))).not.toContain('ec2:');
  });

  it('takes subnets and groups that are given', () => {
    const of = template((_, stack) => {
      const vpc = vpcIn(stack);
      return {
        vpc,
        vpcSubnets: { subnets: vpc.privateSubnets.slice(0, 1) },
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      };
    });
    of.hasResourceProperties('AWS::SageMaker::Model', {
      VpcConfig: { Subnets: ['subnet-0123456789abcdef0'], SecurityGroupIds: ['sg-1'] },
    });
  });

  it('fails with groups of no VPC', () => {
    const securityGroups = (stack: Stack) => [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')];
    expect(messageOf(() => held((_, stack) => ({ securityGroups: securityGroups(stack) })))).toContain(
      'vpcSubnets or securityGroups are given without vpc',
    );
  });
});

describe('the role of an endpoint', () => {
  it('may do these things and no others', () => {
    expect(statements(template(() => ({ rollout: Rollout.canary() })))).toEqual([
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'cloudwatch:PutMetricData',
        Resource: '*',
        Condition: {
          StringEquals: {
            'cloudwatch:namespace': ['/aws/sagemaker/Endpoints', '/aws/sagemaker/InferenceComponents'],
          },
        },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^EndpointLogs/), 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: 'cloudwatch:DescribeAlarms',
        Resource: ['errors', 'latency', 'model-errors'].map(
          (what) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:reranker-rollback-${what}`,
        ),
      },
      {
        Effect: 'Allow',
        Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        Resource: 'arn:aws:ecr:eu-west-1:123456789012:repository/reranker',
      },
    ]);
  });

  it('has its policies before the model is created, which tries them', () => {
    const of = template();
    const [[policy] = []] = resourcesOf(of, 'AWS::IAM::Policy');
    expect(only(of, 'AWS::SageMaker::Model').DependsOn).toContain(policy);
    expect(only(of, 'AWS::SageMaker::EndpointConfig').DependsOn).toContain(policy);
  });
});

describe('the capture of data', () => {
  it('is off', () => {
    expect(only(template(), 'AWS::SageMaker::EndpointConfig').Properties).not.toHaveProperty('DataCaptureConfig');
  });

  it('is of outputs only, where the role may write', () => {
    const of = template(({ bucket }) => ({
      dataCapture: DataCapture.outputOnly({ bucket, prefix: 'captured/', samplingPercent: 20 }),
    }));
    of.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 20,
        DestinationS3Uri: 's3://models-of-mine/captured/',
        CaptureOptions: [{ CaptureMode: 'Output' }],
        KmsKeyId: Match.stringLikeRegexp(':key/'),
      },
    });
    expect(statements(of)).toContainEqual({
      Effect: 'Allow',
      Action: ['s3:AbortMultipartUpload', 's3:PutObject'],
      Resource: 'arn:aws:s3:::models-of-mine/captured/*',
    });
  });

  it.each([
    [{ samplingPercent: 0 }, 'samplingPercent is 0, expected a whole number from 1 to 100'],
    [{ prefix: 'captured' }, 'prefix is "captured", expected a prefix that ends in a slash'],
    [{ prefix: '/captured/' }, 'prefix is "/captured/", expected a prefix that ends in a slash'],
  ])('fails with %j', (changes, fault) => {
    expect(
      messageOf(() => held(({ bucket }) => ({ dataCapture: DataCapture.outputOnly({ bucket, ...changes }) }))),
    ).toContain(fault);
  });
});

describe('what hangs on an endpoint', () => {
  it('may invoke it, and nothing else', () => {
    const endpoint = held();
    const caller = new Role(Stack.of(endpoint), 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    endpoint.grantInvoke(caller);
    expect(statements(templateOf(endpoint))).toContainEqual({
      Effect: 'Allow',
      Action: 'sagemaker:InvokeEndpoint',
      Resource: 'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/reranker',
    });
  });

  it('measures it by name and variant', () => {
    const endpoint = held();
    expect(endpoint.metricInvocations().toMetricConfig().metricStat).toMatchObject({
      namespace: 'AWS/SageMaker',
      metricName: 'Invocations',
      statistic: 'Sum',
      dimensions: [
        { name: 'EndpointName', value: 'reranker' },
        { name: 'VariantName', value: 'AllTraffic' },
      ],
    });
    expect(endpoint.metricModelLatency({ period: Duration.minutes(5) }).toMetricConfig().metricStat).toMatchObject({
      statistic: 'p95',
      period: Duration.minutes(5),
    });
  });
});

describe('an instance type', () => {
  const of = (instanceType: string) => held(() => ({ hosting: EndpointHosting.realTime({ instanceType }) }));

  it('that is not known is an advice with the nearest one, and no refusal', () => {
    expect(annotations(of('ml.g5.xlrage'), 'aws:cdk:warning')).toEqual([
      expect.stringContaining(
        'instance type ml.g5.xlrage is not known here, so that its memory, volumes and price cannot be checked; did you mean ml.g5.xlarge',
      ),
    ]);
    expect(annotations(of('ml.g5.xlarge'), 'aws:cdk:warning')).toEqual([]);
  });

  it('of one instance that cannot be shifted in parts is said', () => {
    expect(
      annotations(
        held(() => ({ rollout: Rollout.canary() })),
        'aws:cdk:info',
      ),
    ).toEqual([expect.stringContaining('a part of one instance is the whole of it')]);
    expect(
      annotations(
        held(() => ({ rollout: Rollout.canary(), minimumInstances: 2 })),
        'aws:cdk:info',
      ),
    ).toEqual([]);
  });
});

describe('an endpoint fails', () => {
  const realTime = (changes: object) => () => ({
    hosting: EndpointHosting.realTime({ instanceType: 'ml.g5.xlarge', ...changes }),
  });

  it.each<[string, Changes, string]>([
    [
      'with a name in capitals',
      () => ({ endpointName: 'Reranker' }),
      'endpointName is "Reranker", expected 1 to 63 lower case',
    ],
    ['with a name of 64', () => ({ endpointName: 'a'.repeat(64) }), 'expected 1 to 63 lower case letters'],
    ['with half an instance', () => ({ minimumInstances: 0.5 }), 'minimumInstances is 0.5, expected a whole number'],
    [
      'without availability to speak of',
      () => ({ objectives: { ...OBJECTIVES, availability: 20 } }),
      'objectives.availability is 20, expected a number from 50 to 99.999',
    ],
    ['with a model that does not fit', realTime({ modelMemory: Size.gibibytes(20) }), 'modelMemory is 20480 MiB'],
    [
      'with a model that does not fit where capacity is',
      realTime({ modelMemory: Size.gibibytes(16), fallbackInstanceTypes: ['ml.g4dn.xlarge'] }),
      'of GPU memory of one ml.g4dn.xlarge',
    ],
    [
      'with a disk beside a local one',
      realTime({ volumeSizeGb: 100 }),
      'volumeSizeGb is 100, expected none; ml.g5.xlarge has local disks',
    ],
    [
      'with processors of two kinds',
      realTime({ instanceType: 'ml.c7g.large', fallbackInstanceTypes: ['ml.c7i.large'] }),
      'ml.c7g.large among ml.c7g.large, ml.c7i.large has another processor, expected one kind',
    ],
    [
      'with a fraction of a second',
      realTime({ startupTimeout: Duration.millis(90_500) }),
      'startupTimeout is 90500 ms, expected whole seconds',
    ],
    ['with a type twice', realTime({ fallbackInstanceTypes: ['ml.g5.xlarge'] }), '"ml.g5.xlarge" is given twice'],
    [
      'with more types than priorities',
      realTime({
        fallbackInstanceTypes: ['ml.g5.2xlarge', 'ml.g5.4xlarge', 'ml.g5.8xlarge', 'ml.g6.xlarge', 'ml.g6.2xlarge'],
      }),
      '6 instance types with the fallback ones, expected at most 5',
    ],
    [
      'with a type of EC2',
      realTime({ instanceType: 'g5.xlarge' }),
      'instance type "g5.xlarge", expected one such as "ml.g5.xlarge"',
    ],
    [
      'with two hours to start',
      realTime({ startupTimeout: Duration.hours(2) }),
      'startupTimeout is 7200000 ms, expected 60000 to 3600000 ms',
    ],
    ['with seconds to download', realTime({ downloadTimeout: Duration.seconds(5) }), 'downloadTimeout is 5000 ms'],
  ])('%s', (_, changes, fault) => {
    const message = messageOf(() => held(changes));
    expect(message).toMatch(/^ConfigError: endpoint\/Endpoint:/);
    expect(message).toContain(fault);
  });

  it('with all of its faults together', () => {
    const message = messageOf(() =>
      held(() => ({ endpointName: 'A', minimumInstances: -1, rollout: Rollout.canary({ bake: Duration.minutes(1) }) })),
    );
    expect(message.match(/\n {2}- /g)).toHaveLength(3);
  });
});
