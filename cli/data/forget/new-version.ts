import { createHash } from 'node:crypto';
import { liveShards, rowsBySide } from '../../../lambdas/shared/dataset/live-shards';
import { contentHashOf, versionOf } from '../../../lambdas/shared/dataset/version-address';
import { ProfileBuilder } from '../../../lambdas/shared/statistics/profile';
import type { DatasetManifest } from '../../../protocol/dataset';

/** A version of what is left of another: no run read anything for it. */
export function newVersion(left: DatasetManifest, now: Date): DatasetManifest {
  const shards = liveShards(left);
  const contentHash = contentHashOf(
    left.schemaHash,
    shards.map(({ digest }) => digest),
  );
  const publishedAt = now.toISOString();
  return {
    ...left,
    version: versionOf(contentHash),
    contentHash,
    shards,
    rows: rowsBySide(shards),
    counts: { rows: 0, published: 0, quarantined: 0, duplicates: 0 },
    sources: [],
    addedProfile: ProfileBuilder.of(left.schema.columns).toProfile(),
    gate: { passed: true, checks: [] },
    parent: left.version,
    run: erasureRun(publishedAt, contentHash),
    publishedAt,
    tombstones: [],
  };
}

/** Formed as the ids of the pipeline's runs, among which it is listed. */
function erasureRun(at: string, contentHash: string): string {
  const compact = at.replace(/\.\d+Z$/, 'Z').replace(/[-:]/g, '');
  return `${compact}-${createHash('sha256').update(`erasure#${contentHash}`).digest('hex').slice(0, 8)}`;
}
