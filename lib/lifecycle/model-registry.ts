import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, type ITableV2, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import { acknowledge, acknowledgeWildcard } from '../core/acknowledge';
import { grantKeyThrough } from '../core/grants';
import { publishLink, readLink, STATE_LINK } from '../core/state-links';
import type { IModelRegistry } from './api';

/** Properties of a `ModelRegistry`. */
export interface ModelRegistryProps {
  /** Encrypts the table and the bucket. */
  readonly encryptionKey: IKey;
  /**
   * What becomes of table and bucket when they leave the stack. With DESTROY the bucket is emptied.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the table can be restored to any second of the last 35 days.
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;
}

/**
 * Model versions and the pointers to what serves: a table of immutable, content-hashed versions and one item of pointers per
 * model, and a versioned bucket of artefacts. `npx slipway models` registers and uses versions.
 *
 * @example
 * const registry = new ModelRegistry(this, 'Registry', { encryptionKey: key });
 */
export class ModelRegistry extends Construct implements IModelRegistry {
  /**
   * The registry that another stack of the deployment published, found by SSM parameters.
   *
   * @internal
   */
  static _fromLinks(scope: Construct, id: string, deployment: string): IModelRegistry {
    return new LinkedModelRegistry(scope, id, deployment);
  }

  /** Versions and pointers. */
  readonly table: TableV2;
  /** Artefacts, under `models/<model>/<version>/`. */
  readonly artifactBucket: Bucket;

  constructor(scope: Construct, id: string, props: ModelRegistryProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.customerManagedKey(props.encryptionKey),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.pointInTimeRecovery ?? true },
      removalPolicy,
    });
    this.artifactBucket = new Bucket(this, 'Artifacts', {
      versioned: true,
      encryption: BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.artifactBucket,
      'AwsSolutions-S1',
      'artefacts are read by one role and written by registrations, which the registry records',
    );
  }

  connectRouting(handler: LambdaFunction): void {
    grantRouting(handler, this.table, this.table.encryptionKey);
  }

  connectArtifacts(handler: LambdaFunction): void {
    grantArtifacts(handler, this.artifactBucket, this.artifactBucket.encryptionKey);
  }

  connectController(handler: LambdaFunction): void {
    grantControl(handler, this.table, this.table.encryptionKey);
  }

  /**
   * Lets other stacks of the deployment find the registry.
   *
   * @internal
   */
  _publish(deployment: string): void {
    publishLink(this, deployment, STATE_LINK.registryTable, this.table.tableArn);
    publishLink(this, deployment, STATE_LINK.artifactBucket, this.artifactBucket.bucketArn);
  }
}

class LinkedModelRegistry extends Construct implements IModelRegistry {
  private readonly table: ITableV2;
  private readonly key: IKey;
  private linkedBucket: IBucket | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly deployment: string,
  ) {
    super(scope, id);
    this.key = Key.fromKeyArn(this, 'Key', readLink(this, deployment, STATE_LINK.key));
    this.table = TableV2.fromTableArn(this, 'Table', readLink(this, deployment, STATE_LINK.registryTable));
  }

  /** Read by need: a stack that only moves pointers has no use for the parameter. */
  private get artifactBucket(): IBucket {
    this.linkedBucket ??= Bucket.fromBucketArn(
      this,
      'Artifacts',
      readLink(this, this.deployment, STATE_LINK.artifactBucket),
    );
    return this.linkedBucket;
  }

  connectRouting(handler: LambdaFunction): void {
    grantRouting(handler, this.table, this.key);
  }

  connectArtifacts(handler: LambdaFunction): void {
    grantArtifacts(handler, this.artifactBucket, this.key);
  }

  connectController(handler: LambdaFunction): void {
    grantControl(handler, this.table, this.key);
  }
}

function grantRouting(handler: LambdaFunction, table: ITableV2, key: IKey | undefined): void {
  table.grant(handler, 'dynamodb:GetItem');
  grantKey(key, handler, ['dynamodb']);
  handler.addEnvironment(ENV.registryTable, table.tableName);
}

function grantControl(handler: LambdaFunction, table: ITableV2, key: IKey | undefined): void {
  table.grant(
    handler,
    'dynamodb:ConditionCheckItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  );
  grantKey(key, handler, ['dynamodb']);
  handler.addEnvironment(ENV.registryTable, table.tableName);
}

function grantArtifacts(handler: LambdaFunction, bucket: IBucket, key: IKey | undefined): void {
  const artifacts = bucket.arnForObjects('models/*');
  handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [artifacts] }));
  acknowledgeWildcard(handler.role ?? handler, artifacts, 'loads the artefact of whichever version is live');
  grantKey(key, handler, ['s3']);
  handler.addEnvironment(ENV.artifactBucket, bucket.bucketName);
}

function grantKey(key: IKey | undefined, grantee: IGrantable, services: readonly string[]): void {
  if (key !== undefined) grantKeyThrough(key, grantee, services);
}
