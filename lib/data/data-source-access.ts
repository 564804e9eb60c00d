import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { acknowledgeWildcard } from '../core/acknowledge';
import type { HandlerFunction } from '../core/handler-function';
import type { IDatasetStore } from './api';
import type { DataSource } from './data-source';

interface SourceReaders {
  readonly checkData: HandlerFunction;
  readonly steps: HandlerFunction;
}

/** Lets the functions that list and read sources do so, below the prefixes of each and where replayed rows are put. */
export function connectSources(store: IDatasetStore, sources: readonly DataSource[], readers: SourceReaders): void {
  const { partition } = Stack.of(store);
  const bucketOf = ({ bucketName, _isInbox: inbox }: DataSource) =>
    inbox ? store.bucketArn : `arn:${partition}:s3:::${bucketName}`;
  const objects = [
    `${store.bucketArn}/${DATASET_OBJECTS.replay}*`,
    ...sources.map((source) => `${bucketOf(source)}/${source.prefixText}*`),
  ];
  const foreign = [...new Set(sources.filter(({ _isInbox: inbox }) => !inbox).map(bucketOf))];
  const keys = [...new Set(sources.flatMap(({ _encryptionKeyArn: key }) => key ?? []))];
  for (const reader of [readers.checkData, readers.steps]) {
    // An object is read as it was when the run was planned, whatever lies under its key since.
    allow(reader, ['s3:GetObject', 's3:GetObjectVersion'], objects);
    for (const arn of objects) {
      acknowledgeWildcard(reader.role ?? reader, arn, 'reads whatever arrives below the prefix of a source');
    }
    if (keys.length > 0) useKeys(reader, keys);
    // Whole buckets, because only who may list a bucket is told that an object is gone, and not that it is forbidden.
    if (foreign.length > 0) allow(reader, ['s3:ListBucket'], foreign);
  }
}

function allow(reader: HandlerFunction, actions: string[], resources: string[]): void {
  reader.addToRolePolicy(new PolicyStatement({ actions, resources }));
}

function useKeys(reader: HandlerFunction, resources: string[]): void {
  const { region, urlSuffix } = Stack.of(reader);
  reader.addToRolePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources,
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.${urlSuffix}` } },
    }),
  );
}
