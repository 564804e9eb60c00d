import { beforeEach, describe, expect, it } from 'vitest';
import { modelsTrainedOn } from '../../../cli/data/forget/trained-models';
import type { DatasetSchemaDocument } from '../../../protocol/dataset';
import { DATASET_OBJECTS, replayObject } from '../../../protocol/dataset-objects';
import type { ModelVersion } from '../../../protocol/model-version';
import { KEY, ROWS, RUN } from './ada';
import { MemoryStage } from './memory-stage';
import { indexesOf, manifestIn, publish, quarantine, quarantined, rowsIn, SCHEMA, sourceOf } from './published';
import { slipwayData } from './slipway';

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
});

const slipway = (...args: string[]) => slipwayData(stage, ['forget', 'pilot', ...args]);

function model(version: string, ...parents: string[]): ModelVersion {
  return {
    model: 'demo',
    version,
    contentHash: '',
    artifact: { bucket: '', prefix: '', files: [] },
    parents,
    metrics: {},
    registeredBy: 'arn:ada',
    registeredAt: '2026-01-01T00:00:00Z',
  };
}

/** A stage with traces of the subject, and models that were trained on it. */
function traced(): string {
  const { version } = publish(stage, ROWS);
  quarantine(stage, RUN, [quarantined(`d,${KEY},-1,x,spam`), quarantined('e,bob@example.com,-1,x,spam')]);
  stage.objects.put(`runs/${RUN}/rows/00000-0.rows`, `x${KEY}`);
  stage.records.bySubject.set(KEY, [{ id: 'P#1', open: false, payloads: [{ bucket: 'payloads', key: 'p' }] }]);
  stage.allModels.push(
    model('v-0000000000000003', 'v-0000000000000001'),
    model('v-0000000000000001', version),
    model('v-0000000000000002', 'd-00000000000000ff'),
  );
  stage.sourceBytes.set('inbox/mails-1.csv', Buffer.from(`id,person\na,${KEY}\n`));
  return version;
}

