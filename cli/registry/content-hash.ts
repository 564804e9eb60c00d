import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { ArtifactFile } from '../../protocol/model-version';
import { ArtifactRefused } from './registry-error';

/** A file of an artefact, and where it lies now. */
export interface LocalFile extends ArtifactFile {
  readonly source: string;
}

export interface HashedArtifact {
  /** Sorted by path. */
  readonly files: readonly LocalFile[];
  /** Sha-256, hex. */
  readonly contentHash: string;
  /** `v-` and the first 16 hex digits of the content hash. */
  readonly version: string;
}

/** S3's limit of one upload, which is also what it can verify by one digest. */
const MAX_FILE_BYTES = 5 * 1024 ** 3;
/** A version is one item of at most 400 KB, and travels in every request to a backend: its list of files stays well below. */
const MAX_LIST_BYTES = 256 * 1024;
/** What a file takes in the list beside its path: digest, size and names of members. */
const ENTRY_BYTES = 120;
/** S3 keys have 1,024 bytes, of which the prefix takes some. */
const MAX_PATH_BYTES = 800;

/** Reads a file or a folder and derives the version from what is in it: names and contents, not dates or owners. */
export async function hashArtifact(path: string): Promise<HashedArtifact> {
  const files: LocalFile[] = [];
  for (const { path: name, source } of await filesOf(path)) {
    const { sha256, bytes } = await digestOf(source);
    files.push({ path: name, sha256, bytes, source });
  }
  const contentHash = contentHashOf(files);
  return { files, contentHash, version: `v-${contentHash.slice(0, 16)}` };
}

/** Sha-256 over one line a file, `path NUL digest LF`, in the order of the paths' UTF-8 bytes. */
export function contentHashOf(files: readonly Pick<ArtifactFile, 'path' | 'sha256'>[]): string {
  const hash = createHash('sha256');
  for (const { path, sha256 } of files.toSorted(byPath)) hash.update(`${path}\0${sha256}\n`);
  return hash.digest('hex');
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

interface Found {
  readonly path: string;
  readonly source: string;
}

async function filesOf(path: string): Promise<Found[]> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw new ArtifactRefused(`there is no file or folder "${path}"`);
  const root = await realpath(path);
  const found = entry.isDirectory() ? await walk(root, root) : [{ path: basename(path), source: root }];
  if (found.length === 0)
    throw new ArtifactRefused(`folder "${path}" has no files; train the model first, or name its folder`);
  const listBytes = found.reduce((sum, file) => sum + Buffer.byteLength(file.path) + ENTRY_BYTES, 0);
  if (listBytes > MAX_LIST_BYTES) {
    throw new ArtifactRefused(
      `folder "${path}" has ${found.length} files, whose list takes ${listBytes} bytes; at most ${MAX_LIST_BYTES} are allowed: pack them into an archive`,
    );
  }
  for (const file of found) await checkFile(file);
  return found.toSorted(byPath);
}

/** All files below `folder`. A link is followed only to a file inside of `root`: others would register what was not named. */
async function walk(root: string, folder: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = join(folder, entry.name);
    const path = relative(root, full).split(sep).join('/');
    if (entry.isDirectory()) found.push(...(await walk(root, full)));
    else found.push({ path, source: entry.isSymbolicLink() ? await followLink(root, full, path) : full });
  }
  return found;
}

async function followLink(root: string, link: string, path: string): Promise<string> {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined)
    throw new ArtifactRefused(`link "${path}" leads nowhere; remove it, or copy the file in its place`);
  if (!target.startsWith(root + sep)) {
    throw new ArtifactRefused(`link "${path}" leads out of the folder; copy the file in its place`);
  }
  if ((await stat(target)).isDirectory()) {
    throw new ArtifactRefused(`link "${path}" leads to a folder; copy the folder in its place`);
  }
  return target;
}

async function checkFile({ path, source }: Found): Promise<void> {
  const entry = await stat(source);
  if (!entry.isFile()) throw new ArtifactRefused(`"${path}" is neither a file nor a folder; remove it`);
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new ArtifactRefused(`file name "${path}" has more than ${MAX_PATH_BYTES} bytes; shorten it`);
  }
  if (path.includes('\\'))
    throw new ArtifactRefused(`file name "${path}" has a backslash, which not every system can store; rename it`);
  if (/\p{Cc}/u.test(path))
    throw new ArtifactRefused(`file name ${JSON.stringify(path)} has a control character; rename it`);
  if (entry.size > MAX_FILE_BYTES) {
    throw new ArtifactRefused(
      `file "${path}" has ${entry.size} bytes, at most ${MAX_FILE_BYTES} (5 GB) are allowed; split it into shards`,
    );
  }
}

/** Counts what it digests: a file that grows meanwhile is described as it was read. */
async function digestOf(source: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(source, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
