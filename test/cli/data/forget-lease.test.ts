import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { MemoryStage } from './memory-stage';
import { manifestIn, publish, quarantine, quarantined } from './published';
import { slipwayData } from './slipway';

const KEY = 'ada@example.com';
const RUN = '20260101T000000Z-00000001';

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
  publish(stage, [
    { id: 'a', person: KEY, length: 1 },
    { id: 'b', person: 'bob@example.com', length: 2 },
  ]);
});
const forget = (now?: () => Date) =>
  slipwayData(stage, ['forget', 'pilot', '--key', KEY, '--yes', '--json'], now === undefined ? {} : { now });

describe('what slipway data forget writes', () => {
  it('is written with a lease that was renewed just before, however long the work was', async () => {
    quarantine(stage, RUN, [quarantined(`d,${KEY},-1,x,y`), quarantined('e,bob@example.com,-1,x,y')]);
    stage.records.bySubject.set(KEY, [{ id: 'P#1', open: false, payloads: [] }]);
    let at = Date.UTC(2026, 1, 1);
    const { objects, catalogue, records } = stage;
    const late: string[] = [];
    // Whatever is read takes ten minutes.
    const slow =
      <Args extends unknown[], Result>(thing: (...args: Args) => Result) =>
      (...args: Args) => {
        at += 10 * 60_000;
        return thing(...args);
      };
    const watched =
      <Args extends unknown[], Result>(name: string, thing: (...args: Args) => Result) =>
      (...args: Args) => {
        if ((catalogue.held?.expiresAt ?? 0) < at) late.push(`${name} ${JSON.stringify(args).slice(0, 60)}`);
        return thing(...args);
      };
    objects.read = slow(objects.read.bind(objects));
    objects.versions = slow(objects.versions.bind(objects));
    objects.write = watched('write', objects.write.bind(objects));
    objects.erase = watched('erase', objects.erase.bind(objects));
    catalogue.commit = watched('commit', catalogue.commit.bind(catalogue));
    records.of = slow(records.of.bind(records));
    records.erase = watched('record', records.erase.bind(records));
    expect((await forget(() => new Date(at))).code).toBe(0);
    expect(late).toEqual([]);
    expect(stage.records.bySubject.get(KEY)).toEqual([]);
  });

  it('is nothing where any version that would be erased is locked', async () => {
    const [shard] = (await stage.objects.list(DATASET_OBJECTS.shards)).map(({ key }) => key);
    const [manifest = ''] = (await stage.objects.list(DATASET_OBJECTS.manifests)).map(({ key }) => key);
    const older = stage.objects.all.find(({ key }) => key === manifest)?.versionId ?? '';
    stage.objects.put(manifest, stage.objects.text(manifest) ?? '');
    stage.objects.locks.set(older, '2030-01-01');
    const writes = stage.objects.all.length;
    const { code, err } = await forget();
    expect({ code, shard: stage.objects.text(shard ?? '') !== undefined }).toEqual({ code: 1, shard: true });
    expect(err).toContain(`object ${manifest} of datasets is locked until 2030-01-01`);
    expect(stage.objects.all.length).toBe(writes);
  });

  it('names one run, also where the command was killed before its version was the latest', async () => {
    const commit = stage.catalogue.commit.bind(stage.catalogue);
    stage.catalogue.commit = async () => Promise.reject(new Error('killed'));
    expect((await forget()).code).toBe(1);
    stage.catalogue.commit = commit;
    expect((await forget(() => new Date('2026-02-02T00:00:00Z'))).code).toBe(0);
    const { version = '', run = '' } = stage.catalogue.newest ?? {};
    const manifest = manifestIn(stage, version);
    expect([run, stage.catalogue.items.get(version)?.run]).toEqual([manifest.run, manifest.run]);
    expect(stage.catalogue.allRuns.get(manifest.run)).toMatchObject({ version, startedAt: manifest.publishedAt });
  });
});

describe('slipway data quarantine --raw', () => {
  it('tells the file and the warning in JSON, and leaves no half of one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-raw-'));
    try {
      const key = quarantine(stage, RUN, [quarantined('1,2')]);
      const to = join(folder, 'raw');
      const show = (file: string) => slipwayData(stage, ['quarantine', 'pilot', RUN, '--raw', file, '--json']);
      expect(JSON.parse((await show(to)).out)).toMatchObject({
        rows: 1,
        rawFile: to,
        warning: expect.stringContaining('they may hold personal data'),
      });
      stage.objects.put(key, `${stage.objects.text(key)}no JSON\n`);
      expect((await show(join(folder, 'half'))).code).toBe(1);
      expect(await readdir(folder)).toEqual(['raw']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
