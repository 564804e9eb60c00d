import { contentHashOf, schemaHashOf, versionOf } from '../../lambdas/shared/dataset/version-address';
import { accountsHold, DATASET_OBJECTS, type DatasetManifest } from '../../protocol/dataset';
import { inParallel } from '../in-parallel';
import type { Tell } from './data-stage';
import { erasedDigests, liveShards, rowsErased, rowsOn } from './manifest';
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

/** What a manifest says against itself. */
export function manifestFaults(manifest: DatasetManifest): string[] {
  const { version, schema, schemaHash, contentHash, shards, rows, counts, tombstones } = manifest;
  const faults: string[] = [];
  const schemaNow = schemaHashOf(schema);
  if (schemaNow !== schemaHash) faults.push(`the hash of the schema is ${schemaNow}, the manifest says ${schemaHash}`);
  const contentNow = contentHashOf(
    schemaHash,
    shards.map(({ digest }) => digest),
  );
  if (contentNow !== contentHash) {
    faults.push(`the hash of schema and shards is ${contentNow}, the manifest says ${contentHash}`);
  }
  if (versionOf(contentHash) !== version) faults.push(`its content hash is that of ${versionOf(contentHash)}`);
  for (const side of ['train', 'holdout'] as const) {
    if (rowsOn(side, shards) !== rows[side]) {
      faults.push(`its ${side} shards have ${rowsOn(side, shards)} rows, the manifest says ${rows[side]}`);
    }
  }
  if (!accountsHold(counts)) faults.push('rows in are not published, quarantined and duplicates together');
  const published = new Map(shards.map((shard) => [shard.digest, shard]));
  for (const [digest, erased] of erasedByShard(tombstones)) {
    const shard = published.get(digest);
    const left = tombstones.findLast((tombstone) => tombstone.shard === digest)?.replacedBy;
    if (shard === undefined) faults.push(`a tombstone names shard ${digest}, which is none of the version`);
    else if (shard.rows - erased !== (left?.rows ?? 0) || (left ?? shard).side !== shard.side) {
      faults.push(`the tombstones of shard ${digest} do not say what is left of it`);
    }
  }
  return faults;
}

function erasedByShard(tombstones: DatasetManifest['tombstones']): Map<string, number> {
  const erased = new Map<string, number>();
  for (const { shard, rowsErased: rows } of tombstones) erased.set(shard, (erased.get(shard) ?? 0) + rows);
  return erased;
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
