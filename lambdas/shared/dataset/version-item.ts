import type { DatasetManifest } from '../../../protocol/dataset';
import type { DatasetVersionItem } from '../../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';

/** What the catalogue says of a version. */
export function versionItemOf(manifest: DatasetManifest, bucket: string): DatasetVersionItem {
  const {
    dataset,
    version,
    contentHash,
    schemaHash,
    parent,
    run,
    rows,
    counts,
    codeVersion,
    publishedAt,
    newestEvent,
  } = manifest;
  return {
    dataset,
    version,
    contentHash,
    schemaHash,
    parent,
    run,
    rows,
    counts,
    manifest: { bucket, key: DATASET_OBJECTS.manifest(version) },
    codeVersion,
    publishedAt,
    ...(newestEvent === undefined ? {} : { newestEvent }),
  };
}
