import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket, CfnBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { TAKEN_TAG } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { acknowledge } from '../core/acknowledge';
import { checkBoolean, checkDuration, checkObject, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { keptBucket, keptTable } from '../core/kept-state';
import { publishLink, readLink, STATE_LINK } from '../core/state-links';
import type { IDatasetStore } from './api';
import { DatasetAccess } from './dataset-access';

/** Properties of a `DatasetStore`. */
export interface DatasetStoreProps {
  /** Encrypts the bucket and the table. */
  readonly encryptionKey: IKey;
  /**
   * What becomes of bucket and table when they leave the stack. With DESTROY the bucket is emptied.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the table can be restored to any second of the last 35 days.
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Whether the data concern people, and must be erasable.
   * @default false
   */
  readonly personalData?: boolean;
  /**
   * How long what runs leave behind is kept: lists, profiles and blocks of rows of each run; whole days.
   * @default 14 days
   */
  readonly runRetention?: Duration;
  /**
   * How long rows that were set apart are kept, with their original bytes, and objects of the inbox that a run has taken; whole days.
   * What no run has taken stays.
   * @default 30 days
   */
  readonly quarantineRetention?: Duration;
  /**
   * How long what was deleted or written over can be brought back; whole days.
   * @default 30 days
   */
  readonly noncurrentRetention?: Duration;
  /**
   * How long shards and manifests are locked against deletion, from when they are published (S3 Object Lock, governance mode); whole
   * days, `Duration.days(0)` for not at all. Nothing else in the bucket is locked.
   * Cannot be given to a bucket that exists without it. Refused for personal data, and with DESTROY.
   * @default not at all
   */
  readonly versionLock?: Duration;
}

/** What an owned store and a linked one share: who may do what with it. */
abstract class DatasetStoreBase extends Construct implements IDatasetStore {
  abstract readonly bucketName: string;
  abstract readonly bucketArn: string;
  abstract readonly versionLock?: Duration;
  /** @internal */
  protected abstract readonly _access: DatasetAccess;

  connectChecker(handler: LambdaFunction): void {
    this._access.connectChecker(handler);
  }

  connectMatcher(handler: LambdaFunction): void {
    this._access.connectMatcher(handler);
  }

  connectSplitter(handler: LambdaFunction): void {
    this._access.connectSplitter(handler);
  }

  connectSteps(handler: LambdaFunction): void {
    this._access.connectSteps(handler);
  }

  connectWatch(handler: LambdaFunction): void {
    this._access.connectWatch(handler);
  }

  grantMaps(grantee: IGrantable): Grant {
    return this._access.grantMaps(grantee);
  }

  grantRead(grantee: IGrantable): Grant {
    return this._access.grantRead(grantee);
  }
}

/**
 * Dataset versions: a versioned bucket of shards, manifests, indexes, quarantine and what runs leave, and a catalogue of versions
 * and runs. Published objects are named by their content and are never written over.
 *
 * @example
 * const store = new DatasetStore(this, 'Datasets', { encryptionKey: key, quarantineRetention: Duration.days(14) });
 */
export class DatasetStore extends DatasetStoreBase {
  /**
   * The store that another stack of the deployment published, found by SSM parameters.
   *
   * @internal
   */
  static _fromLinks(
    scope: Construct,
    id: string,
    deployment: string,
    versionLock: Duration | undefined,
  ): IDatasetStore {
    return new LinkedDatasetStore(scope, id, deployment, versionLock);
  }

  /**
   * The deployment by which other stacks find a store; undefined where it is published to none.
   *
   * @internal
   */
  static _deploymentOf(store: IDatasetStore): string | undefined {
    if (store instanceof DatasetStore) return store.published;
    return store instanceof LinkedDatasetStore ? store.deployment : undefined;
  }

  /** Versions, quarantine and runs. */
  readonly bucket: Bucket;
  /** Catalogue of versions and runs. */
  readonly table: TableV2;
  readonly versionLock?: Duration;
  /** @internal */
  protected readonly _access: DatasetAccess;
  private published?: string;

  constructor(scope: Construct, id: string, props: DatasetStoreProps) {
    super(scope, id);
    check(this, props);
    this.versionLock = isSet(props.versionLock) ? props.versionLock : undefined;
    this.table = keptTable(this, 'Catalogue', props);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      ...keptBucket(props),
      lifecycleRules: lifecycle(props),
      // No retention by default: it would keep what is temporary. What is published is locked by whoever publishes it.
      ...(this.versionLock === undefined ? {} : { objectLockEnabled: true }),
    });
    tellEventBridge(this.bucket);
    acknowledge(
      this.bucket,
      'AwsSolutions-S1',
      'objects are written by the functions of one pipeline, whose runs the catalogue records',
    );
    const { bucket, table } = this;
    this._access = new DatasetAccess({ bucket, table, key: props.encryptionKey });
  }

  get bucketName(): string {
    return this.bucket.bucketName;
  }

  get bucketArn(): string {
    return this.bucket.bucketArn;
  }

  /**
   * Lets other stacks of the deployment find the store.
   *
   * @internal
   */
  _publish(deployment: string): void {
    this.published = deployment;
    publishLink(this, deployment, STATE_LINK.datasetBucket, this.bucket.bucketArn);
    publishLink(this, deployment, STATE_LINK.catalogueTable, this.table.tableArn);
  }
}

