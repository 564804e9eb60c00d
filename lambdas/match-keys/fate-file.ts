import { FATE, FATE_BYTES, type Fate, writeFate } from '../shared/dataset/fates';
import type { KeyTable } from './key-table';

export interface FateFile {
  readonly bytes: Buffer;
  /** Where each partition of groups begins, and the end of the last. */
  readonly offsets: readonly number[];
}

/** Fates of all rows that are not kept, grouped by the partition of their group: each reader takes one stretch. */
export function fateFile(table: KeyTable, fates: Uint8Array, partitions: number): FateFile {
  const sizes = new Array<number>(partitions).fill(0);
  const unkept = (visit: (position: number, fate: Fate, partition: number) => void) => {
    fates.forEach((fate, position) => {
      if (fate === FATE.kept) return;
      const partition = table.groupPartitionOf(position);
      if (partition >= partitions) throw new Error(`a row lies in partition ${partition} of ${partitions}`);
      visit(position, fate as Fate, partition);
    });
  };
  unkept((_position, _fate, partition) => {
    sizes[partition] = (sizes[partition] ?? 0) + FATE_BYTES;
  });
  const offsets = [0];
  for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size);
  const next = offsets.slice();
  const bytes = Buffer.allocUnsafe(offsets.at(-1) ?? 0);
  unkept((position, fate, partition) => {
    const at = next[partition] ?? 0;
    writeFate(bytes, at, table.shardOf(position), table.rowOf(position), fate);
    next[partition] = at + FATE_BYTES;
  });
  return { bytes, offsets };
}
