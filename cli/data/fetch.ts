import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { liveShards } from '../../lambdas/shared/dataset/live-shards';
import type { DatasetManifest, DatasetSide, ShardFile } from '../../protocol/dataset';
import { CliError, EXIT } from '../errors';
import { inParallel } from '../in-parallel';
import type { Tell } from './data-stage';
import { linesOf } from './lines';
import type { DatasetObjects } from './ports';
import { MeasuredBytes, openShard, type ShardFound, shardFault } from './shards';

export interface FetchOptions {
  readonly objects: DatasetObjects;
  readonly manifest: DatasetManifest;
  readonly folder: string;
  /** Default: both. */
  readonly side?: DatasetSide;
  readonly tell: Tell;
}

export interface Fetched {
  readonly version: string;
  readonly folder: string;
  /** Files that were fetched now, and those that were there from an earlier time. */
  readonly fetched: number;
  readonly kept: number;
  readonly rows: number;
  readonly bytes: number;
}

const MANIFEST = 'manifest.json';
const PART = '.part';
// Shards are tens of megabytes: more at once would only make each slower.
const AT_ONCE = 4;

/**
 * Brings the rows of a version into a folder: `train/<digest>.jsonl`, `holdout/<digest>.jsonl` and the manifest. A file is there
 * under its name only once its digest was found right, so that a fetch which was cut off is completed by repeating it.
 */
export async function fetchVersion({ objects, manifest, folder, side, tell }: FetchOptions): Promise<Fetched> {
  const shards = liveShards(manifest).filter((shard) => side === undefined || shard.side === side);
  await refuseOtherContent(folder, manifest, shards);
  const modes = modesOf(manifest);
  for (const one of ['train', 'holdout'] as const) {
    if (side === undefined || side === one) await mkdir(join(folder, one), { recursive: true, mode: modes.folder });
  }
  let fetched = 0;
  let done = 0;
  await inParallel(shards, AT_ONCE, async (shard) => {
    const path = join(folder, fileOf(shard));
    if (!(await isComplete(path, shard))) {
      await fetchShard(objects, shard, path, modes.file);
      fetched += 1;
    } else if (modes.file === PRIVATE.file) await chmod(path, modes.file);
    done += 1;
    tell(`${done} of ${shards.length} shards, ${fileOf(shard)}`);
  });
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, modes.file);
  return {
    version: manifest.version,
    folder,
    fetched,
    kept: shards.length - fetched,
    rows: shards.reduce((sum, { rows }) => sum + rows, 0),
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

interface Modes {
  readonly folder: number;
  readonly file: number;
}

/** For the eyes of whoever fetched it alone. */
const PRIVATE: Modes = { folder: 0o700, file: 0o600 };
const USUAL: Modes = { folder: 0o777, file: 0o666 };

function modesOf({ schema }: DatasetManifest): Modes {
  return schema.columns.some(({ personal }) => personal) ? PRIVATE : USUAL;
}

function fileOf({ side, digest }: ShardFile): string {
  return `${side}/${digest}.jsonl`;
}

/** What a folder holds beside this version would be trained on as well, or would be lost. */
async function refuseOtherContent(
  folder: string,
  manifest: DatasetManifest,
  shards: readonly ShardFile[],
): Promise<void> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined) return;
  if (!entry.isDirectory()) throw new CliError(`"${folder}" is a file, expected a folder or the name of a new one`);
  const there = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (there !== undefined && versionOf(there) !== manifest.version) {
    throw new CliError(
      `folder "${folder}" holds another manifest (${versionOf(there) ?? 'of no version'}); name another folder, nothing is overwritten`,
    );
  }
  const all = new Set([...liveShards(manifest), ...shards].map(fileOf));
  for (const side of ['train', 'holdout']) {
    for (const name of await readdir(join(folder, side)).catch(() => [])) {
      if (all.has(`${side}/${name}`) || name.endsWith(PART)) continue;
      throw new CliError(
        `folder "${folder}" holds ${side}/${name}, which is no part of ${manifest.version}; name another folder, nothing is overwritten`,
      );
    }
  }
}

function versionOf(text: string): string | undefined {
  try {
    const { version }: { version?: unknown } = JSON.parse(text);
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a shard is there already; a file with other bytes is not overwritten. */
async function isComplete(path: string, shard: ShardFile): Promise<boolean> {
  if ((await stat(path).catch(() => undefined)) === undefined) return false;
  const measured = new MeasuredBytes();
  for await (const lines of linesOf(measured.through(createReadStream(path)))) measured.rows += lines.length;
  const fault = shardFault(shard, measured.found());
  if (fault === undefined) return true;
  throw new CliError(`"${path}" is there with other bytes than ${fault}; nothing is overwritten: remove it`);
}

async function fetchShard(objects: DatasetObjects, shard: ShardFile, path: string, mode: number): Promise<void> {
  const part = `${path}${PART}`;
  // What a fetch that was cut off has left keeps its mode.
  await rm(part, { force: true });
  const found = await download(objects, shard.digest, part, mode).catch(async (error) => {
    await rm(part, { force: true });
    throw error;
  });
  const fault = shardFault(shard, found);
  if (fault !== undefined) {
    await rm(part, { force: true });
    throw new CliError(`${fault}; "slipway data verify" tells what else is wrong`, EXIT.failed);
  }
  await rename(part, path);
}

async function download(
  objects: DatasetObjects,
  digest: string,
  part: string,
  mode: number,
): Promise<ShardFound | undefined> {
  const stream = await openShard(objects, digest);
  if (stream === undefined) return undefined;
  const measured = new MeasuredBytes();
  await pipeline(
    measured.through(stream),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        measured.rows += lineFeeds(chunk);
        yield chunk;
      }
    },
    createWriteStream(part, { mode }),
  );
  return measured.found();
}

/** Every line of a shard ends with one. */
function lineFeeds(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await rm(`${path}${PART}`, { force: true });
  await writeFile(`${path}${PART}`, text, { mode });
  await rename(`${path}${PART}`, path);
}
