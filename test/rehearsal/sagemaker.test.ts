import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricStatisticsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { App, Stack, Stage } from 'aws-cdk-lib';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMULATOR_ACCOUNT } from '../../rehearsal/emulator/emulator';
import { RehearsedStage } from '../../rehearsal/rehearsed-stage';
import { SageMakerDouble } from '../../rehearsal/sagemaker/sagemaker-double';
import { Cdk } from '../../rehearsal/stage/cdk';
import { deleteStack } from '../../rehearsal/stage/deployed';
import { applyStandIns } from '../../rehearsal/stand-ins/apply';
import { CallersCredentials } from '../../rehearsal/stand-ins/callers-credentials';
import { StandInStack } from '../../rehearsal/stand-ins/stand-in-stack';
import { REHEARSAL_STACK } from '../../rehearsal/stand-ins/stand-in-types';
import { trainSpamFilter } from '../../rehearsal/traffic/train-model';

const project = join(__dirname, '../..');
const REGION = 'eu-west-1';
const IMAGE = `${EMULATOR_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/spam-filter:1`;
const ENDPOINT = 'spam-filter-demo';
const env = { account: EMULATOR_ACCOUNT, region: REGION };

let stage: RehearsedStage;
let double: SageMakerDouble;
let sageMaker: SageMakerClient;
let runtime: SageMakerRuntimeClient;
let scaling: ApplicationAutoScalingClient;

beforeAll(async () => {
  stage = new RehearsedStage({ project, stage: 'demo', region: REGION });
  double = await SageMakerDouble.start(
    {
      project,
      region: REGION,
      account: EMULATOR_ACCOUNT,
      folder: join(stage.folder, 'sagemaker'),
      images: { [IMAGE]: { command: [process.execPath, join(project, 'examples/spam-filter/container/server.js')] } },
      timings: { baking: 3_000 },
    },
    stage.children,
  );
  await stage.startEmulator(double.environment);
  await double.connect(stage.emulator.endpoint);
  const config = { ...stage.config, endpoint: double.url };
  sageMaker = new SageMakerClient(config);
  runtime = new SageMakerRuntimeClient(config);
  scaling = new ApplicationAutoScalingClient(config);

  const { artifact } = await trainSpamFilter(stage.folder);
  const s3 = new S3Client({ ...stage.config, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'artefacts' }));
  for (const version of ['v-1', 'v-2', 'v-3']) {
    for (const file of readdirSync(artifact)) {
      const Body = readFileSync(join(artifact, file));
      await s3.send(new PutObjectCommand({ Bucket: 'artefacts', Key: `spam-filter/${version}/${file}`, Body }));
    }
  }
  await deployer('v-1').bootstrap();
});

afterAll(async () => {
  await double?.stop();
  await stage?.end();
});

/** The CLI for an app with one stack: everything that serves this version of the model. */
function deployer(version: string): Cdk {
  const assembly = join(stage.folder, `cdk-${version}.out`);
  const app = new App({
    outdir: assembly,
    context: { ...recommendedFlags },
    defaultStackSynthesizer: new CallersCredentials(),
  });
  new StandInStack(app, { env, code: join(project, 'dist/rehearsal/stand-in-handler') });
  const demo = new Stage(app, 'demo', { env });
  const stack = new Stack(demo, 'endpoint', { stackName: `${ENDPOINT}-endpoint` });
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') });
  const errors = new Alarm(stack, 'Errors', {
    alarmName: `${ENDPOINT}-errors`,
    metric: new Metric({
      namespace: 'AWS/SageMaker',
      metricName: 'InvocationModelErrors',
      dimensionsMap: { EndpointName: ENDPOINT, VariantName: 'AllTraffic' },
    }),
    threshold: 1,
    evaluationPeriods: 1,
  });
  const model = new CfnModel(stack, 'Model', {
    executionRoleArn: role.roleArn,
    primaryContainer: {
      image: IMAGE,
      modelDataSource: {
        s3DataSource: {
          s3Uri: `s3://artefacts/spam-filter/${version}/`,
          s3DataType: 'S3Prefix',
          compressionType: 'None',
        },
      },
    },
  });
  const config = new CfnEndpointConfig(stack, 'Config', {
    productionVariants: [
      {
        variantName: 'AllTraffic',
        modelName: model.attrModelName,
        instanceType: 'ml.m5.large',
        initialInstanceCount: 1,
        initialVariantWeight: 1,
      },
    ],
  });
  const endpoint = new CfnEndpoint(stack, 'Endpoint', {
    endpointName: ENDPOINT,
    endpointConfigName: config.attrEndpointConfigName,
    retainAllVariantProperties: true,
    deploymentConfig: { autoRollbackConfiguration: { alarms: [{ alarmName: errors.alarmName }] } },
  });
  const target = new CfnScalableTarget(stack, 'Target', {
    serviceNamespace: 'sagemaker',
    resourceId: `endpoint/${ENDPOINT}/variant/AllTraffic`,
    scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    minCapacity: 1,
    maxCapacity: 4,
  });
  target.addResourceDependency(endpoint);
  new CfnScalingPolicy(stack, 'Policy', {
    policyName: 'invocations',
    policyType: 'TargetTrackingScaling',
    scalingTargetId: target.ref,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: 300,
      predefinedMetricSpecification: { predefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    },
  });
  applyStandIns(demo, StandInStack.serviceToken(env));
  app.synth();
  const { endpoint: emulator } = stage.emulator;
  const options = { project, endpoint: emulator, region: REGION, home: join(stage.folder, 'home'), assembly };
  return new Cdk(options, stage.children);
}

