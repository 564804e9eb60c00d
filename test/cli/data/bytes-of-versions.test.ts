import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestFaults } from '../../../lambdas/shared/dataset/verify-manifest';
import type { DatasetManifest } from '../../../protocol/dataset';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { MemoryStage } from './memory-stage';
import { twoVersions, unpacked } from './published';
import { slipwayData } from './slipway';

let stage: MemoryStage;
let root: string;
beforeEach(async () => {
  stage = new MemoryStage();
  root = await mkdtemp(join(tmpdir(), 'slipway-data-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const slipway = (...args: string[]) => slipwayData(stage, args);

describe('slipway data fetch', () => {
  it('brings exactly the bytes of a version, and does nothing when it is repeated', async () => {
    const [, manifest] = twoVersions(stage);
    const to = join(root, 'data');
    const { code, out } = await slipway('fetch', 'pilot', manifest.version, '--to', to);
    expect(code).toBe(0);
    const bytes = manifest.shards.reduce((sum, shard) => sum + shard.bytes, 0);
    expect(out).toBe(
      `${manifest.version} is in ${to}: 140 rows, ${bytes} bytes, ${manifest.shards.length} files fetched\n`,
    );
    for (const { side, digest } of manifest.shards) {
      expect(await readFile(join(to, side, `${digest}.jsonl`), 'utf8')).toBe(unpacked(stage, digest));
    }
    expect(JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8'))).toEqual(manifest);
    const again = await slipway('fetch', 'pilot', manifest.version, '--to', to, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ fetched: 0, kept: manifest.shards.length, rows: 140 });
  });

  it('keeps personal data from others on the machine, also what an earlier fetch has left open', async () => {
    const [, manifest] = twoVersions(stage);
    const to = join(root, 'data');
    const [first] = manifest.shards;
    const path = join(to, first?.side ?? '', `${first?.digest}.jsonl`);
    const mode = async (file: string) => (await stat(file)).mode & 0o777;
    for (const leave of [async () => {}, async () => chmod(path, 0o644), async () => rename(path, `${path}.part`)]) {
      await leave();
      await slipway('fetch', 'pilot', manifest.version, '--to', to);
      expect([await mode(to), await mode(join(to, 'train')), await mode(join(to, 'holdout'))]).toEqual([448, 448, 448]);
      expect([await mode(path), await mode(join(to, 'manifest.json'))]).toEqual([0o600, 0o600]);
      await chmod(path, 0o644);
    }
    const columns = manifest.schema.columns.map((column) => ({ ...column, personal: false }));
    const open: DatasetManifest = { ...manifest, schema: { ...manifest.schema, columns } };
    stage.objects.put(DATASET_OBJECTS.manifest(manifest.version), JSON.stringify(open));
    await slipway('fetch', 'pilot', manifest.version, '--to', join(root, 'open'));
    expect(await mode(join(root, 'open'))).toBe(0o777 & ~process.umask());
  });

  it('brings one side, and goes on where it was cut off', async () => {
    const [, manifest] = twoVersions(stage);
    const to = join(root, 'data');
    const train = manifest.shards.filter(({ side }) => side === 'train');
    await slipway('fetch', 'pilot', manifest.version, '--to', to, '--side', 'train');
    expect((await readdir(to)).toSorted()).toEqual(['manifest.json', 'train']);
    const [first] = train;
    await rm(join(to, 'train', `${first?.digest}.jsonl`));
    await writeFile(join(to, 'train', `${first?.digest}.jsonl.part`), 'half');
    const { out } = await slipway('fetch', 'pilot', manifest.version, '--to', to, '--side', 'train', '--json');
    expect(JSON.parse(out)).toMatchObject({ fetched: 1, kept: train.length - 1 });
    expect((await readdir(join(to, 'train'))).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    [
      'another version',
      async (to: string) => writeFile(join(to, 'manifest.json'), '{"version":"d-1"}'),
      'holds another manifest (d-1)',
    ],
    [
      'no manifest under its name',
      async (to: string) => writeFile(join(to, 'manifest.json'), 'x'),
      'holds another manifest (of no version)',
    ],
    [
      'rows of another',
      async (to: string) => writeFile(join(to, 'train', 'other.jsonl'), ''),
      'holds train/other.jsonl, which is no part of',
    ],
  ])('refuses a folder that holds %s, with code 2', async (_, spoil, message) => {
    const [first] = twoVersions(stage);
    const to = join(root, 'data');
    await slipway('fetch', 'pilot', first.version, '--to', to);
    await spoil(to);
    const { code, err } = await slipway('fetch', 'pilot', first.version, '--to', to);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('refuses a file with other bytes, and leaves it as it is', async () => {
    const [first] = twoVersions(stage);
    const to = join(root, 'data');
    await slipway('fetch', 'pilot', first.version, '--to', to);
    const [shard] = first.shards;
    const path = join(to, String(shard?.side), `${shard?.digest}.jsonl`);
    await writeFile(path, 'mine\n');
    const { code, err } = await slipway('fetch', 'pilot', first.version, '--to', to);
    expect(code).toBe(2);
    expect(err).toContain('is there with other bytes');
    expect(await readFile(path, 'utf8')).toBe('mine\n');
  });

  it('ends with code 1 where a shard is not what its digest says, and leaves no file of it', async () => {
    const [first, second] = twoVersions(stage);
    const [one, other] = [first.shards[0]?.digest ?? '', second.shards.at(-1)?.digest ?? ''];
    stage.objects.put(DATASET_OBJECTS.shard(one), stage.objects.text(DATASET_OBJECTS.shard(other)) ?? '');
    const to = join(root, 'data');
    const { code, err } = await slipway('fetch', 'pilot', first.version, '--to', to);
    expect(code).toBe(1);
    expect(err).toContain(`shard ${one} has other bytes: their digest is ${other}`);
    const side = String(first.shards[0]?.side);
    expect((await readdir(join(to, side))).filter((name) => name.startsWith(one))).toEqual([]);
    await expect(stat(join(to, 'manifest.json'))).rejects.toThrow('ENOENT');
  });

  it('ends with code 1 where a shard is cut short or gone', async () => {
    const [first] = twoVersions(stage);
    const key = DATASET_OBJECTS.shard(first.shards[0]?.digest ?? '');
    stage.objects.put(key, stage.objects.text(key)?.subarray(0, 40) ?? '');
    expect((await slipway('fetch', 'pilot', first.version, '--to', join(root, 'a'))).code).toBe(1);
    await stage.objects.erase(await stage.objects.versions(key));
    const { code, err } = await slipway('fetch', 'pilot', first.version, '--to', join(root, 'b'));
    expect(code).toBe(1);
    expect(err).toContain('is not in the bucket');
  });
});

describe('slipway data verify', () => {
  it('finds a version whole', async () => {
    const [, { version, shards }] = twoVersions(stage);
    const { code, out } = await slipway('verify', 'pilot', version);
    expect({ code, out }).toEqual({ code: 0, out: `${version} is whole: 140 rows in ${shards.length} shards\n` });
  });

  it.each<[string, (manifest: DatasetManifest) => DatasetManifest]>([
    ['another schema', (m) => ({ ...m, schema: { ...m.schema, key: [] } })],
    ['another shard', (m) => ({ ...m, shards: m.shards.slice(1) })],
    ['other rows', (m) => ({ ...m, rows: { ...m.rows, train: 1 } })],
    [
      'a tombstone of nothing',
      (m) => ({ ...m, tombstones: [{ shard: 'x', replacedBy: null, rowsErased: 1, erasedAt: '' }] }),
    ],
  ])('finds %s in a manifest, with code 1', async (_, change) => {
    const [, manifest] = twoVersions(stage);
    const changed = change(manifest);
    stage.objects.put(DATASET_OBJECTS.manifest(manifest.version), JSON.stringify(changed));
    const { code, err, out } = await slipway('verify', 'pilot', manifest.version, '--json');
    expect(code).toBe(1);
    const [fault = 'none'] = manifestFaults(changed);
    expect(err).toContain(fault);
    expect(JSON.parse(out).faults).toContain(fault);
  });

  it('finds a shard with other bytes, one that is no gzip file, and one that is gone', async () => {
    const [first, second] = twoVersions(stage);
    const [a = '', b = '', c = ''] = second.shards.map(({ digest }) => digest);
    stage.objects.put(DATASET_OBJECTS.shard(a), stage.objects.text(DATASET_OBJECTS.shard(b)) ?? '');
    stage.objects.put(DATASET_OBJECTS.shard(b), 'no gzip');
    await stage.objects.erase(await stage.objects.versions(DATASET_OBJECTS.shard(c)));
    const { code, err } = await slipway('verify', 'pilot', second.version);
    expect(code).toBe(1);
    expect(err).toContain(`shard ${a} has other bytes`);
    expect(err).toContain(`shard ${b} is no whole gzip file`);
    expect(err).toContain(`shard ${c} is not in the bucket`);
    expect((await slipway('verify', 'pilot', first.version)).code).toBe(1);
  });
});
