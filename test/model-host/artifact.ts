import { createHash } from 'node:crypto';
import type { BackendRequest } from '../../protocol/backend';
import type { ModelArtifact } from '../../protocol/model-version';

export const BUCKET = 'artifacts';

/** An artefact as the registry would describe it, with its objects by key. */
export function artifactOf(
  version: string,
  files: Record<string, string>,
): { artifact: ModelArtifact; objects: Map<string, Buffer> } {
  const prefix = `models/demo/${version}/`;
  const objects = new Map(Object.entries(files).map(([path, text]) => [`${prefix}${path}`, Buffer.from(text)]));
  const described = Object.entries(files).map(([path, text]) => ({
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
    bytes: Buffer.byteLength(text),
  }));
  return { artifact: { bucket: BUCKET, prefix, files: described }, objects };
}

export function requestOf(version: string, artifact: ModelArtifact, input: unknown): BackendRequest {
  return { inferenceId: 'inf-1', input, version: { id: version, artifact }, deadline: Date.now() + 60_000 };
}
