import type { BackendRequest } from '../../protocol/backend';
import type { ArtifactFile, ModelArtifact } from '../../protocol/model-version';
import { HostFault } from './host-fault';

// Becomes a folder name: no separators, no leading dot.
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** The event as a request whose artefact lies in `bucket` and cannot name a file outside of its own folder. */
export function parseRequest(event: unknown, bucket: string): BackendRequest {
  const request = object(event, 'the event');
  const version = object(request.version, 'version');
  if (typeof request.inferenceId !== 'string') throw new HostFault('inferenceId must be a string');
  if (typeof request.deadline !== 'number') throw new HostFault('deadline must be a number of milliseconds');
  if (typeof version.id !== 'string' || !VERSION.test(version.id)) {
    throw new HostFault('version.id must be 1 to 128 letters, digits, dots, hyphens and underscores');
  }
  return {
    inferenceId: request.inferenceId,
    input: request.input,
    deadline: request.deadline,
    version: { id: version.id, artifact: parseArtifact(version.artifact, bucket) },
  };
}

function parseArtifact(value: unknown, bucket: string): ModelArtifact {
  const artifact = object(value, 'version.artifact');
  if (artifact.bucket !== bucket) {
    throw new HostFault(`the artefact lies in another bucket than ${bucket}, the only one that this function reads`);
  }
  const { prefix, files } = artifact;
  if (typeof prefix !== 'string' || !prefix.endsWith('/') || !isPlainPath(prefix.slice(0, -1))) {
    throw new HostFault('artifact.prefix must be a relative path that ends with a slash');
  }
  if (!Array.isArray(files) || files.length === 0) throw new HostFault('artifact.files must name at least one file');
  const parsed = files.map(parseFile);
  if (new Set(parsed.map(({ path }) => path)).size < parsed.length)
    throw new HostFault('artifact.files names a path twice');
  return { bucket, prefix, files: parsed };
}

function parseFile(value: unknown, index: number): ArtifactFile {
  const at = `artifact.files[${index}]`;
  const { path, sha256, bytes } = object(value, at);
  if (typeof path !== 'string' || !isPlainPath(path)) {
    throw new HostFault(`${at}.path must be relative, with forward slashes and without "." and ".."`);
  }
  if (typeof sha256 !== 'string' || !SHA256.test(sha256)) throw new HostFault(`${at}.sha256 must be 64 hex digits`);
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) {
    throw new HostFault(`${at}.bytes must be a whole number from 0`);
  }
  return { path, sha256, bytes };
}

/** Relative, forward slashes only, and no segment that leads anywhere else. */
export function isPlainPath(path: string): boolean {
  if (path.includes('\\') || path.includes('\0')) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HostFault(`${name} must be an object`);
  return { ...value };
}
