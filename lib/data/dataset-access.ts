import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { ENV } from '../../protocol/env';
import { acknowledgeWildcard } from '../core/acknowledge';
import { grantKeyThrough } from '../core/grants';

/** Where dataset versions are kept, owned or linked. */
interface KeptDatasets {
  readonly bucket: IBucket;
  readonly table: ITableV2;
  readonly key: IKey;
}

const { runs, quarantine, shards, manifests, indexes, inbox, replay } = DATASET_OBJECTS;
/** Parts of the bucket that hold what is published. */
const PUBLISHED = [shards, manifests, indexes];

/** What each part of a pipeline may do with the datasets: its own folders of the bucket, and no more. */
export class DatasetAccess {
  constructor(private readonly kept: KeptDatasets) {}

  /** Writes what a shard was found to be, unless it was found before. What it reads of sources is granted with these. */
  connectChecker(handler: LambdaFunction): void {
    this.allow(handler, ['s3:GetObject'], [runs]);
    this.allow(handler, ['s3:PutObject'], [runs, quarantine]);
    this.allowList(handler);
    this.useKey(handler, 'write');
    this.name(handler);
  }

  /** Reads rows of the run and the index of the version before it. */
  connectMatcher(handler: LambdaFunction): void {
    this.allow(handler, ['s3:GetObject'], [runs, indexes]);
    this.allow(handler, ['s3:PutObject'], [runs]);
    this.useKey(handler, 'write');
    this.name(handler);
  }

  connectSplitter(handler: LambdaFunction): void {
    this.allow(handler, ['s3:GetObject'], [runs, indexes]);
    this.allow(handler, ['s3:PutObject'], [runs, quarantine]);
    this.useKey(handler, 'write');
    this.name(handler);
  }

  /** The only one that writes what is published, and the catalogue. */
  connectSteps(handler: LambdaFunction): void {
    const { table, key } = this.kept;
    this.allow(handler, ['s3:GetObject', 's3:PutObject'], [runs, ...PUBLISHED]);
    // Indexes of versions that are no longer the latest, and bad rows of objects that changed while they were read; never a version.
    this.allow(handler, ['s3:DeleteObject'], [runs, quarantine, indexes]);
    // Longer, never shorter: that is another action. Means nothing in a bucket without Object Lock.
    this.allow(handler, ['s3:PutObjectRetention'], [shards, manifests]);
    // That a run has taken them, so that they may go.
    this.allow(handler, ['s3:PutObjectVersionTagging'], [inbox, replay]);
    this.allowList(handler);
    table.grant(
      handler,
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    );
    this.useKey(handler, 'write');
    grantKeyThrough(key, handler, [{ service: 'dynamodb', access: 'write' }]);
    this.name(handler);
    handler.addEnvironment(ENV.catalogueTable, table.tableName);
  }

  /** The catalogue alone, in which it keeps since when it looks. */
  connectWatch(handler: LambdaFunction): void {
    const { table, key } = this.kept;
    table.grant(handler, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    grantKeyThrough(key, handler, [{ service: 'dynamodb', access: 'write' }]);
    handler.addEnvironment(ENV.catalogueTable, table.tableName);
  }

  /** Lists are read, results of workers are written, in several parts where they are many. */
  grantMaps(grantee: IGrantable): Grant {
    this.useKey(grantee, 'write');
    return this.allow(
      grantee,
      ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
      [runs],
    );
  }

  grantRead(grantee: IGrantable): Grant {
    const { bucket, table, key } = this.kept;
    this.useKey(grantee, 'read');
    grantKeyThrough(key, grantee, [{ service: 'dynamodb', access: 'read' }]);
    const { principalStatement } = Grant.addToPrincipal({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [bucket.bucketArn],
    });
    principalStatement?.addCondition('StringLike', { 's3:prefix': [shards, manifests].map((prefix) => `${prefix}*`) });
    return table
      .grant(grantee, 'dynamodb:GetItem', 'dynamodb:Query')
      .combine(this.allow(grantee, ['s3:GetObject', 's3:GetObjectVersion'], [shards, manifests]));
  }

  private allow(grantee: IGrantable, actions: string[], prefixes: readonly string[]): Grant {
    const resourceArns = prefixes.map((prefix) => this.kept.bucket.arnForObjects(`${prefix}*`));
    const grant = Grant.addToPrincipal({ grantee, actions, resourceArns });
    const { grantPrincipal } = grantee;
    for (const arn of resourceArns) {
      if (!Construct.isConstruct(grantPrincipal)) continue;
      acknowledgeWildcard(grantPrincipal, arn, 'objects of runs and versions are named when they are made');
    }
    return grant;
  }

  /** Of the whole bucket: only who may list it is told that an object is missing, and not that it is forbidden. */
  private allowList(handler: LambdaFunction): void {
    const { bucketArn } = this.kept.bucket;
    handler.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucketArn] }));
  }

  private useKey(grantee: IGrantable, access: 'read' | 'write'): void {
    grantKeyThrough(this.kept.key, grantee, [{ service: 's3', access }]);
  }

  private name(handler: LambdaFunction): void {
    handler.addEnvironment(ENV.datasetBucket, this.kept.bucket.bucketName);
  }
}
