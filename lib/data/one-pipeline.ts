import { Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { ConfigError } from '../core/config-error';
import type { IDatasetStore } from './api';
import { DatasetStore } from './dataset-store';

/** Pipelines by the store that they fill, of each app. */
const PIPELINES = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Takes a store for a pipeline. Its inbox, replays and retention are those of one dataset: what a second pipeline finds there would be
 * read by both, and tagged as taken by the first.
 */
export function takeStore(pipeline: Construct, store: IDatasetStore): void {
  const { root } = pipeline.node;
  const taken = PIPELINES.get(root) ?? new Map<string, string>();
  PIPELINES.set(root, taken);
  const identity = identityOf(store);
  const other = taken.get(identity);
  if (other !== undefined) {
    throw new ConfigError(
      pipeline,
      `store is filled by ${other} already, expected a store of its own; one store holds one dataset: give this pipeline another DatasetStore, or leave store out`,
    );
  }
  taken.set(identity, pipeline.node.path);
}

/** A published store and its links are one, in whichever stacks of its account and region they stand. */
function identityOf(store: IDatasetStore): string {
  const deployment = DatasetStore._deploymentOf(store);
  return deployment === undefined ? store.node.path : `${Stack.of(store).environment} ${deployment}`;
}
