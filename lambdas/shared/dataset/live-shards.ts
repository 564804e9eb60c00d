import type { DatasetManifest, DatasetSide, ShardFile } from '../../../protocol/dataset';

/** The shards of a version as they are now: as published, less what was erased since. The last tombstone of a shard counts. */
export function liveShards({ shards, tombstones }: Pick<DatasetManifest, 'shards' | 'tombstones'>): ShardFile[] {
  const left = new Map(tombstones.map(({ shard, replacedBy }) => [shard, replacedBy]));
  return shards.flatMap((shard) => {
    const now = left.get(shard.digest);
    if (now === undefined) return [shard];
    return now === null ? [] : [now];
  });
}

export function rowsBySide(shards: readonly ShardFile[]): Readonly<Record<DatasetSide, number>> {
  const rows = { train: 0, holdout: 0 };
  for (const shard of shards) rows[shard.side] += shard.rows;
  return rows;
}
