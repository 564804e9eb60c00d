import type { DataPipelineConfig, DatasetManifest } from '../../protocol/dataset';
import { groupColumns } from '../shared/dataset/row-hashes';
import { canonicalJson } from '../shared/dataset/version-address';

/**
 * Why rows of this pipeline cannot be added to a version; undefined where they can. Expectations and the share of the hold-out may
 * change; what rows are made of, and by what they are told apart, may not: hashes of old and new rows would not meet.
 */
export function unlikeParent(config: DataPipelineConfig, parent: DatasetManifest): string | undefined {
  const changed = [
    ...different('columns', columnsOf(config), columnsOf(parent)),
    ...different('key', config.schema.key, parent.schema.key),
    ...different(
      'columns that group rows',
      groupColumns(config.schema, config.holdOut),
      groupColumns(parent.schema, parent.holdOut),
    ),
    ...different('partitions', config.partitions, parent.partitions),
  ];
  if (changed.length === 0) return undefined;
  return `the ${changed.join(' and ')} differ from those of version ${parent.version}; that is another dataset, and needs a store of its own`;
}

function columnsOf({ schema }: Pick<DataPipelineConfig, 'schema'>): unknown {
  return schema.columns.map(({ name, type, personal }) => ({ name, type, personal }));
}

function different(what: string, now: unknown, before: unknown): string[] {
  return canonicalJson(now) === canonicalJson(before) ? [] : [what];
}
