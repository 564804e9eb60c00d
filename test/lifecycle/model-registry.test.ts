import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { ModelRegistry, type ModelRegistryProps } from '../../lib/index';
import { newApp, REGION, resourcesOf } from '../support';

function templateWith(changes: Partial<ModelRegistryProps> = {}): Template {
  const stack = new Stack(newApp(), 'plain', { env: REGION });
  new ModelRegistry(stack, 'Registry', { encryptionKey: new Key(stack, 'Key'), ...changes });
  return Template.fromStack(stack);
}

const STATEFUL = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket'];

describe('a model registry in a plain stack', () => {
  const template = templateWith();

  it('is a table by partition and sort key, and a versioned bucket', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
  });

  it('encrypts both with the key that it is given', () => {
    const [[key] = []] = resourcesOf(template, 'AWS::KMS::Key');
    const arn = { 'Fn::GetAtt': [key, 'Arn'] };
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [{ SSESpecification: { KMSMasterKeyId: arn } }],
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { KMSMasterKeyID: arn } }],
      },
    });
  });

  it('keeps both, recoverable, unless told otherwise', () => {
    for (const type of STATEFUL) {
      template.hasResource(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
    });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  it('goes with its stack when told so', () => {
    const destroyed = templateWith({ removalPolicy: RemovalPolicy.DESTROY });
    for (const type of STATEFUL) destroyed.hasResource(type, { DeletionPolicy: 'Delete' });
    destroyed.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  it('never lets artefacts expire', () => {
    const [[, bucket] = []] = resourcesOf(template, 'AWS::S3::Bucket');
    expect(bucket?.Properties).not.toHaveProperty('LifecycleConfiguration');
  });
});
