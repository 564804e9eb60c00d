import { HASH_BYTES } from '../../../lambdas/shared/dataset/hash';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { CliError, EXIT } from '../../errors';
import { readWhole } from '../manifest';
import type { DatasetObjects } from '../ports';

/** What no index of a version may hold any more: hashes as hex. */
export interface ErasedHashes {
  readonly keys: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** Bytes of an entry; each begins with the hash that it is about. */
const KEY_ENTRY_BYTES = 2 * HASH_BYTES;
const GROUP_ENTRY_BYTES = HASH_BYTES + 4;

/** Takes entries out of the indexes of a version; gives how many files were written again. */
export async function purgeIndex(objects: DatasetObjects, version: string, hashes: ErasedHashes): Promise<number> {
  let written = 0;
  for (const { key } of await objects.list(DATASET_OBJECTS.index(version))) {
    const bytes = await readWhole(objects, key);
    if (bytes === undefined) continue;
    const left = without(bytes, key, hashes);
    if (left.length === bytes.length) continue;
    await objects.write(key, left);
    written += 1;
  }
  return written;
}

/** Copies the indexes of a version for another, without these entries. */
export async function copyIndex(
  objects: DatasetObjects,
  from: string,
  to: string,
  hashes: ErasedHashes,
): Promise<void> {
  for (const { key } of await objects.list(DATASET_OBJECTS.index(from))) {
    const bytes = await readWhole(objects, key);
    if (bytes === undefined) throw new CliError(`object ${key} went while it was read`, EXIT.failed);
    const name = key.slice(DATASET_OBJECTS.index(from).length);
    await objects.write(`${DATASET_OBJECTS.index(to)}${name}`, without(bytes, key, hashes));
  }
}

function without(bytes: Buffer, key: string, { keys, groups }: ErasedHashes): Buffer {
  const isKeys = /\/keys-\d+\.bin$/.test(key);
  if (!isKeys && !/\/groups-\d+\.bin$/.test(key)) {
    throw new CliError(
      `object ${key} is no index of keys or groups; it may hold rows, and nothing is known of it`,
      EXIT.failed,
    );
  }
  const [size, erased] = isKeys ? [KEY_ENTRY_BYTES, keys] : [GROUP_ENTRY_BYTES, groups];
  if (bytes.length % size !== 0)
    throw new CliError(`index ${key} is damaged: it has ${bytes.length} bytes`, EXIT.failed);
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    if (!erased.has(bytes.toString('hex', at, at + HASH_BYTES))) entries.push(bytes.subarray(at, at + size));
  }
  return Buffer.concat(entries);
}
