import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { DatasetVersions, Identity } from '../ports';
import { ModelRegistry } from '../registry';
import { DynamoStore } from './dynamo-store';
import { S3Artifacts } from './s3-artifacts';

export interface AwsRegistryOptions {
  readonly dynamo: DynamoDBClient;
  readonly s3: S3Client;
  readonly sts: STSClient;
  /** Registry table. */
  readonly table: string;
  /** Bucket of artefacts. */
  readonly bucket: string;
  readonly model: string;
  /** Key to encrypt artefacts with. Default: as the bucket says. */
  readonly kmsKeyId?: string;
  /** Dataset versions that a model can be made from. Default: none. */
  readonly datasets?: DatasetVersions;
  readonly now?: () => Date;
}

export function callerIdentity(sts: STSClient): Identity {
  return async () => {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    if (Arn === undefined) throw new Error('the security token service did not say who the caller is');
    return Arn;
  };
}

/** The registry of a deployed stage. */
export function awsRegistry(options: AwsRegistryOptions): ModelRegistry {
  const { dynamo, s3, sts, table, bucket, model, kmsKeyId, datasets, now } = options;
  return new ModelRegistry({
    model,
    store: new DynamoStore({ client: dynamo, table, model }),
    artifacts: new S3Artifacts({ client: s3, bucket, kmsKeyId }),
    identity: callerIdentity(sts),
    datasets,
    now,
  });
}
