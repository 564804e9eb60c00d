import { DeleteTableCommand, DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import {
  DeleteAliasCommand,
  DescribeKeyCommand,
  KMSClient,
  paginateListAliases,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { DeleteBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteSecretCommand, paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientConfig } from '../aws';
import { emptyBucket } from './empty-bucket';
import { all, given, type Kind } from './kind';

export function dataKinds(config: ClientConfig): Kind[] {
  const dynamo = new DynamoDBClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const kms = new KMSClient(config);
  const secrets = new SecretsManagerClient(config);
  const ssm = new SSMClient(config);
  return [
    {
      type: 'AWS::DynamoDB::GlobalTable',
      list: () =>
        all(
          paginateListTables({ client: dynamo }, {}),
          ({ TableNames }) => TableNames,
          (name) => name,
        ),
      remove: (TableName) => dynamo.send(new DeleteTableCommand({ TableName })),
    },
    {
      type: 'AWS::S3::Bucket',
      list: async () => given((await s3.send(new ListBucketsCommand({}))).Buckets, ({ Name }) => Name),
      remove: async (Bucket) => {
        await emptyBucket(s3, Bucket);
        await s3.send(new DeleteBucketCommand({ Bucket }));
      },
    },
    {
      type: 'AWS::KMS::Key',
      list: async () => {
        const keys = await all(
          paginateListKeys({ client: kms }, {}),
          ({ Keys }) => Keys,
          ({ KeyId }) => KeyId,
        );
        const described = await Promise.all(keys.map((KeyId) => kms.send(new DescribeKeyCommand({ KeyId }))));
        // A deleted key waits for a week at least; it cannot be used any more, and cannot be removed any further.
        return given(described, ({ KeyMetadata }) =>
          KeyMetadata?.KeyState === 'PendingDeletion' ? undefined : KeyMetadata?.KeyId,
        );
      },
      remove: (KeyId) => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
    },
    {
      type: 'AWS::SecretsManager::Secret',
      list: () =>
        all(
          paginateListSecrets({ client: secrets }, {}),
          ({ SecretList }) => SecretList,
          ({ Name }) => Name,
        ),
      remove: (SecretId) => secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
    },
    {
      type: 'AWS::SSM::Parameter',
      list: () =>
        all(
          paginateDescribeParameters({ client: ssm }, {}),
          ({ Parameters }) => Parameters,
          ({ Name }) => Name,
        ),
      remove: (Name) => ssm.send(new DeleteParameterCommand({ Name })),
    },
    {
      type: 'AWS::KMS::Alias',
      list: () =>
        all(
          paginateListAliases({ client: kms }, {}),
          ({ Aliases }) => Aliases,
          // Those of the services themselves come and go with them.
          ({ AliasName }) => (AliasName?.startsWith('alias/aws/') === true ? undefined : AliasName),
        ),
      remove: (AliasName) => kms.send(new DeleteAliasCommand({ AliasName })),
    },
  ];
}
