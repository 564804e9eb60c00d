import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { DatasetStore, type DatasetStoreProps } from '../../lib/index';
import { messageOf, newApp, only, property, REGION, resourcesOf } from '../support';
import { statementsOf } from './pipelines';

function storeWith(changes: Partial<DatasetStoreProps> = {}) {
  const stack = new Stack(newApp(), 'plain', { env: REGION });
  const store = new DatasetStore(stack, 'Store', { encryptionKey: new Key(stack, 'Key'), ...changes });
  return { stack, store };
}

function templateWith(changes: Partial<DatasetStoreProps> = {}): Template {
  return Template.fromStack(storeWith(changes).stack);
}

interface Rule {
  readonly Prefix?: string;
  readonly ExpirationInDays?: number;
  readonly TagFilters?: readonly object[];
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number };
}

function rulesOf(template: Template): Readonly<Record<string, readonly (number | undefined)[]>> {
  const { Rules } = property<{ Rules: Rule[] }>(only(template, 'AWS::S3::Bucket'), 'LifecycleConfiguration');
  return Object.fromEntries(
    Rules.map(({ Prefix = 'all', ExpirationInDays, NoncurrentVersionExpiration: noncurrent }) => [
      Prefix,
      [ExpirationInDays, noncurrent?.NoncurrentDays],
    ]),
  );
}

describe('a dataset store', () => {
  const template = templateWith();

  it('is a versioned bucket and a table, both encrypted with the key that it is given', () => {
    const [[key] = []] = resourcesOf(template, 'AWS::KMS::Key');
    const arn = { 'Fn::GetAtt': [key, 'Arn'] };
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn } },
        ],
      },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      Replicas: [Match.objectLike({ SSESpecification: { KMSMasterKeyId: arn } })],
    });
  });

  it('refuses requests without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('tells EventBridge of what arrives, without a function that sets that later', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  it('stays, and goes with its stack when told so', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::GlobalTable']) {
      template.hasResource(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      templateWith({ removalPolicy: RemovalPolicy.DESTROY }).hasResource(type, { DeletionPolicy: 'Delete' });
    }
  });

  it('lets go of what is temporary, and of nothing that is published', () => {
    expect(rulesOf(template)).toEqual({
      'runs/': [14, 1],
      'quarantine/': [30, 1],
      'replay/': [30, 1],
      'inbox/': [30, 1],
      'index/': [undefined, 1],
      all: [undefined, 30],
    });
    expect(
      rulesOf(
        templateWith({
          runRetention: Duration.days(3),
          quarantineRetention: Duration.days(90),
          noncurrentRetention: Duration.days(7),
        }),
      ),
    ).toEqual({
      'runs/': [3, 1],
      'quarantine/': [90, 1],
      'replay/': [90, 1],
      'inbox/': [90, 1],
      'index/': [undefined, 1],
      all: [undefined, 7],
    });
  });

  it('lets go of what arrived only once a run has taken it', () => {
    const { Rules } = property<{ Rules: Rule[] }>(only(template, 'AWS::S3::Bucket'), 'LifecycleConfiguration');
    const filtered = Rules.filter(({ TagFilters }) => TagFilters !== undefined);
    expect(filtered.map(({ Prefix }) => Prefix).sort()).toEqual(['inbox/', 'replay/']);
    for (const { TagFilters } of filtered) expect(TagFilters).toEqual([{ Key: 'slipway', Value: 'taken' }]);
  });

  it('locks nothing unless it is told to', () => {
    expect(only(template, 'AWS::S3::Bucket').Properties).not.toHaveProperty('ObjectLockEnabled');
    expect(only(templateWith({ versionLock: Duration.days(0) }), 'AWS::S3::Bucket').Properties).not.toHaveProperty(
      'ObjectLockEnabled',
    );
  });

  it('can lock objects, and locks none by default: what is temporary must go', () => {
    const bucket = only(templateWith({ versionLock: Duration.days(365) }), 'AWS::S3::Bucket');
    expect(bucket.Properties).toMatchObject({ ObjectLockEnabled: true });
    expect(JSON.stringify(bucket.Properties)).not.toContain('DefaultRetention');
    expect(storeWith({ versionLock: Duration.days(365) }).store.versionLock?.toDays()).toBe(365);
    expect(storeWith({ versionLock: Duration.days(0) }).store.versionLock).toBeUndefined();
  });

  it('lets a reader read what is published, and neither runs nor quarantine nor the inbox', () => {
    const { stack, store } = storeWith();
    store.grantRead(new Role(stack, 'Reader', { assumedBy: new AccountPrincipal('111122223333') }));
    const statements = statementsOf(Template.fromStack(stack), 'Reader');
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !action.startsWith('kms:')).sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucket',
    ]);
    const objects = statements.filter(({ Action }) => [Action].flat().includes('s3:GetObject'));
    expect(JSON.stringify(objects)).toMatch(/\/manifests\/\*.*\/shards\/\*/);
    expect(JSON.stringify(statements)).not.toMatch(/runs|quarantine|inbox|index/);
    expect(statements.find(({ Action }) => Action === 's3:ListBucket')?.Condition).toEqual({
      StringLike: { 's3:prefix': ['shards/*', 'manifests/*'] },
    });
  });

  it.each<[string, Partial<DatasetStoreProps>, string]>([
    ['without a key', { encryptionKey: undefined }, 'encryptionKey is missing, expected a KMS key'],
    ['with half a day', { runRetention: Duration.hours(12) }, 'runRetention is 43200000 ms, expected 86400000'],
    ['with a day and a half', { quarantineRetention: Duration.hours(36) }, 'expected whole days'],
    [
      'with a lock of personal data, which must be erasable',
      { versionLock: Duration.days(1), personalData: true },
      'versionLock is stated of personal data, expected none',
    ],
    [
      'with a lock in a bucket that is to be emptied',
      { versionLock: Duration.days(1), removalPolicy: RemovalPolicy.DESTROY },
      'versionLock is stated beside RemovalPolicy.DESTROY',
    ],
  ])('fails %s', (_, changes, fault) => {
    expect(messageOf(() => templateWith(changes))).toContain(fault);
  });
});
