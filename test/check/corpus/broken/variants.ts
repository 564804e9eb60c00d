import { type Broken, broken } from '../broken-template';
import { CAPTURED, COMPONENT, changed, placeholder, REAL_TIME, SERVERLESS, SHADOW, withResources } from '../templates';

const VARIANT = 'Config.ProductionVariants.0';
const SERVERLESS_CONFIG = `${VARIANT}.ServerlessConfig`;

export const VARIANTS: readonly Broken[] = [
  broken(
    'a variant with a model that goes to zero',
    'variant-managed-scaling',
    changed(REAL_TIME, {
      [`${VARIANT}.ManagedInstanceScaling`]: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 },
    }),
  ),
  broken(
    'a variant with a model from zero, without a word on its status',
    'variant-managed-scaling',
    changed(REAL_TIME, { [`${VARIANT}.ManagedInstanceScaling`]: { MinInstanceCount: 0, MaxInstanceCount: 2 } }),
  ),
  broken(
    'managed scaling without inference components',
    'variant-managed-scaling',
    changed(REAL_TIME, {
      [`${VARIANT}.ManagedInstanceScaling`]: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 2 },
    }),
  ),
  broken(
    'managed scaling from 3 to 2',
    'variant-scaling-range',
    changed(COMPONENT, { [`${VARIANT}.ManagedInstanceScaling.MinInstanceCount`]: 3 }),
  ),
  broken(
    'inference components without a role in the configuration',
    'variant-component-role',
    changed(COMPONENT, { 'Config.ExecutionRoleArn': undefined }),
  ),
  broken(
    'a key for the disks of ml.g5',
    'volume-key-nvme',
    changed(REAL_TIME, { [`${VARIANT}.InstanceType`]: 'ml.g5.xlarge', 'Config.KmsKeyId': 'alias/models' }),
  ),
  broken(
    'a key, and local disks in one of the pools',
    'volume-key-nvme',
    changed(REAL_TIME, {
      [`${VARIANT}.InstanceType`]: undefined,
      [`${VARIANT}.InstancePools`]: [
        { InstanceType: 'ml.m5.large', Priority: 1 },
        { InstanceType: 'ml.m5d.large', Priority: 2 },
      ],
      'Config.KmsKeyId': { Ref: 'KeyId' },
    }),
  ),
  broken(
    'an instance type that nobody knows',
    'instance-type',
    changed(REAL_TIME, { [`${VARIANT}.InstanceType`]: 'ml.g99.huge' }),
  ),
  broken(
    'a misspelt type in a pool',
    'instance-type',
    changed(REAL_TIME, { [`${VARIANT}.InstancePools`]: [{ InstanceType: 'ml.m5.lrage', Priority: 1 }] }),
  ),
  broken(
    'two shadow variants',
    'shadow-limit',
    changed(SHADOW, {
      'Config.ShadowProductionVariants.1': {
        VariantName: 'Other',
        ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 1,
      },
    }),
  ),
  broken(
    'two production variants and a shadow variant',
    'shadow-limit',
    changed(SHADOW, {
      'Config.ProductionVariants.1': {
        VariantName: 'Other',
        ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 4,
      },
    }),
  ),
];

export const SERVERLESS_VARIANTS: readonly Broken[] = [
  broken(
    '7,000 MB of serverless memory',
    'serverless-memory',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.MemorySizeInMB`]: 7000 }),
  ),
  broken(
    '1,500 MB of serverless memory',
    'serverless-memory',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.MemorySizeInMB`]: 1500 }),
  ),
  broken(
    '201 at once',
    'serverless-concurrency',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.MaxConcurrency`]: 201 }),
  ),
  broken(
    'more kept ready than used',
    'serverless-concurrency',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.ProvisionedConcurrency`]: 21 }),
  ),
  broken(
    'a variant that is serverless and on instances',
    'serverless-instances',
    changed(SERVERLESS, { [`${VARIANT}.InstanceType`]: 'ml.m5.large' }),
  ),
  broken(
    'data capture of a serverless endpoint',
    'serverless-feature',
    changed(CAPTURED, {
      [`${VARIANT}.InstanceType`]: undefined,
      [`${VARIANT}.InitialInstanceCount`]: undefined,
      [SERVERLESS_CONFIG]: { MemorySizeInMB: 2048, MaxConcurrency: 20 },
      'Endpoint.DeploymentConfig': undefined,
    }),
  ),
  broken(
    'a serverless endpoint of two variants, with data capture that is on by default',
    ['serverless-feature', 'serverless-feature'],
    changed(SERVERLESS, {
      'Config.ProductionVariants.1': {
        VariantName: 'Other',
        ModelName: 'other',
        ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 },
      },
      'Config.DataCaptureConfig': { DestinationS3Uri: 's3://captured/spam' },
    }),
  ),
  broken(
    'a serverless pipeline, and one that holds several models',
    ['serverless-feature', 'serverless-feature'],
    changed(SERVERLESS, {
      'Model.Containers': [{ Image: 'one' }, { Image: 'two' }],
      'Model.PrimaryContainer.Mode': 'MultiModel',
    }),
  ),
  broken(
    'a serverless model in a VPC, isolated',
    ['serverless-feature', 'serverless-feature'],
    changed(SERVERLESS, {
      'Model.VpcConfig': { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
      'Model.EnableNetworkIsolation': true,
    }),
  ),
];

export const CAPTURE: readonly Broken[] = [
  broken(
    'data capture to a prefix that the role may not write to',
    'capture-role',
    changed(CAPTURED, { 'Role.Policies.0.PolicyDocument.Statement.1.Resource': 'arn:aws:s3:::captured/ham/*' }),
  ),
  broken(
    'data capture and a role that only reads',
    'capture-role',
    changed(CAPTURED, { 'Role.Policies.0.PolicyDocument.Statement.1.Action': 's3:GetObject' }),
  ),
  broken(
    'data capture to a bucket of the template, and a role that writes to another',
    'capture-role',
    changed(
      withResources(CAPTURED, {
        Captured: { Type: 'AWS::S3::Bucket', Properties: {} },
        Other: { Type: 'AWS::S3::Bucket', Properties: {} },
      }),
      {
        'Config.DataCaptureConfig.DestinationS3Uri': { 'Fn::Sub': `s3://${placeholder('Captured')}/spam` },
        'Role.Policies.0.PolicyDocument.Statement.1.Resource': { 'Fn::Sub': `${placeholder('Other.Arn')}/*` },
      },
    ),
  ),
];