/** A store of another stack, by links. */
class LinkedDatasetStore extends DatasetStoreBase {
  readonly bucketName: string;
  readonly bucketArn: string;
  /** @internal */
  protected readonly _access: DatasetAccess;

  constructor(
    scope: Construct,
    id: string,
    readonly deployment: string,
    readonly versionLock: Duration | undefined,
  ) {
    super(scope, id);
    const bucket = Bucket.fromBucketArn(this, 'Bucket', readLink(this, deployment, STATE_LINK.datasetBucket));
    const table = TableV2.fromTableArn(this, 'Catalogue', readLink(this, deployment, STATE_LINK.catalogueTable));
    const key = Key.fromKeyArn(this, 'Key', readLink(this, deployment, STATE_LINK.key));
    this.bucketName = bucket.bucketName;
    this.bucketArn = bucket.bucketArn;
    this._access = new DatasetAccess({ bucket, table, key });
  }
}

const { runs, quarantine, replay, inbox, indexes } = DATASET_OBJECTS;
const DAY = Duration.days(1);

/**
 * What is temporary goes, with its older versions, but of what arrives only what was taken; of what is published only what was deleted or
 * written over. Of several rules the shortest time holds.
 */
function lifecycle(props: DatasetStoreProps): LifecycleRule[] {
  const { runRetention = Duration.days(14), quarantineRetention = Duration.days(30) } = props;
  const temporary = (prefix: string, expiration: Duration): LifecycleRule => ({
    id: `expire-${prefix.slice(0, -1)}`,
    prefix,
    expiration,
    noncurrentVersionExpiration: DAY,
  });
  const taken = (prefix: string): LifecycleRule => ({
    ...temporary(prefix, quarantineRetention),
    tagFilters: { [TAKEN_TAG.key]: TAKEN_TAG.value },
  });
  return [
    temporary(runs, runRetention),
    temporary(quarantine, quarantineRetention),
    taken(replay),
    taken(inbox),
    // Retired as soon as two versions are newer; nobody asks for them again.
    { id: 'expire-index', prefix: indexes, noncurrentVersionExpiration: DAY },
    {
      id: 'expire-noncurrent',
      noncurrentVersionExpiration: props.noncurrentRetention ?? Duration.days(30),
      // Of objects that are gone with all their versions; they slow listings down.
      expiredObjectDeleteMarker: true,
      abortIncompleteMultipartUploadAfter: DAY,
    },
  ];
}

/** By the property of the resource: the method of the CDK brings a function that sets it later. */
function tellEventBridge(bucket: Bucket): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new Error('a bucket without a resource');
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

/** No time at all is no lock. */
function isSet(lock: Duration | undefined): lock is Duration {
  return lock !== undefined && lock.toMilliseconds() > 0;
}

const DAYS = {
  minMs: Duration.days(1).toMilliseconds(),
  maxMs: Duration.days(3653).toMilliseconds(),
  known: true,
  wholeDays: true,
} as const;

function check(scope: Construct, props: DatasetStoreProps): void {
  const keeping = { ...DAYS, fix: 'lifecycles count whole days, up to ten years' };
  const faults = faultsOf(
    checkObject('encryptionKey', props.encryptionKey, {
      expected: 'a KMS key',
      fix: 'what is kept is encrypted with a key of yours: new Key(this, ...)',
    }),
    checkBoolean('pointInTimeRecovery', props.pointInTimeRecovery),
    checkBoolean('personalData', props.personalData),
    checkDuration('runRetention', props.runRetention, keeping),
    checkDuration('quarantineRetention', props.quarantineRetention, keeping),
    checkDuration('noncurrentRetention', props.noncurrentRetention, keeping),
    checkDuration('versionLock', props.versionLock, { ...DAYS, minMs: 0, fix: 'use no time at all for no lock' }),
  );
  if (faults.length === 0 && isSet(props.versionLock)) {
    if (props.personalData === true) {
      faults.push(
        'versionLock is stated of personal data, expected none; a person can ask to be erased, and what is locked cannot be erased',
      );
    }
    if (props.removalPolicy === RemovalPolicy.DESTROY) {
      faults.push(
        'versionLock is stated beside RemovalPolicy.DESTROY, expected one of them; a bucket of locked objects cannot be emptied',
      );
    }
  }
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
