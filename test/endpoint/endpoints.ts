import { type App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  DataCapture,
  DeepLearningContainer,
  EndpointHosting,
  type EndpointObjectives,
  EndpointScaling,
  type IModelBackend,
  ModelBackend,
  ModelImage,
  ModelRegistry,
  ModelSource,
  NetworkIsolation,
  RollbackAlarms,
  Rollout,
  SageMakerEndpoint,
  type SageMakerEndpointProps,
  ScalingSchedule,
  StageProfile,
} from '../../lib/index';

export const REGION = { account: '123456789012', region: 'eu-west-1' };

export const OBJECTIVES: EndpointObjectives = {
  latencyP95: Duration.millis(200),
  availability: 99.9,
  peakRequestsPerSecond: 40,
};

/** What endpoints are made of, imported by literals: the stack that they are imported in need not be deployed. */
function partsIn(stack: Stack) {
  const repository = Repository.fromRepositoryAttributes(stack, 'Repository', {
    repositoryArn: 'arn:aws:ecr:eu-west-1:123456789012:repository/reranker',
    repositoryName: 'reranker',
  });
  const key = Key.fromKeyArn(
    stack,
    'ImportedKey',
    'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  );
  const bucket = Bucket.fromBucketAttributes(stack, 'Bucket', {
    bucketArn: 'arn:aws:s3:::models-of-mine',
    encryptionKey: key,
  });
  const image = ModelImage.fromEcr(repository, '1.4.0');
  return { repository, key, bucket, image, model: ModelSource.fromEcr(repository, '1.4.0') };
}

export type Parts = ReturnType<typeof partsIn>;

export function vpcIn(stack: Stack) {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
}

/** Everything that endpoints can be, one of each: linted, checked by cdk-nag, and read by invariants. */
const ENDPOINTS: Readonly<Record<string, (parts: Parts, stack: Stack) => Partial<SageMakerEndpointProps>>> = {
  plain: () => ({ rollbackAlarms: RollbackAlarms.none('nobody depends on it yet') }),
  canary: ({ key }) => ({
    hosting: EndpointHosting.realTime({
      instanceType: 'ml.m7i.large',
      scaling: EndpointScaling.onInvocations({
        maxRequestsPerSecond: 20,
        schedules: [ScalingSchedule.officeHours({ minimumInstances: 4, timeZone: 'Europe/Berlin' })],
      }),
      enhancedMetrics: true,
    }),
    objectives: OBJECTIVES,
    minimumInstances: 2,
    rollout: Rollout.canary(),
    encryptionKey: key,
  }),
  linear: ({ bucket, image }) => ({
    model: ModelSource.fromBucket(bucket, 'reranker/v7/', { image, environment: { MODEL: 'v7' } }),
    hosting: EndpointHosting.realTime({
      instanceType: 'ml.g5.xlarge',
      scaling: EndpointScaling.onConcurrency({ maxConcurrentRequests: 8 }),
      inferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-3-1',
    }),
    objectives: OBJECTIVES,
    rollout: Rollout.linear(),
  }),
  rolling: ({ key }) => ({
    hosting: EndpointHosting.realTime({
      instanceType: 'ml.g5.xlarge',
      fallbackInstanceTypes: ['ml.g6.xlarge', 'ml.g5.2xlarge'],
      modelMemory: Size.gibibytes(14),
      capacityTimeout: Duration.minutes(20),
      scaling: EndpointScaling.onInvocations({ maxRequestsPerSecond: 10, maxInstances: 6 }),
    }),
    objectives: OBJECTIVES,
    rollout: Rollout.rolling(),
    encryptionKey: key,
  }),
  shadow: ({ bucket, image }) => ({
    hosting: EndpointHosting.realTime({
      instanceType: 'ml.c7i.xlarge',
      scaling: EndpointScaling.onInvocations({ maxRequestsPerSecond: 10 }),
      shadow: { model: ModelSource.fromBucket(bucket, 'reranker/v8.tar.gz', { image }), samplingPercent: 25 },
    }),
    objectives: OBJECTIVES,
    minimumInstances: 2,
    rollout: Rollout.canary(),
    dataCapture: DataCapture.outputOnly({ bucket, samplingPercent: 50 }),
  }),
  network: (_, stack) => ({ vpc: vpcIn(stack), objectives: OBJECTIVES }),
  serverless: ({ bucket, image }) => ({
    model: ModelSource.fromBucket(bucket, 'reranker/v7.tar.gz', { image }),
    hosting: EndpointHosting.serverless({ memory: Size.gibibytes(3) }),
    objectives: OBJECTIVES,
    minimumInstances: 1,
    rollout: Rollout.allAtOnce({ bake: Duration.minutes(5) }),
  }),
  async: ({ bucket, key }, stack) => ({
    hosting: EndpointHosting.asynchronous({
      instanceType: 'ml.g5.xlarge',
      bucket,
      errorTopic: Topic.fromTopicArn(stack, 'Failed', 'arn:aws:sns:eu-west-1:123456789012:failed'),
    }),
    objectives: OBJECTIVES,
    rollout: Rollout.canary(),
    encryptionKey: key,
  }),
  zero: ({ model }) => ({
    model: ModelSource.deepLearningContainer(DeepLearningContainer.lmi('0.36.0-lmi21.0.0-cu129'), {
      environment: { HF_MODEL_ID: 'Qwen/Qwen2.5-7B-Instruct' },
    }),
    hosting: EndpointHosting.scaleToZero({
      instanceType: 'ml.g5.2xlarge',
      fallbackInstanceTypes: ['ml.g6.2xlarge'],
      components: [{ name: 'reranker', model, accelerators: 1 }],
    }),
    objectives: OBJECTIVES,
    rollout: Rollout.rolling(),
    networkIsolation: NetworkIsolation.off('the container downloads its weights from the hub'),
  }),
};

/** An endpoint in a stack of its own. */
export function endpointWith(
  stack: Stack,
  changes: (parts: Parts, stack: Stack) => Partial<SageMakerEndpointProps> = () => ({}),
): SageMakerEndpoint {
  const parts = partsIn(stack);
  return new SageMakerEndpoint(stack, 'Endpoint', {
    endpointName: 'reranker',
    model: parts.model,
    hosting: EndpointHosting.realTime({ instanceType: 'ml.m7i.large' }),
    ...changes(parts, stack),
  });
}

/** Endpoints that stand alone, one of each kind. */
export function standaloneEndpoints(app: App): SageMakerEndpoint[] {
  return Object.entries(ENDPOINTS).map(([name, changes]) => {
    const stack = new Stack(app, `endpoint-${name}`, { env: REGION });
    return endpointWith(stack, (parts, of) => ({ endpointName: `reranker-${name}`, ...changes(parts, of) }));
  });
}

export const MODEL_FROM_REGISTRY = ({ image }: Parts) => ModelSource.fromRegistry({ image });

/** Backends of a stage, one of each kind. */
const BACKENDS: Readonly<Record<string, (parts: Parts) => IModelBackend>> = {
  'real-time': (parts) =>
    ModelBackend.sageMakerRealTime({
      model: MODEL_FROM_REGISTRY(parts),
      instanceType: 'ml.m7i.large',
      scaling: EndpointScaling.onInvocations({ maxRequestsPerSecond: 20 }),
    }),
  serverless: ({ image }) =>
    ModelBackend.sageMakerServerless({
      model: ModelSource.fromRegistry({ image, archive: 'model.tar.gz' }),
      rollout: Rollout.allAtOnce({ bake: Duration.minutes(5) }),
    }),
  async: ({ image, bucket }) =>
    ModelBackend.sageMakerAsync({ model: ModelSource.fromRegistry({ image }), instanceType: 'ml.g5.xlarge', bucket }),
  zero: ({ image }) =>
    ModelBackend.sageMakerScaleToZero({
      model: ModelSource.fromRegistry({ image }),
      instanceType: 'ml.g5.xlarge',
      rollout: Rollout.rolling(),
    }),
};

export interface StageChanges {
  readonly profile?: StageProfile;
  readonly backend?: (parts: Parts) => IModelBackend;
  readonly deployment?: string;
}

/** The endpoint stack of a stage, as a `ProductionModel` makes it. */
export function endpointStack(app: App, id: string, changes: StageChanges = {}) {
  const stack = new Stack(app, id, { env: REGION });
  const parts = partsIn(stack);
  const { profile = StageProfile.PRODUCTION, deployment = 'spam-filter-production' } = changes;
  const backend = (changes.backend ?? BACKENDS['real-time'])?.(parts);
  const endpoint = backend?.bindEndpoint(stack, {
    deployment,
    model: 'spam-filter',
    registry: ModelRegistry._fromLinks(stack, 'ModelRegistry', deployment),
    objectives: OBJECTIVES,
    minimumInstances: profile.minimumInstances,
    rollout: profile.rollout,
    demandsRollbackAlarm: profile.demandsWholeContract,
    severityCeiling: profile.severityCeiling,
    encryptionKey: parts.key,
    functionSettings: { logRetention: profile.logRetention, logRemovalPolicy: profile.removalPolicy },
  });
  return { stack, endpoint, backend };
}

/** The endpoint stack of each backend, in each built-in profile that it can be in. */
export function stageEndpoints(app: App) {
  return Object.entries(BACKENDS).flatMap(([name, backend]) =>
    [StageProfile.PILOT, StageProfile.PRODUCTION].map((profile) =>
      endpointStack(app, `stage-${name}-${profile.name}`, {
        backend,
        profile,
        deployment: `spam-filter-${name}-${profile.name}`,
      }),
    ),
  );
}

export function templateOf(endpoint: SageMakerEndpoint): Template {
  return Template.fromStack(Stack.of(endpoint));
}
