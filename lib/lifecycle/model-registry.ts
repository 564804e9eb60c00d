import type { RemovalPolicy } from 'aws-cdk-lib';
import { type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import { modelPrefix } from '../../protocol/model-version';
import { acknowledge, acknowledgeWildcard } from '../core/acknowledge';
import { checkObject } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { grantKeyThrough, type KeyUse } from '../core/grants';
import { keptBucket, keptTable } from '../core/kept-state';
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
    const fault = checkObject('encryptionKey', props.encryptionKey, {
      expected: 'a KMS key',
      fix: 'what is kept is encrypted with a key of yours: new Key(this, ...)',
    });
    if (fault !== undefined) throw new ConfigError(this, fault);
    this.table = keptTable(this, 'Table', props);
    this.artifactBucket = new Bucket(this, 'Artifacts', {
      versioned: true,
      ...keptBucket(props),
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

  grantReadArtifacts(grantee: IGrantable, model: string): Grant {
    return grantModel(grantee, model, this.artifactBucket, this.artifactBucket.encryptionKey);
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

/** Reads each link when it is first needed: a stack has no parameter that it does not use. */
class LinkedModelRegistry extends Construct implements IModelRegistry {
  private linkedTable: ITableV2 | undefined;
  private linkedBucket: IBucket | undefined;
  private readonly key: IKey;

  constructor(
    scope: Construct,
    id: string,
    private readonly deployment: string,
  ) {
    super(scope, id);
    this.key = Key.fromKeyArn(this, 'Key', readLink(this, deployment, STATE_LINK.key));
  }

  private get table(): ITableV2 {
    const { deployment } = this;
    this.linkedTable ??= TableV2.fromTableArn(this, 'Table', readLink(this, deployment, STATE_LINK.registryTable));
    return this.linkedTable;
  }

  private get artifactBucket(): IBucket {
    const { deployment } = this;
    this.linkedBucket ??= Bucket.fromBucketArn(
      this,
      'Artifacts',
      readLink(this, deployment, STATE_LINK.artifactBucket),
    );
    return this.linkedBucket;
  }

  connectRouting(handler: LambdaFunction): void {
    grantRouting(handler, this.table, this.key);
  }

  connectArtifacts(handler: LambdaFunction): void {
    grantArtifacts(handler, this.artifactBucket, this.key);
  }

  grantReadArtifacts(grantee: IGrantable, model: string): Grant {
    return grantModel(grantee, model, this.artifactBucket, this.key);
  }

  connectController(handler: LambdaFunction): void {
    grantControl(handler, this.table, this.key);
  }
}

function grantRouting(handler: LambdaFunction, table: ITableV2, key: IKey | undefined): void {
  table.grant(handler, 'dynamodb:GetItem');
  grantKey(key, handler, { service: 'dynamodb', access: 'read' });
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
  grantKey(key, handler, { service: 'dynamodb', access: 'write' });
  handler.addEnvironment(ENV.registryTable, table.tableName);
}

function grantArtifacts(handler: LambdaFunction, bucket: IBucket, key: IKey | undefined): void {
  const artifacts = bucket.arnForObjects('models/*');
  handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [artifacts] }));
  acknowledgeWildcard(handler.role ?? handler, artifacts, 'loads the artefact of whichever version is live');
  grantKey(key, handler, { service: 's3', access: 'read' });
  handler.addEnvironment(ENV.artifactBucket, bucket.bucketName);
}

/** All versions of the model: while a new one takes over, the one before is still loaded. */
function grantModel(grantee: IGrantable, model: string, bucket: IBucket, key: IKey | undefined): Grant {
  const prefix = `${modelPrefix(model)}*`;
  const artifacts = bucket.arnForObjects(prefix);
  grantKey(key, grantee, { service: 's3', access: 'read' });
  const { principalStatement } = Grant.addToPrincipal({
    grantee,
    actions: ['s3:ListBucket'],
    resourceArns: [bucket.bucketArn],
  });
  principalStatement?.addCondition('StringLike', { 's3:prefix': [prefix] });
  const grant = Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: [artifacts] });
  if (Construct.isConstruct(grantee)) {
    acknowledgeWildcard(grantee, artifacts, 'loads whichever version of this model is wanted');
  }
  return grant;
}

function grantKey(key: IKey | undefined, grantee: IGrantable, use: KeyUse): void {
  if (key !== undefined) grantKeyThrough(key, grantee, [use]);
}
