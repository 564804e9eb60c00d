import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactFile, ModelArtifact } from '../../protocol/model-version';
import { HostFault } from './host-fault';

/** Where artefact files come from. */
export interface ObjectSource {
  open(bucket: string, key: string): Promise<AsyncIterable<Uint8Array>>;
}

// More streams do not fill a Lambda function's network any faster, and each holds a socket and a buffer.
const PARALLEL_DOWNLOADS = 4;
// The longest a Lambda invocation lives: an older unfinished download has no owner.
const ABANDONED_AFTER_MS = 15 * 60 * 1000;
const UNFINISHED = '.unfinished-';

/**
 * Artefacts on this machine's disk, one folder a version. A folder under its version's name is always complete: files arrive in
 * an unfinished folder that is renamed when all of them were verified, so a killed download leaves no half model behind.
 */
export class ArtifactFolders {
  private cleaned = false;

  constructor(
    private readonly root: string,
    private readonly source: ObjectSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** Path of the folder with the verified files of a version. */
  async provide(version: string, artifact: ModelArtifact): Promise<string> {
    const folder = join(this.root, version);
    await this.prepareRoot();
    if (await exists(folder)) {
      if (await isComplete(folder, artifact.files)) return folder;
      // Only what was seen to be spoilt: a folder that has appeared since is another process's.
      await this.discard(version);
    }
    const unfinished = await mkdtemp(join(this.root, `${UNFINISHED}${version}-`));
    try {
      await this.download(artifact, unfinished);
      await rename(unfinished, folder);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      // Another process of this machine may have been first.
      if (await isComplete(folder, artifact.files)) return folder;
      throw asFault(error, artifact);
    }
    return folder;
  }

  /** Removes a version's folder. Renamed first, so that it is never seen half removed. */
  async discard(version: string): Promise<void> {
    const removed = await mkdtemp(join(this.root, `${UNFINISHED}removed-`));
    try {
      await rename(join(this.root, version), join(removed, version));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    } finally {
      await rm(removed, { recursive: true, force: true });
    }
  }

  private async prepareRoot(): Promise<void> {
    if (this.cleaned) return;
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    this.cleaned = true;
    for (const name of await readdir(this.root)) {
      if (!name.startsWith(UNFINISHED)) continue;
      const path = join(this.root, name);
      const age = await stat(path).then(
        ({ mtimeMs }) => this.now() - mtimeMs,
        () => 0,
      );
      if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
    }
  }

  private async download(artifact: ModelArtifact, folder: string): Promise<void> {
    const waiting = [...artifact.files];
    let failed = false;
    const worker = async () => {
      for (let file = waiting.shift(); file !== undefined && !failed; file = waiting.shift()) {
        try {
          await this.fetchFile(artifact, file, folder);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    // All settle before the folder is removed: a worker that still writes would bring it back.
    const results = await Promise.allSettled(Array.from({ length: PARALLEL_DOWNLOADS }, worker));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  private async fetchFile({ bucket, prefix }: ModelArtifact, file: ArtifactFile, folder: string): Promise<void> {
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    const hash = createHash('sha256');
    let bytes = 0;
    const target = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of await this.source.open(bucket, `${prefix}${file.path}`)) {
        bytes += chunk.byteLength;
        if (bytes > file.bytes) break;
        hash.update(chunk);
        await target.writeFile(chunk);
      }
    } finally {
      await target.close();
    }
    if (bytes !== file.bytes) {
      throw new HostFault(
        `artefact file ${file.path} is ${bytes > file.bytes ? 'longer' : 'shorter'} than ${file.bytes} bytes`,
      );
    }
    if (hash.digest('hex') !== file.sha256) throw new HostFault(`artefact file ${file.path} does not have its sha-256`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether a folder holds exactly these files with these contents. */
async function isComplete(folder: string, files: readonly ArtifactFile[]): Promise<boolean> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  if (found.filter((entry) => !entry.isDirectory()).length !== files.length) return false;
  for (const { path, sha256, bytes } of files) {
    const full = join(folder, path);
    const size = await stat(full).then(
      (entry) => (entry.isFile() ? entry.size : -1),
      () => -1,
    );
    if (size !== bytes || (await digestOf(full)) !== sha256) return false;
  }
  return true;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

function asFault(error: unknown, artifact: ModelArtifact): HostFault {
  if (error instanceof HostFault) return error;
  if (codeOf(error) === 'ENOSPC') {
    const total = artifact.files.reduce((sum, { bytes }) => sum + bytes, 0);
    return new HostFault(
      `the artefact of ${total} bytes does not fit on the disk; give the function more ephemeral storage`,
      {
        cause: error,
      },
    );
  }
  const name = error instanceof Error ? error.name : typeof error;
  return new HostFault(`the artefact could not be read: ${codeOf(error) ?? name}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
