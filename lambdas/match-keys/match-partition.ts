import type { PartitionTask } from '../../protocol/data-pipeline';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { readKeyIndex } from '../shared/dataset/key-index';
import { type ObjectStore, readJson, requiredObject, writeJson } from '../shared/dataset/object-store';
import type { MatchResult, PartitionParts, RunPlan } from '../shared/dataset/partition-results';
import { readParts } from '../shared/dataset/read-parts';
import { RUN_KEYS } from '../shared/dataset/run-keys';
import { fateFile } from './fate-file';
import { KeyTable } from './key-table';
import { matchKeys } from './match';

/** Matches the keys of one partition with each other and with those of the parent. Repeated, it writes the same again. */
export async function matchPartition(
  store: ObjectStore,
  { run, partition }: PartitionTask,
  partitions: number,
): Promise<MatchResult> {
  const [{ parent }, { keys }] = await Promise.all([
    readJson<RunPlan>(store, DATASET_OBJECTS.plan(run)),
    readJson<PartitionParts>(store, RUN_KEYS.parts(run, partition)),
  ]);
  const known = parent === null ? undefined : await requiredObject(store, DATASET_OBJECTS.keyIndex(parent, partition));
  const table = new KeyTable(keys.reduce((bytes, { from, to }) => bytes + to - from, 0));
  for await (const part of readParts(store, keys)) table.add(part);

  const { fates, kept, duplicates, conflicts, index } = matchKeys(table, readKeyIndex(known));
  const { bytes, offsets } = fateFile(table, fates, partitions);
  await Promise.all([
    store.put(RUN_KEYS.fates(run, partition), bytes, 'application/octet-stream'),
    store.put(RUN_KEYS.keyIndex(run, partition), index, 'application/octet-stream'),
  ]);
  const result = { partition, rows: table.count, kept, duplicates, conflicts, fateOffsets: offsets };
  // Last: where a result is, all that it speaks of is there.
  await writeJson(store, RUN_KEYS.matched(run, partition), result);
  return result;
}
