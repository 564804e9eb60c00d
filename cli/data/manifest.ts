import { liveShards } from '../../lambdas/shared/dataset/live-shards';
import { DATASET_VERSION_PATTERN, type DatasetManifest } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { CliError, EXIT } from '../errors';
import type { DatasetObjects } from './ports';

/** Refuses what cannot be the id of a dataset version, before anybody is asked. */
export function checkDatasetVersion(version: string): void {
  if (DATASET_VERSION_PATTERN.test(version)) return;
  throw new CliError(
    `dataset version is "${version}", expected d- and 16 hex digits, such as d-0123456789abcdef; "slipway data list" shows them`,
  );
}

/** The manifest of a version, which alone says what the version is. */
export async function readManifest(objects: DatasetObjects, version: string): Promise<DatasetManifest> {
  const manifest = await findManifest(objects, version);
  if (manifest !== undefined) return manifest;
  throw new CliError(`there is no dataset version "${version}" here; "slipway data list" shows those there are`);
}

/** Undefined where there is no manifest of this version. */
export async function findManifest(objects: DatasetObjects, version: string): Promise<DatasetManifest | undefined> {
  const key = DATASET_OBJECTS.manifest(version);
  const text = await readText(objects, key);
  if (text === undefined) return undefined;
  const manifest = parsed(text);
  if (manifest?.version === version) return manifest;
  throw new CliError(`object ${key} of ${objects.bucket} is no manifest of ${version}`, EXIT.failed);
}

/** A whole object as text; undefined where it is not there. */
async function readText(objects: DatasetObjects, key: string): Promise<string | undefined> {
  const bytes = await readWhole(objects, key);
  return bytes?.toString('utf8');
}

/** A whole object; undefined where it is not there. */
export async function readWhole(objects: DatasetObjects, key: string): Promise<Buffer | undefined> {
  const stream = await objects.read(key);
  if (stream === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function parsed(text: string): DatasetManifest | undefined {
  try {
    return JSON.parse(text) as DatasetManifest;
  } catch {
    return undefined;
  }
}

/** Digests of shards that a manifest names and that no row of its version lies in any more. */
export function erasedDigests(manifest: DatasetManifest): string[] {
  const live = new Set(liveShards(manifest).map(({ digest }) => digest));
  const named = manifest.tombstones.flatMap(({ shard, replacedBy }) => [shard, replacedBy?.digest ?? shard]);
  return [...new Set(named)].filter((digest) => !live.has(digest));
}

export function rowsErased({ tombstones }: DatasetManifest): number {
  return tombstones.reduce((sum, tombstone) => sum + tombstone.rowsErased, 0);
}
