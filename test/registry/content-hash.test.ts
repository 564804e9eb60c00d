import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentHashOf, hashArtifact } from '../../cli/registry/content-hash';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-hash-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function folder(name: string, files: Record<string, string | Uint8Array>): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

describe('the content hash', () => {
  it('is SHA-256 over one line a file, and names the version', async () => {
    // printf 'a.bin\0<sha256 of "one">\nsub/b.bin\0<sha256 of "two">\n' | sha256sum
    const { files, contentHash, version } = await hashArtifact(
      await folder('a', { 'sub/b.bin': 'two', 'a.bin': 'one' }),
    );
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['a.bin', 3],
      ['sub/b.bin', 3],
    ]);
    expect(contentHash).toBe('619b64c66362e09675849085a5109ffa4196776d161ca59c2d13591c5ef7dfdc');
    expect(version).toBe(`v-${contentHash.slice(0, 16)}`);
  });

  const file = fc.record({
    path: fc.string({ unit: 'grapheme', minLength: 1 }),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  });
  const files = fc.uniqueArray(file, { selector: ({ path }) => path, minLength: 1 });

  it('does not depend on the order of the files', () => {
    fc.assert(
      fc.property(files, fc.infiniteStream(fc.nat()), (list, order) => {
        const keyed = list.map((one) => ({ one, key: order.next().value }));
        const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ one }) => one);
        expect(contentHashOf(shuffled)).toBe(contentHashOf(list));
      }),
    );
  });

  it('changes with every path and every digest', () => {
    fc.assert(
      fc.property(files, fc.nat(), file, (list, at, other) => {
        const index = at % list.length;
        const path = list.with(index, { path: `${list[index]?.path}x`, sha256: list[index]?.sha256 ?? '' });
        expect(contentHashOf(path)).not.toBe(contentHashOf(list));
        if (other.sha256 === list[index]?.sha256) return;
        const digest = list.with(index, { path: list[index]?.path ?? '', sha256: other.sha256 });
        expect(contentHashOf(digest)).not.toBe(contentHashOf(list));
      }),
    );
  });

  it('changes with any byte of any file', async () => {
    const contents = fc.uint8Array({ minLength: 1, maxLength: 64 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(contents, contents, fc.nat(), fc.integer({ min: 1, max: 255 }), async (a, b, at, change) => {
        const name = `run-${run++}`;
        const before = await hashArtifact(await folder(name, { a, 'b/b': b }));
        const changed = a.slice();
        changed[at % a.length] = ((a[at % a.length] ?? 0) + change) % 256;
        const after = await hashArtifact(await folder(name, { a: changed }));
        expect(after.version).not.toBe(before.version);
      }),
      { numRuns: 30 },
    );
  });

  it('does not see dates, nor empty folders, nor where the folder lies', async () => {
    const one = await folder('one', { 'a.bin': 'x' });
    const other = await folder('elsewhere/other', { 'a.bin': 'x' });
    await utimes(join(one, 'a.bin'), new Date(0), new Date(0));
    await mkdir(join(other, 'empty'));
    expect((await hashArtifact(one)).contentHash).toBe((await hashArtifact(other)).contentHash);
  });

  it('of a single file is that of a folder with this file', async () => {
    const path = await folder('one', { 'a.bin': 'x' });
    expect((await hashArtifact(join(path, 'a.bin'))).contentHash).toBe((await hashArtifact(path)).contentHash);
  });

  it('follows a link to a file within the folder', async () => {
    const path = await folder('one', { 'a.bin': 'x' });
    await symlink('a.bin', join(path, 'b.bin'));
    const { files: found } = await hashArtifact(path);
    expect(found.map(({ path: name, bytes }) => [name, bytes])).toEqual([
      ['a.bin', 1],
      ['b.bin', 1],
    ]);
  });
});

describe('an artefact fails', () => {
  it.each([
    ['that does not exist', async (path: string) => rm(path, { recursive: true }), 'there is no file or folder'],
    ['without files', async (path: string) => rm(join(path, 'a.bin')), 'has no files; train the model first'],
    [
      'with a link to a file outside',
      (path: string) => symlink('/etc/hostname', join(path, 'b')),
      'link "b" leads out of the folder',
    ],
    [
      'with a link to a folder beside it',
      async (path: string) => {
        await folder('one-more', { secret: 'x' });
        await symlink('../one-more/secret', join(path, 'b'));
      },
      'link "b" leads out of the folder',
    ],
    ['with a link to its own folder', (path: string) => symlink('.', join(path, 'b')), 'leads out of the folder'],
    ['with a link to nothing', (path: string) => symlink('nothing', join(path, 'b')), 'link "b" leads nowhere'],
    ['with a backslash in a name', (path: string) => writeFile(join(path, 'a\\b'), ''), 'has a backslash'],
    ['with a line break in a name', (path: string) => writeFile(join(path, 'a\nb'), ''), 'has a control character'],
    [
      'with a file above 5 GB',
      (path: string) => truncate(join(path, 'a.bin'), 5 * 1024 ** 3 + 1),
      'split it into shards',
    ],
  ])('%s', async (_, spoil, message) => {
    const path = await folder('one', { 'a.bin': 'x' });
    await spoil(path);
    await expect(hashArtifact(path)).rejects.toThrow(message);
  });

  it('with more files than one item can list', async () => {
    const path = await folder('one', Object.fromEntries(Array.from({ length: 2200 }, (_, i) => [`shard-${i}`, ''])));
    await expect(hashArtifact(path)).rejects.toThrow('has 2200 files, whose list takes');
  });
});
