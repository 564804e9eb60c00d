import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** How state that must survive is kept. */
interface KeptState {
  readonly encryptionKey: IKey;
  /** Default: RETAIN. */
  readonly removalPolicy?: RemovalPolicy;
}

/** A table of items by partition `pk` and sort key `sk`. */
export function keptTable(
  scope: Construct,
  id: string,
  { encryptionKey, removalPolicy, pointInTimeRecovery }: KeptState & { readonly pointInTimeRecovery?: boolean },
): TableV2 {
  return new TableV2(scope, id, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.customerManagedKey(encryptionKey),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery ?? true },
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
  });
}

/** What every bucket of state is: encrypted with a key, private, over TLS only, and emptied where it is destroyed. */
export function keptBucket({ encryptionKey, removalPolicy = RemovalPolicy.RETAIN }: KeptState): BucketProps {
  return {
    encryption: BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  };
}
