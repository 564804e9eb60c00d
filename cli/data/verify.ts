import { liveShards } from '../../lambdas/shared/dataset/live-shards';
import { manifestFaults } from '../../lambdas/shared/dataset/verify-manifest';
import type { DatasetManifest } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { inParallel } from '../in-parallel';
import type { Tell } from './data-stage';
import { erasedDigests, rowsErased } from './manifest';
import type { DatasetObjects } from './ports';
import { readShard, shardFault } from './shards';

/** What verifying a version found. */
export interface Verified {
  readonly version: string;
  /** Empty: the version is whole. */
  readonly faults: readonly string[];
  readonly shards: number;
  readonly rows: number;
  readonly rowsErased: number;
}

const AT_ONCE = 4;

/** Computes a version's address anew and reads every shard to its end. */
export async function verifyVersion(objects: DatasetObjects, manifest: DatasetManifest, tell: Tell): Promise<Verified> {
  const live = liveShards(manifest);
  const faults = manifestFaults(manifest);
  let done = 0;
  let rows = 0;
  await inParallel(live, AT_ONCE, async (shard) => {
    const found = await readShard(objects, shard.digest).catch(unpackFault);
    const fault = typeof found === 'string' ? `shard ${shard.digest} ${found}` : shardFault(shard, found);
    if (fault !== undefined) faults.push(fault);
    rows += typeof found === 'string' ? 0 : (found?.rows ?? 0);
    done += 1;
    tell(`${done} of ${live.length} shards`);
  });
  for (const digest of await remains(objects, manifest)) {
    faults.push(
      `shard ${digest}, from which rows were erased, is still in the bucket; run "slipway data forget" again`,
    );
  }
  return {
    version: manifest.version,
    faults: faults.toSorted(),
    shards: live.length,
    rows,
    rowsErased: rowsErased(manifest),
  };
}

async function remains(objects: DatasetObjects, manifest: DatasetManifest): Promise<string[]> {
  const left: string[] = [];
  for (const digest of erasedDigests(manifest)) {
    if ((await objects.versions(DATASET_OBJECTS.shard(digest))).length > 0) left.push(digest);
  }
  return left;
}

/** What a damaged file is said to be; a failure of the connection is none of the shard. */
function unpackFault(error: unknown): string {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) return 'is no whole gzip file';
  throw error;
}
