import type { PartitionTask } from '../../protocol/data-pipeline';
import type { DataPipelineConfig, HoldOutDocument, ShardFile } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { atOnce } from '../shared/at-once';
import { type CellValue, valuesOfLine } from '../shared/dataset/canonical-row';
import { FATE, FateTable } from '../shared/dataset/fates';
import { readGroupIndex, writeGroupIndex } from '../shared/dataset/group-index';
import { type ObjectStore, readJson, requiredObject, writeJson } from '../shared/dataset/object-store';
import type { MatchResult, PartitionParts, RunPlan, SplitResult } from '../shared/dataset/partition-results';
import { readParts } from '../shared/dataset/read-parts';
import { readRows } from '../shared/dataset/row-block';
import { RUN_KEYS } from '../shared/dataset/run-keys';
import { ProfileBuilder } from '../shared/statistics/profile';
import { Conflicts } from './conflicts';
import { KeptRows } from './kept-rows';
import { shardFiles } from './shard-files';
import { decideSides } from './sides';

/** Requests for fates at once, one for each partition of keys. */
const FATE_READS = 16;

export type SplitConfig = Pick<DataPipelineConfig, 'schema' | 'holdOut' | 'partitions'>;

/** Puts the rows of one partition of groups on their sides and writes their shard files. Repeated, it writes the same again. */
export async function splitPartition(
  store: ObjectStore,
  { run, partition }: PartitionTask,
  { schema, holdOut, partitions }: SplitConfig,
): Promise<SplitResult> {
  const [{ parent }, { rows: parts }] = await Promise.all([
    readJson<RunPlan>(store, DATASET_OBJECTS.plan(run)),
    readJson<PartitionParts>(store, RUN_KEYS.parts(run, partition)),
  ]);
  const known =
    parent === null ? undefined : await requiredObject(store, DATASET_OBJECTS.groupIndex(parent, partition));
  const fates = await fatesOf(store, run, partition, partitions);

  const isLate = latenessBy(
    holdOut,
    schema.columns.findIndex(({ name }) => name === timeColumn(holdOut)),
  );
  const profile = ProfileBuilder.of(schema.columns);
  const conflicts = new Conflicts(store, schema, run, partition);
  const kept = new KeptRows();
  let duplicates = 0;
  for await (const part of readParts(store, parts)) {
    for (const entry of readRows(part)) {
      const fate = fates.of(entry.shard, entry.row);
      if (fate === FATE.duplicate) duplicates += 1;
      if (fate === FATE.conflict) await conflicts.add(entry);
      if (fate !== FATE.kept) continue;
      const values = valuesOfLine(schema.columns, entry.line.toString('utf8'));
      for (let column = 0; column < values.length; column += 1) profile.add(column, values[column] ?? null);
      kept.add(entry, isLate(values));
    }
  }
  await conflicts.flush();

  const { of: sides, groups } = decideSides(kept, readGroupIndex(known), holdOut);
  const files: ShardFile[] = [];
  for (const side of ['train', 'holdout'] as const) {
    for (const { file, bytes } of shardFiles(kept, sides, side)) {
      await store.put(RUN_KEYS.shard(run, file.digest), bytes, 'application/gzip');
      files.push(file);
    }
  }
  await store.put(RUN_KEYS.groupIndex(run, partition), writeGroupIndex(groups), 'application/octet-stream');
  const result: SplitResult = {
    partition,
    rows: kept.count + duplicates + conflicts.count,
    published: kept.count,
    duplicates,
    conflicts: conflicts.count,
    files,
    ...(kept.count === 0 ? {} : { profile: profile.toProfile() }),
  };
  // Last: where a result is, all that it speaks of is there.
  await writeJson(store, RUN_KEYS.split(run, partition), result);
  return result;
}

/** This partition's stretch of the fates that each partition of keys wrote. */
async function fatesOf(store: ObjectStore, run: string, partition: number, partitions: number): Promise<FateTable> {
  const all = Array.from({ length: partitions }, (_, keys) => keys);
  const parts = await atOnce(all, FATE_READS, async (keys) => {
    const { fateOffsets } = await readJson<MatchResult>(store, RUN_KEYS.matched(run, keys));
    const from = fateOffsets[partition];
    const to = fateOffsets[partition + 1];
    if (from === undefined || to === undefined) throw new Error(`the fates of partition ${keys} lack ${partition}`);
    if (from === to) return Buffer.alloc(0);
    return requiredObject(store, RUN_KEYS.fates(run, keys), { from, to });
  });
  return FateTable.of(parts);
}

function timeColumn(holdOut: HoldOutDocument): string | undefined {
  return holdOut.kind === 'time' ? holdOut.column : undefined;
}

/** Whether the time of a row lies in the hold-out; a row without a time is not late. */
function latenessBy(holdOut: HoldOutDocument, column: number): (values: readonly CellValue[]) => boolean {
  if (holdOut.kind === 'hash') return () => false;
  const from = Date.parse(holdOut.from);
  if (column === -1 || Number.isNaN(from)) throw new Error('the hold-out names no column of the schema, or no time');
  return (values) => {
    const value = values[column];
    return typeof value === 'number' && value >= from;
  };
}