describe('slipway data forget', () => {
  it('counts without --yes, and names models and source objects', async () => {
    traced();
    const { code, out } = await slipway('--key', KEY);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('golden/forget-dry-run.txt');
    expect(stage.writes.count).toBe(0);
  });

  it('erases with --yes, and says which version is the latest now', async () => {
    const version = traced();
    const { code, out } = await slipway('--key', KEY, '--yes');
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('golden/forget.txt');
    const latest = stage.catalogue.newest?.version ?? '';
    expect(latest).not.toBe(version);
    expect(stage.events).toEqual([
      {
        deployment: 'demo-pilot',
        dataset: 'demo',
        version: latest,
        parent: version,
        manifest: { bucket: 'datasets', key: `manifests/${latest}.json` },
        rows: { train: 0, holdout: 1 },
      },
    ]);
    expect(stage.catalogue.allRuns.get(stage.catalogue.newest?.run ?? '')).toMatchObject({
      state: 'published',
      version: latest,
    });
    expect((await slipwayData(stage, ['verify', 'pilot', version])).out).toContain(
      '2 rows were erased from it, as its tombstones say',
    );
    expect((await slipwayData(stage, ['show', 'pilot', version])).out).toContain('erased from shard');
    expect((await slipwayData(stage, ['verify', 'pilot', latest])).code).toBe(0);
  });

  it('takes the key from a file or standard input, without the end of its line', async () => {
    traced();
    const read: string[] = [];
    const readFile = async (file: string) => {
      read.push(file);
      return `${KEY}\r\n`;
    };
    const { out } = await slipwayData(stage, ['forget', 'pilot', '--key-file', '-', '--json'], { readFile });
    expect(JSON.parse(out)).toMatchObject({
      dryRun: true,
      rows: 2,
      quarantine: { rows: 1, byBytes: 0, unreadable: 0, runs: 1 },
    });
    expect(read).toEqual(['-']);
  });

  it('finds nothing of somebody who is not there', async () => {
    publish(stage, ROWS);
    stage.sourceBytes.set('inbox/mails-1.csv', Buffer.from('id\n'));
    const { code, out } = await slipway('--key', 'nobody@example.com', '--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ dryRun: false, rows: 0, versions: [], published: null, models: [] });
    expect(stage.events).toEqual([]);
  });

  it('works before anything was published', async () => {
    stage.records.bySubject.set(KEY, [{ id: 'P#1', open: false, payloads: [] }]);
    const { code, out } = await slipway('--key', KEY, '--yes', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ predictions: { records: 1 } });
    expect(stage.records.bySubject.get(KEY)).toEqual([]);
  });

  it('leaves predictions that are under way, and ends with code 1', async () => {
    publish(stage, ROWS);
    stage.records.bySubject.set(KEY, [
      { id: 'P#1', open: true, payloads: [] },
      { id: 'P#2', open: false, payloads: [] },
    ]);
    const { code, err } = await slipway('--key', KEY, '--yes');
    expect(code).toBe(1);
    expect(err).toContain('predictions of the subject are under way (1)');
    expect(stage.records.bySubject.get(KEY)?.map(({ id }) => id)).toEqual(['P#1']);
  });

  it.each<[string, Partial<DatasetSchemaDocument>, string, string]>([
    [
      'names no subject and has a key of two columns',
      { subject: undefined, key: ['id', 'kind'] },
      KEY,
      'its key is the columns id, kind',
    ],
    ['names no subject and no key', { subject: undefined, key: [] }, KEY, 'its key is the whole row'],
    ['has a subject of another type', { subject: 'length' }, KEY, 'the key is no integer, which column "length" holds'],
    ['has a time as subject', { subject: 'at' }, 'yesterday', 'the key is no timestamp, which column "at" holds'],
  ])('is refused with code 2 where the schema %s', async (_, changes, key, message) => {
    publish(stage, ROWS, { schema: { ...SCHEMA, ...changes } });
    const { code, err } = await slipway('--key', key);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain(key);
  });

  it('takes the only column of the key where no subject is named', async () => {
    publish(stage, ROWS, { schema: { ...SCHEMA, subject: undefined } });
    expect(JSON.parse((await slipway('--key', 'b', '--json')).out).rows).toBe(1);
  });

  it('finds rows of older versions by the column that the latest schema names', async () => {
    const { version } = publish(stage, ROWS, { schema: { ...SCHEMA, subject: undefined, key: [] } });
    publish(stage, [{ id: 'd', person: KEY, length: 4 }]);
    const { versions } = JSON.parse((await slipway('--key', KEY, '--json')).out);
    expect(versions).toContainEqual({ version, rows: 2 });
  });

  it('keeps rows of others whose values hold the key', async () => {
    publish(stage, [
      ...ROWS,
      { id: KEY, person: 'other@example.com', length: 4 },
      { id: 'd', person: `x${KEY}`, length: 5 },
    ]);
    await slipway('--key', KEY, '--yes');
    const latest = manifestIn(stage, stage.catalogue.newest?.version ?? '');
    expect(
      rowsIn(stage, latest)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([KEY, 'b', 'd'].toSorted());
  });

  it('keeps the side of a group that others are in, and forgets that of a group of the subject alone', async () => {
    const schema = { ...SCHEMA, group: ['kind'] };
    const rows = [
      { id: 'a', person: KEY, length: 1 },
      { id: 'b', person: 'bob@example.com', length: 2 },
      { id: 'c', person: KEY, length: 4 },
    ];
    const { version } = publish(stage, rows, { schema });
    const groups = (name: string) =>
      [0, 1].map((p) => stage.objects.text(`index/${name}/groups-${p}.bin`)?.toString('hex'));
    await slipway('--key', KEY, '--yes');
    const left = indexesOf(rows.slice(1, 2), schema);
    const wanted = [0, 1].map((p) => left.get(`groups-${p}.bin`)?.toString('hex'));
    expect(wanted.join('').length).toBe(40);
    expect(groups(version)).toEqual(wanted);
    expect(groups(stage.catalogue.newest?.version ?? '')).toEqual(wanted);
  });

  it('makes a version of nothing where nothing is left', async () => {
    publish(stage, [{ id: 'a', person: KEY, length: 1 }]);
    await slipway('--key', KEY, '--yes');
    const latest = manifestIn(stage, stage.catalogue.newest?.version ?? '');
    expect(latest).toMatchObject({ shards: [], rows: { train: 0, holdout: 0 } });
    expect((await slipwayData(stage, ['verify', 'pilot', latest.version])).code).toBe(0);
  });

  it('goes back to an older version where only the subject was added since', async () => {
    const first = publish(stage, [{ id: 'b', person: 'bob@example.com', length: 2 }]);
    publish(stage, [{ id: 'a', person: KEY, length: 1 }]);
    // The pipeline keeps the indexes of the latest versions only.
    await stage.objects.erase(await stage.objects.versions(DATASET_OBJECTS.index(first.version)));
    await slipway('--key', KEY, '--yes');
    expect(stage.catalogue.newest?.version).toBe(first.version);
    expect((await stage.objects.list(DATASET_OBJECTS.index(first.version))).length).toBe(4);
    expect(manifestIn(stage, first.version).publishedAt).toBe(first.publishedAt);
  });

  it('erases a second subject from what the first has left', async () => {
    const { version } = publish(stage, ROWS);
    await slipway('--key', KEY, '--yes');
    await slipway('--key', 'bob@example.com', '--yes');
    const manifest = manifestIn(stage, version);
    expect(manifest.tombstones.map(({ rowsErased, replacedBy }) => [rowsErased, replacedBy?.rows ?? 0])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect((await slipwayData(stage, ['verify', 'pilot', version])).code).toBe(0);
    expect((await stage.objects.list(DATASET_OBJECTS.shards)).length).toBe(0);
  });

  it('lets rows of others be replayed whose objects nobody has taken yet', async () => {
    publish(stage, ROWS);
    const key = replayObject(RUN, '0123456789abcdef', { format: 'csv', delimiter: ',' });
    const taken = replayObject(RUN, 'fedcba9876543210', { format: 'jsonl' });
    for (const one of [key, taken]) stage.objects.put(one, `id\n${KEY}\n`);
    stage.catalogue.taken.push({ ...sourceOf(taken), bucket: 'datasets' });
    const mark = { times: 1, rows: 1, replayedAt: '', replayedBy: '' };
    stage.catalogue.marks.set(RUN, { ...mark, run: RUN, objects: [key] });
    stage.catalogue.marks.set('other', { ...mark, run: 'other', objects: [taken] });
    const { out } = await slipway('--key', KEY, '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({ replayed: 2 });
    expect([...stage.catalogue.marks.keys()]).toEqual(['other']);
    expect(await stage.objects.list(DATASET_OBJECTS.replay)).toEqual([]);
  });

  it('erases quarantined rows in all of their pieces, also where the key is cut between two', async () => {
    publish(stage, ROWS);
    const piece = (raw: string, number: number, row: number) => quarantined(raw, { piece: number, row });
    quarantine(stage, RUN, [piece('x,ada@exa', 0, 5)]);
    quarantine(stage, RUN, [piece('mple.com,', 1, 5), piece('end', 2, 5), piece('other', 0, 6)], '00000-1');
    quarantine(stage, RUN, [piece('ending', 1, 6)], '00000-2');
    const before = stage.objects.all.length;
    expect(JSON.parse((await slipway('--key', KEY, '--json')).out).quarantine).toEqual({
      rows: 0,
      byBytes: 1,
      headers: 0,
      unreadable: 0,
      runs: 1,
    });
    expect(stage.objects.all.length).toBe(before);
    await slipway('--key', KEY, '--yes');
    const left = (await stage.objects.list(DATASET_OBJECTS.quarantine)).map(({ key }) =>
      String(stage.objects.text(key)),
    );
    expect(
      left.map((text) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).row),
      ),
    ).toEqual([[6], [6]]);
  });

  it('erases what nobody can read: what follows a damage, and pieces of a row whose beginning is gone', async () => {
    publish(stage, ROWS);
    quarantine(stage, RUN, [
      quarantined('1,2', { row: 5, piece: 0 }),
      quarantined('\u0001', { row: 5, piece: 1, compressed: true }),
      quarantined('3', { row: 6, piece: 1 }),
      quarantined('4,5'),
    ]);
    const { out } = await slipway('--key', KEY, '--yes', '--json');
    expect(JSON.parse(out).quarantine).toEqual({ rows: 0, byBytes: 0, headers: 0, unreadable: 2, runs: 1 });
    expect(JSON.parse((await slipwayData(stage, ['quarantine', 'pilot', RUN, '--json'])).out).rows).toBe(1);
  });

  it('erases neither rows of others in whose cells the value stands, nor those whose header holds it', async () => {
    publish(stage, ROWS);
    const first = { header: ['1', KEY, '2', '3', '4'] };
    quarantine(stage, RUN, [
      quarantined(`d,bob@example.com,${KEY},x,y`),
      quarantined(`e,"${KEY}`),
      quarantined('f,bob@example.com,3,x,y', first),
    ]);
    stage.objects.put(DATASET_OBJECTS.shardList(RUN), JSON.stringify(first));
    stage.objects.put(DATASET_OBJECTS.plan(RUN), JSON.stringify({ objects: [] }));
    const { out } = await slipway('--key', KEY, '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({
      quarantine: { rows: 0, byBytes: 1, headers: 1, unreadable: 0, runs: 1 },
      leftovers: 1,
    });
    const left = String(stage.objects.text(DATASET_OBJECTS.quarantineFile(RUN, '00000')))
      .trim()
      .split('\n');
    expect(left.map((line) => JSON.parse(line)).map(({ row, header }) => [row, header.length])).toEqual([
      [7, 5],
      [9, 0],
    ]);
    expect(left.join()).not.toContain(KEY);
    expect((await stage.objects.list('runs/')).map(({ key }) => key)).toEqual([DATASET_OBJECTS.plan(RUN)]);
    expect((await slipway('--key', KEY)).out).not.toContain('headers of');
  });

  it('writes nothing where an object is locked', async () => {
    traced();
    const [shard = ''] = (await stage.objects.list(DATASET_OBJECTS.shards)).map(({ key }) => key);
    for (const { key } of await stage.objects.list(DATASET_OBJECTS.shards)) stage.objects.locks.set(key, '2030-01-01');
    const before = stage.objects.all.length;
    const { code, err } = await slipway('--key', KEY, '--yes');
    expect(code).toBe(1);
    expect(err).toMatch(
      /^slipway: object shards\/[0-9a-f]{64}\.jsonl\.gz of datasets is locked until 2030-01-01 \(S3 Object Lock\)/,
    );
    expect(stage.objects.all.length).toBe(before);
    expect(stage.objects.text(shard)).toBeDefined();
    expect(stage.catalogue.held).toBeUndefined();
  });
});

describe('models that were trained on a dataset version', () => {
  it('are told through whatever they were made from, in the order of the registry', () => {
    const models = [
      model('v-3', 'v-2'),
      model('v-2', 'v-1', 'd-9'),
      model('v-1', 'd-1'),
      model('v-4', 'v-5'),
      model('v-5', 'v-4'),
    ];
    expect(modelsTrainedOn(models, ['d-1'])).toEqual([
      { version: 'v-3', through: ['d-1', 'v-1', 'v-2'] },
      { version: 'v-2', through: ['d-1', 'v-1'] },
      { version: 'v-1', through: ['d-1'] },
    ]);
  });
});
