import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import { OPEN_INDEX, SUBJECT_INDEX } from '../../protocol/prediction';
import { ASYNC_PREFIX_ROOT, WAITING_PREFIX } from '../../protocol/waiting';
import { acknowledge, acknowledgeWildcard } from '../core/acknowledge';
import { checkDuration, checkObject, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { grantKeyThrough } from '../core/grants';
import { keptBucket } from '../core/kept-state';
import { publishLink, readLink, STATE_LINK } from '../core/state-links';
import type { IPredictionLog } from './api';

/** A day to ten years. */
const RETENTION = {
  minMs: Duration.days(1).toMilliseconds(),
  maxMs: Duration.days(3653).toMilliseconds(),
  known: true,
  wholeDays: true,
  fix: 'records are kept for a day to ten years',
} as const;

/** Properties of a `PredictionLog`. */
export interface PredictionLogProps {
  /** Encrypts records, payloads and the secret of subjects. */
  readonly encryptionKey: IKey;
  /**
   * How long records and payloads are kept. A record says itself when it expires; payloads go with the bucket's lifecycle.
   * @default 90 days
   */
  readonly retention?: Duration;
  /**
   * What becomes of the records when they leave the stack. With DESTROY the bucket is emptied.
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
 * Where predictions are recorded: a table with one item a prediction (and one a claimed idempotency key), a stream on it, a
 * bucket for payloads above 32 KB, and the secret that keys the HMAC of subjects. Originals are never in it.
 *
 * @example
 * const log = new PredictionLog(this, 'Records', { encryptionKey: key, retention: Duration.days(30) });
 */
export class PredictionLog extends Construct implements IPredictionLog {
  /**
   * The log that another stack of the deployment published, found by SSM parameters.
   *
   * @internal
   */
  static _fromLinks(scope: Construct, id: string, deployment: string, retention: Duration): IPredictionLog {
    const inner = new Construct(scope, id);
    const key = Key.fromKeyArn(inner, 'Key', readLink(inner, deployment, STATE_LINK.key));
    return new LogConnections(inner, 'Log', {
      table: TableV2.fromTableAttributes(inner, 'Table', {
        tableArn: readLink(inner, deployment, STATE_LINK.recordsTable),
        globalIndexes: [OPEN_INDEX],
      }),
      bucket: Bucket.fromBucketArn(inner, 'Payloads', readLink(inner, deployment, STATE_LINK.payloadBucket)),
      secret: Secret.fromSecretCompleteArn(inner, 'Secret', readLink(inner, deployment, STATE_LINK.subjectSecret)),
      key,
      retention,
    });
  }

  /** Records and claims, by `id`. */
  readonly table: TableV2;
  /** Payloads above 32 KB, under `predictions/`. */
  readonly payloadBucket: IBucket;
  /** Keys the HMAC of subjects. */
  readonly subjectSecret: Secret;
  private readonly connections: LogConnections;

  constructor(scope: Construct, id: string, props: PredictionLogProps) {
    super(scope, id);
    const faults = faultsOf(
      checkObject('encryptionKey', props.encryptionKey, {
        expected: 'a KMS key',
        fix: 'what is kept is encrypted with a key of yours: new Key(this, ...)',
      }),
      checkDuration('retention', props.retention, RETENTION),
    );
    if (faults.length > 0) throw new ConfigError(this, faults);
    const retention = props.retention ?? Duration.days(90);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.table = recordsTable(this, props, removalPolicy);
    this.payloadBucket = payloadBucket(this, props, removalPolicy, retention);
    this.subjectSecret = new Secret(this, 'SubjectSecret', {
      description: 'keys the HMAC by which the records of one subject are found',
      encryptionKey: props.encryptionKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    acknowledge(this.subjectSecret, 'AwsSolutions-SMG4', 'rotated, it would no longer find the records written before');
    this.connections = new LogConnections(this, 'Connections', {
      table: this.table,
      bucket: this.payloadBucket,
      secret: this.subjectSecret,
      key: props.encryptionKey,
      retention,
    });
  }

  connectWriter(handler: LambdaFunction): void {
    this.connections.connectWriter(handler);
  }

  connectReader(handler: LambdaFunction): void {
    this.connections.connectReader(handler);
  }

  connectSweeper(handler: LambdaFunction): void {
    this.connections.connectSweeper(handler);
  }

  connectCloser(handler: LambdaFunction): void {
    this.connections.connectCloser(handler);
  }

  connectWaitingInputs(handler: LambdaFunction): void {
    this.connections.connectWaitingInputs(handler);
  }

  connectWaitingWorker(handler: LambdaFunction): void {
    this.connections.connectWaitingWorker(handler);
  }

  /**
   * Lets other stacks of the deployment find the log.
   *
   * @internal
   */
  _publish(deployment: string): void {
    publishLink(this, deployment, STATE_LINK.recordsTable, this.table.tableArn);
    publishLink(this, deployment, STATE_LINK.payloadBucket, this.payloadBucket.bucketArn);
    publishLink(this, deployment, STATE_LINK.subjectSecret, this.subjectSecret.secretArn);
  }
}

function recordsTable(scope: Construct, props: PredictionLogProps, removalPolicy: RemovalPolicy): TableV2 {
  return new TableV2(scope, 'Table', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    encryption: TableEncryptionV2.customerManagedKey(props.encryptionKey),
    timeToLiveAttribute: 'expiresAt',
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: props.pointInTimeRecovery ?? true },
    removalPolicy,
    globalSecondaryIndexes: [
      {
        indexName: SUBJECT_INDEX,
        partitionKey: { name: 'subject', type: AttributeType.STRING },
        sortKey: { name: 'at', type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      },
      {
        indexName: OPEN_INDEX,
        partitionKey: { name: 'openShard', type: AttributeType.NUMBER },
        sortKey: { name: 'openUntil', type: AttributeType.NUMBER },
        projectionType: ProjectionType.KEYS_ONLY,
      },
    ],
  });
}

function payloadBucket(
  scope: Construct,
  props: PredictionLogProps,
  removalPolicy: RemovalPolicy,
  retention: Duration,
): Bucket {
  const bucket = new Bucket(scope, 'Payloads', {
    ...keptBucket({ encryptionKey: props.encryptionKey, removalPolicy }),
    lifecycleRules: [
      { prefix: 'predictions/', expiration: retention, abortIncompleteMultipartUploadAfter: Duration.days(1) },
      // What the model sees, and what it said before any guard looked at it: deleted once it has served, and after a day at most.
      { prefix: WAITING_PREFIX, expiration: Duration.days(1) },
      { prefix: ASYNC_PREFIX_ROOT, expiration: Duration.days(1) },
    ],
  });
  acknowledge(bucket, 'AwsSolutions-S1', 'every object is referenced by a record that says who caused it');
  return bucket;
}

interface LogParts {
  readonly table: ITableV2;
  readonly bucket: IBucket;
  readonly secret: ISecret;
  readonly key: IKey;
  readonly retention: Duration;
}

/** Grants and wiring, the same whether the log is of this stack or of another. */
class LogConnections extends Construct implements IPredictionLog {
  constructor(
    scope: Construct,
    id: string,
    private readonly parts: LogParts,
  ) {
    super(scope, id);
  }

  get payloadBucket(): IBucket {
    return this.parts.bucket;
  }

  connectWriter(handler: LambdaFunction): void {
    const { table, bucket, secret, key, retention } = this.parts;
    this.allow(handler, ['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn]);
    this.allowPayloads(handler, ['s3:GetObject', 's3:PutObject']);
    this.allow(handler, ['secretsmanager:GetSecretValue'], [secret.secretArn]);
    grantKeyThrough(key, handler, [
      { service: 'dynamodb', access: 'write' },
      { service: 's3', access: 'write' },
      { service: 'secretsmanager', access: 'read' },
    ]);
    handler.addEnvironment(ENV.recordsTable, table.tableName);
    handler.addEnvironment(ENV.payloadBucket, bucket.bucketName);
    handler.addEnvironment(ENV.subjectSecret, secret.secretArn);
    handler.addEnvironment(ENV.recordTtlDays, String(Math.ceil(retention.toDays({ integral: false }))));
  }

  connectReader(handler: LambdaFunction): void {
    const { table, bucket, key } = this.parts;
    this.allow(handler, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [table.tableArn]);
    this.allowPayloads(handler, ['s3:GetObject']);
    grantKeyThrough(key, handler, [
      { service: 'dynamodb', access: 'write' },
      { service: 's3', access: 'read' },
    ]);
    handler.addEnvironment(ENV.recordsTable, table.tableName);
    handler.addEnvironment(ENV.payloadBucket, bucket.bucketName);
  }

  connectSweeper(handler: LambdaFunction): void {
    const { table, key } = this.parts;
    this.allow(handler, ['dynamodb:UpdateItem'], [table.tableArn]);
    this.allow(handler, ['dynamodb:Query'], [`${table.tableArn}/index/${OPEN_INDEX}`]);
    grantKeyThrough(key, handler, [{ service: 'dynamodb', access: 'write' }]);
    handler.addEnvironment(ENV.recordsTable, table.tableName);
  }

  connectCloser(handler: LambdaFunction): void {
    const { table, bucket, key } = this.parts;
    this.allow(handler, ['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn]);
    this.allowPayloads(handler, ['s3:PutObject']);
    grantKeyThrough(key, handler, [
      { service: 'dynamodb', access: 'write' },
      { service: 's3', access: 'write' },
    ]);
    handler.addEnvironment(ENV.recordsTable, table.tableName);
    handler.addEnvironment(ENV.payloadBucket, bucket.bucketName);
  }

  connectWaitingInputs(handler: LambdaFunction): void {
    this.allowWaiting(handler, ['s3:PutObject']);
  }

  connectWaitingWorker(handler: LambdaFunction): void {
    this.allowWaiting(handler, ['s3:DeleteObject', 's3:GetObject']);
  }

  private allowPayloads(handler: LambdaFunction, actions: string[]): void {
    const payloads = this.parts.bucket.arnForObjects('predictions/*');
    this.allow(handler, actions, [payloads]);
    acknowledgeWildcard(handler.role ?? handler, payloads, 'payloads are keyed by date and inference id');
  }

  private allowWaiting(handler: LambdaFunction, actions: string[]): void {
    const inputs = this.parts.bucket.arnForObjects(`${WAITING_PREFIX}*`);
    this.allow(handler, actions, [inputs]);
    acknowledgeWildcard(handler.role ?? handler, inputs, 'inputs that wait are keyed by inference id');
  }

  private allow(handler: LambdaFunction, actions: string[], resources: string[]): void {
    handler.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }
}
