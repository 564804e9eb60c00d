import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactFolders, type ObjectSource } from '../../lambdas/model-host/artifact-folders';
import { artifactOf } from './artifact';

const FILES = { 'weights.bin': 'abcdef', 'words/list.txt': 'one two', empty: '' };

/** Objects in memory that counts what was opened. */
class MemoryObjects implements ObjectSource {
  readonly opened: string[] = [];
  open_ = 0;
  mostOpen = 0;
  constructor(readonly objects: Map<string, Buffer>) {}
  async open(_bucket: string, key: string): Promise<AsyncIterable<Uint8Array>> {
    this.opened.push(key);
    const content = this.objects.get(key);
    if (content === undefined) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
    this.open_++;
    this.mostOpen = Math.max(this.mostOpen, this.open_);
    const close = () => {
      this.open_--;
    };
    return (async function* () {
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (let at = 0; at < content.length; at += 4) yield content.subarray(at, at + 4);
      close();
    })();
  }
}

let root: string;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'slipway-host-')), 'slipway');
});
afterEach(() => rm(join(root, '..'), { recursive: true, force: true }));

describe('the folder of a version', () => {
  it('holds its files once they are verified, and nothing else is left', async () => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    const folder = await new ArtifactFolders(root, new MemoryObjects(objects)).provide('v-1', artifact);
    expect(folder).toBe(join(root, 'v-1'));
    for (const [path, text] of Object.entries(FILES)) expect(await readFile(join(folder, path), 'utf8')).toBe(text);
    expect(await readdir(root)).toEqual(['v-1']);
  });

  it('is not downloaded again while it is intact', async () => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    await new ArtifactFolders(root, new MemoryObjects(objects)).provide('v-1', artifact);
    const later = new MemoryObjects(objects);
    await new ArtifactFolders(root, later).provide('v-1', artifact);
    expect(later.opened).toEqual([]);
  });

  it.each([
    ['changed', (folder: string) => writeFile(join(folder, 'weights.bin'), 'abcdeX')],
    ['cut', (folder: string) => writeFile(join(folder, 'weights.bin'), 'abc')],
    ['removed', (folder: string) => rm(join(folder, 'weights.bin'))],
    ['added to', (folder: string) => writeFile(join(folder, 'extra'), '')],
  ])('is downloaded again when it was %s', async (_, spoil) => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    const folders = new ArtifactFolders(root, new MemoryObjects(objects));
    await spoil(await folders.provide('v-1', artifact));
    const folder = await folders.provide('v-1', artifact);
    expect(await readFile(join(folder, 'weights.bin'), 'utf8')).toBe('abcdef');
    expect(await readdir(root)).toEqual(['v-1']);
  });

  it.each([
    ['is longer', 'abcdefghijkl', 'artefact file weights.bin is longer than 6 bytes'],
    ['is shorter', 'abc', 'artefact file weights.bin is shorter than 6 bytes'],
    ['has other content', 'abcdeX', 'artefact file weights.bin does not have its sha-256'],
    ['is missing', undefined, 'the artefact could not be read: NoSuchKey'],
  ])('fails and leaves nothing when an object %s', async (_, content, message) => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    const key = `${artifact.prefix}weights.bin`;
    if (content === undefined) objects.delete(key);
    else objects.set(key, Buffer.from(content));
    await expect(new ArtifactFolders(root, new MemoryObjects(objects)).provide('v-1', artifact)).rejects.toThrow(
      message,
    );
    expect(await readdir(root)).toEqual([]);
  });

  it('is provided to two processes that download it at once', async () => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    const both = [1, 2].map(() => new ArtifactFolders(root, new MemoryObjects(objects)).provide('v-1', artifact));
    expect(await Promise.all(both)).toEqual([join(root, 'v-1'), join(root, 'v-1')]);
    expect(await readdir(root)).toEqual(['v-1']);
  });

  it('is downloaded with few streams at once', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`shard-${i}`, `content ${i}`]));
    const { artifact, objects } = artifactOf('v-1', many);
    const source = new MemoryObjects(objects);
    await new ArtifactFolders(root, source).provide('v-1', artifact);
    expect(source.opened).toHaveLength(20);
    expect(source.mostOpen).toBe(4);
  });

  it('is gone after it was discarded, and discarding nothing does nothing', async () => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    const folders = new ArtifactFolders(root, new MemoryObjects(objects));
    await folders.provide('v-1', artifact);
    await folders.discard('v-1');
    await folders.discard('v-1');
    expect(await readdir(root)).toEqual([]);
  });

  it('of a download that was killed long ago is removed, a recent one is another process at work', async () => {
    const { artifact, objects } = artifactOf('v-1', FILES);
    for (const name of ['.unfinished-v-1-old', '.unfinished-v-1-new']) {
      await mkdir(join(root, name), { recursive: true });
      await writeFile(join(root, name, 'weights.bin'), 'abc');
    }
    const longAgo = new Date(Date.now() - 16 * 60 * 1000);
    await utimes(join(root, '.unfinished-v-1-old'), longAgo, longAgo);
    await new ArtifactFolders(root, new MemoryObjects(objects)).provide('v-1', artifact);
    expect((await readdir(root)).toSorted()).toEqual(['.unfinished-v-1-new', 'v-1']);
  });
});
