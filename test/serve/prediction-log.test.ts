import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { PredictionLog, type PredictionLogProps } from '../../lib/index';
import { OPEN_INDEX, SUBJECT_INDEX } from '../../protocol/prediction';
import { messageOf, newApp, REGION, resourcesOf, synthesizedStages } from '../support';

function templateWith(changes: Partial<PredictionLogProps> = {}): Template {
  const stack = new Stack(newApp(), 'plain', { env: REGION });
  new PredictionLog(stack, 'Log', { encryptionKey: new Key(stack, 'Key'), ...changes });
  return Template.fromStack(stack);
}

describe('a prediction log in a plain stack', () => {
  const template = templateWith();

  it('expires records by their own time and streams every change', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  it('finds the records of a subject and those that were left open', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      GlobalSecondaryIndexes: [
        {
          IndexName: SUBJECT_INDEX,
          KeySchema: [
            { AttributeName: 'subject', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: OPEN_INDEX,
          KeySchema: [
            { AttributeName: 'openShard', KeyType: 'HASH' },
            { AttributeName: 'openUntil', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      AttributeDefinitions: Match.arrayWith([
        { AttributeName: 'openShard', AttributeType: 'N' },
        { AttributeName: 'openUntil', AttributeType: 'N' },
      ]),
    });
  });

  it('encrypts the table, the bucket and the secret with the key that it is given', () => {
    const [[key] = []] = resourcesOf(template, 'AWS::KMS::Key');
    const arn = { 'Fn::GetAtt': [key, 'Arn'] };
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [{ SSESpecification: { KMSMasterKeyId: arn } }],
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { KMSMasterKeyID: arn, SSEAlgorithm: 'aws:kms' },
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::SecretsManager::Secret', { KmsKeyId: arn });
  });

  it('keeps everything, recoverable, unless told otherwise', () => {
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret']) {
      template.hasResource(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
    });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  it('lets payloads go with their records, and closes the bucket to everybody else', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          { Prefix: 'predictions/', ExpirationInDays: 90, Status: 'Enabled' },
          // What no guard of records has looked at.
          { Prefix: 'waiting/', ExpirationInDays: 1, Status: 'Enabled' },
          { Prefix: 'async/', ExpirationInDays: 1, Status: 'Enabled' },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('generates the secret of subjects, which is in no template', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      SecretString: Match.absent(),
    });
  });
});

describe('a prediction log', () => {
  it('that is to be destroyed empties its bucket first', () => {
    const template = templateWith({ removalPolicy: RemovalPolicy.DESTROY, pointInTimeRecovery: false });
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret']) {
      template.hasResource(type, { DeletionPolicy: 'Delete' });
    }
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } }],
    });
  });

  it.each([Duration.hours(12), Duration.hours(36), Duration.days(4000)])(
    'fails with a retention of %s',
    (retention) => {
      expect(messageOf(() => templateWith({ retention }))).toMatch(
        /^ConfigError: plain\/Log: retention is \d+ ms, expected/,
      );
    },
  );

  it.each([
    ['pilot', 30],
    ['production', 365],
  ])('of %s keeps records as long as the profile says, in the table and in the bucket', (name, days) => {
    const stage = synthesizedStages().find((one) => one.name === name);
    stage?.templates.state.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: days })]) },
    });
    stage?.templates.serve.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `spam-filter-${name}-predict`,
      Environment: { Variables: { SLIPWAY_RECORD_TTL_DAYS: String(days) } },
    });
    expect(stage).toBeDefined();
  });
});
