import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { manifestFaults } from '../../lambdas/shared/dataset/verify-manifest';
import { sha256 } from '../../lambdas/shared/dataset/version-address';
import { accountsHold, type DatasetSide } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import type { Cloud } from './cloud';

/** Rows of the latest version by side, each file checked against its digest. */
export function contentOf(cloud: Cloud): Record<DatasetSide, string[]> {
  const rows: Record<DatasetSide, string[]> = { train: [], holdout: [] };
  if (cloud.latest === undefined) return rows;
  const manifest = cloud.manifest();
  expect(manifestFaults(manifest)).toEqual([]);
  for (const { digest, side } of manifest.shards) {
    const packed = cloud.objects.get(DATASET_OBJECTS.shard(digest));
    const content = gunzipSync(packed ?? Buffer.alloc(0));
    expect(sha256(content)).toBe(digest);
    rows[side].push(...content.toString('utf8').trim().split('\n'));
  }
  return { train: rows.train.sort(), holdout: rows.holdout.sort() };
}

/** Rows in quarantine of the runs that ended with all they read accounted for. */
export function expectAccounted(cloud: Cloud, where: string): void {
  for (const run of cloud.runs.values()) {
    if (run.counts === undefined) continue;
    expect(accountsHold(run.counts), where).toBe(true);
    if (run.state !== 'published' && run.state !== 'unchanged') continue;
    const lines = cloud
      .keys(DATASET_OBJECTS.quarantineOf(run.run))
      .flatMap((key) => cloud.objects.get(key)?.toString('utf8').trim().split('\n') ?? []);
    expect(lines.length, `${where}, quarantine of ${run.run}`).toBe(run.counts.quarantined);
  }
}
