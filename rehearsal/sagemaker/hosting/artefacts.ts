import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { ArtefactLocation } from './hosted-model';
import { HostingFault } from './hosting-fault';

export interface ArtefactOptions {
  /** Folders of this machine that stand for an S3 URI. */
  readonly folders: Readonly<Record<string, string>>;
  /** Undefined until the double knows an S3. */
  readonly s3: () => S3Client | undefined;
}

/** Brings a model's files into a folder. Throws a `HostingFault` where they are not all there. */
export async function bringArtefact(
  location: ArtefactLocation,
  folder: string,
  options: ArtefactOptions,
): Promise<void> {
  const local = options.folders[location.uri];
  if (local !== undefined) return cp(local, folder, { recursive: true });
  try {
    const files = await download(location, folder, options.s3());
    if (location.compressed) await unpack(files, folder);
  } catch (error) {
    throw new HostingFault(
      `Failed to download model data for container "container_1" from URL: "${location.uri}". Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the model. (${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'})`,
      { cause: error },
    );
  }
}

async function download(location: ArtefactLocation, folder: string, s3: S3Client | undefined): Promise<string[]> {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location.uri) ?? [];
  if (bucket === undefined) throw new Error('it is not an S3 URI');
  if (s3 === undefined) throw new Error('the double has not been told where S3 is');
  const keys = location.kind === 'object' ? [key] : await keysBelow(s3, bucket, key);
  if (keys.length === 0) throw new Error('no object begins with this prefix');
  const base = location.kind === 'object' ? `${dirname(`/${key}`)}/`.slice(1).replace(/^\/$/, '') : key;
  return Promise.all(
    keys.map(async (name) => {
      const file = within(folder, name.slice(base.length));
      await mkdir(dirname(file), { recursive: true });
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
      if (!(Body instanceof Readable)) throw new TypeError('the body of an object is not a stream');
      await pipeline(Body, createWriteStream(file));
      return file;
    }),
  );
}

async function keysBelow(client: S3Client, Bucket: string, Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    keys.push(...Contents.flatMap(({ Key }) => (Key === undefined || Key.endsWith('/') ? [] : [Key])));
  }
  return keys;
}

/** A key is anybody's text: it must not lead out of the folder. */
function within(folder: string, relative: string): string {
  const file = join(folder, normalize(`/${relative}`));
  if (file === folder || relative.includes('\0')) throw new Error('a key names no file');
  return file;
}

async function unpack(archives: readonly string[], folder: string): Promise<void> {
  for (const archive of archives) {
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder]);
    await rm(archive);
  }
}
