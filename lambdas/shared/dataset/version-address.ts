import { createHash } from 'node:crypto';
import type { DatasetSchemaDocument } from '../../../protocol/dataset';

/** Hex digits of the content hash that a version is called by: 64 bits. */
const VERSION_DIGITS = 16;

/** JSON in which the order of members says nothing: they are sorted, and what is undefined is left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function schemaHashOf(schema: DatasetSchemaDocument): string {
  return sha256(canonicalJson(schema));
}

/** Address of a version: sha-256 over the hash of the schema and the sorted digests of its shards, each with a line feed behind it. */
export function contentHashOf(schemaHash: string, digests: readonly string[]): string {
  return sha256([schemaHash, ...[...digests].sort()].map((line) => `${line}\n`).join(''));
}

export function versionOf(contentHash: string): string {
  return `d-${contentHash.slice(0, VERSION_DIGITS)}`;
}