async function left(): Promise<unknown> {
  const namespace = { ServiceNamespace: 'sagemaker' } as const;
  return {
    models: (await sageMaker.send(new ListModelsCommand({}))).Models?.length,
    configs: (await sageMaker.send(new ListEndpointConfigsCommand({}))).EndpointConfigs?.length,
    endpoints: (await sageMaker.send(new ListEndpointsCommand({}))).Endpoints?.length,
    targets: (await scaling.send(new DescribeScalableTargetsCommand(namespace))).ScalableTargets?.length,
    policies: (await scaling.send(new DescribeScalingPoliciesCommand(namespace))).ScalingPolicies?.length,
    servers: (await double.serverPids()).length,
  };
}

const described = () => sageMaker.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));

async function label(mail: string): Promise<string> {
  const { Body } = await runtime.send(
    new InvokeEndpointCommand({ EndpointName: ENDPOINT, ContentType: 'application/json', Body: JSON.stringify(mail) }),
  );
  return JSON.parse(Buffer.from(Body).toString()).output.label;
}

describe('a stack of SageMaker resources, deployed by cdk deploy', () => {
  let first: string | undefined;

  it('serves the model: its artefact comes from S3, and its invocations are counted in CloudWatch', async () => {
    await deployer('v-1').deploy('demo');
    const endpoint = await described();
    first = endpoint.EndpointConfigName;
    expect(endpoint.EndpointStatus).toBe('InService');
    expect(first).toMatch(/^spam-filter-demo-endpoint-Config-[0-9a-f]{12}$/);
    expect(await label('Subject: lunch on friday\n\nShall we meet at noon? Thanks, Ada')).toBe('ham');
    await double.flushMetrics();
    const { Datapoints } = await new CloudWatchClient(stage.config).send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SageMaker',
        MetricName: 'Invocations',
        Dimensions: [
          { Name: 'EndpointName', Value: ENDPOINT },
          { Name: 'VariantName', Value: 'AllTraffic' },
        ],
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 60,
        Statistics: ['Sum'],
      }),
    );
    expect(Datapoints?.reduce((sum, { Sum = 0 }) => sum + Sum, 0)).toBe(1);
    expect(await left()).toEqual({ models: 1, configs: 1, endpoints: 1, targets: 1, policies: 1, servers: 1 });
  });

  it('is updated by another version: model and configuration are replaced, the endpoint is not', async () => {
    const before = await described();
    await deployer('v-2').deploy('demo');
    const after = await described();
    expect(after.CreationTime).toEqual(before.CreationTime);
    expect(after.EndpointConfigName).not.toBe(first);
    expect(await label('Subject: lunch on friday\n\nShall we meet at noon? Thanks, Ada')).toBe('ham');
    expect(await left()).toEqual({ models: 1, configs: 1, endpoints: 1, targets: 1, policies: 1, servers: 1 });
  });

  it('reports success although its alarm rolled the endpoint back, and then deletes what it serves', async () => {
    const before = await described();
    const deploying = deployer('v-3').deploy('demo');
    while ((await described()).EndpointStatus !== 'Updating') await new Promise((resolve) => setTimeout(resolve, 100));
    await new CloudWatchClient(stage.config).send(
      new SetAlarmStateCommand({ AlarmName: `${ENDPOINT}-errors`, StateValue: 'ALARM', StateReason: 'too many' }),
    );
    await deploying;
    expect(await described()).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: before.EndpointConfigName,
    });
    const { EndpointConfigs } = await sageMaker.send(new ListEndpointConfigsCommand({}));
    expect(EndpointConfigs?.map((one) => one.EndpointConfigName)).not.toContain(before.EndpointConfigName);
    const { StackEvents } = await new CloudFormationClient(stage.config).send(
      new DescribeStackEventsCommand({ StackName: `${ENDPOINT}-endpoint` }),
    );
    expect(StackEvents?.some(({ ResourceStatus }) => ResourceStatus?.includes('FAILED'))).toBe(false);
  });

  it('leaves nothing when it is destroyed', async () => {
    await deployer('v-3').destroy('demo');
    await deleteStack(stage.config, REHEARSAL_STACK);
    expect(await left()).toEqual({ models: 0, configs: 0, endpoints: 0, targets: 0, policies: 0, servers: 0 });
  });
});
