import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchVersion } from '../../../cli/data/fetch';
import { forgetSubject } from '../../../cli/data/forget/forget-subject';
import { Subject } from '../../../cli/data/forget/subject';
import { verifyVersion } from '../../../cli/data/verify';
import { liveShards } from '../../../lambdas/shared/dataset/live-shards';
import { DATASET_OBJECTS, replayObject } from '../../../protocol/dataset-objects';
import { MemoryStage, sha256 } from './memory-stage';
import {
  indexesOf,
  lineOf,
  manifestIn,
  profileOfRows,
  publish,
  quarantine,
  quarantined,
  type Row,
  rowsIn,
  sourceOf,
} from './published';

const SUBJECT = 'ada@example.com';
const PEOPLE = [SUBJECT, 'bob@example.com', 'cleo@example.org', 'dan@example.net'];

const row = fc.record({ person: fc.constantFrom(...PEOPLE), length: fc.integer({ min: 0, max: 50 }) });
const REPORT = DATASET_OBJECTS.report('20260101T000000Z-00000001');

/** Up to three versions, the rows that each adds. */
const datasets = fc.array(fc.array(row, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 });

type Dataset = readonly (readonly Omit<Row, 'id'>[])[];

/** A stage with these versions, and with traces of the subject wherever there can be some. */
function stageOf(dataset: Dataset): { readonly stage: MemoryStage; readonly rows: readonly (readonly Row[])[] } {
  const stage = new MemoryStage();
  let count = 0;
  const rows = dataset.map((added) =>
    added.map((one) => {
      count += 1;
      return { ...one, id: `row-${count}` };
    }),
  );
  for (const added of rows) publish(stage, added);
  quarantine(stage, '20260101T000000Z-00000001', [
    quarantined(`x1,${SUBJECT},-1,2026-01-01T00:00:00Z,spam`),
    quarantined('x2,bob@example.com,-1,2026-01-01T00:00:00Z,spam'),
  ]);
  quarantine(stage, '20260101T000000Z-00000001', [quarantined(`x3,"${SUBJECT},-1`)], '00001');
  const replayed = replayObject('20260101T000000Z-00000001', '0123456789abcdef', { format: 'csv', delimiter: ',' });
  stage.objects.put(replayed, `id,person\nx1,${SUBJECT}\n`);
  stage.objects.put(
    'runs/20260101T000000Z-00000001/rows/00000-0.rows',
    `\u0000${lineOf({ id: 'x', person: SUBJECT, length: 1 })}`,
  );
  stage.objects.put('runs/20260101T000000Z-00000001/plan.json', '{}');
  stage.objects.put(REPORT, JSON.stringify({ samples: [{ row: 1 }], profile: profileOfRows(rows.flat()) }));
  // An older version of an object, which no reader gets.
  stage.objects.put('runs/20260101T000000Z-00000001/merged.json', JSON.stringify({ texts: [SUBJECT] }));
  stage.objects.put('runs/20260101T000000Z-00000001/merged.json', '{}');
  // What a publication has left that was cut off before its manifest was written.
  const orphan = `${lineOf({ id: 'orphan', person: SUBJECT, length: 1 })}\n`;
  stage.objects.put(DATASET_OBJECTS.shard(sha256(orphan)), gzipSync(orphan));
  stage.records.bySubject.set(SUBJECT, [{ id: 'P#1', open: false, payloads: [{ bucket: 'payloads', key: 'p' }] }]);
  stage.catalogue.taken.push(sourceOf('mails-1.csv'));
  stage.sourceBytes.set('inbox/mails-1.csv', Buffer.from(`id,person\n1,${SUBJECT}\n`));
  return { stage, rows };
}

function forget(stage: MemoryStage, erase = true, now = () => new Date('2026-02-01T00:00:00Z')) {
  return forgetSubject({ stage, subject: new Subject(SUBJECT), erase, now, tell: () => {} });
}

/** Keys of object versions that hold the value, in the clear, packed or as base64. */
function holding({ objects }: MemoryStage): string[] {
  return objects.all.filter(({ key, body }) => openly(key, body).includes(SUBJECT)).map(({ key }) => key);
}

function openly(key: string, body: Buffer): string {
  if (key.endsWith('.gz')) return gunzipSync(body).toString('utf8');
  const text = body.toString('utf8');
  if (!key.startsWith(DATASET_OBJECTS.quarantine)) return text;
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => line + Buffer.from(JSON.parse(line).raw, 'base64').toString('utf8')).join('\n');
}

/** All that must be so once a subject was forgotten. */
async function expectForgotten(stage: MemoryStage, rows: readonly (readonly Row[])[]): Promise<void> {
  expect(holding(stage)).toEqual([]);
  expect(String(stage.objects.text(REPORT))).toBe('{"samples":[],"profile":null}');
  expect(stage.objects.all.filter(({ key }) => key === REPORT).length).toBe(1);
  const apart = (await stage.objects.list(DATASET_OBJECTS.quarantine)).map(({ key }) => key);
  expect(apart).toEqual([DATASET_OBJECTS.quarantineFile('20260101T000000Z-00000001', '00000')]);
  expect(stage.records.bySubject.get(SUBJECT)).toEqual([]);
  expect(stage.catalogue.held).toBeUndefined();
  const live = new Set<string>();
  for (const { key } of await stage.objects.list(DATASET_OBJECTS.manifests)) {
    const manifest = manifestIn(stage, key.slice('manifests/'.length, -'.json'.length));
    expect((await verifyVersion(stage.objects, manifest, () => {})).faults).toEqual([]);
    const left = rowsIn(stage, manifest);
    expect(left.filter(({ person }) => person === SUBJECT)).toEqual([]);
    expect(manifest.profile).toEqual(profileOfRows(left));
    for (const [name, bytes] of indexesOf(left)) {
      expect(stage.objects.text(`index/${manifest.version}/${name}`)?.toString('hex'), name).toBe(
        bytes.toString('hex'),
      );
    }
    for (const { digest } of liveShards(manifest)) live.add(DATASET_OBJECTS.shard(digest));
  }
  const shards = (await stage.objects.list(DATASET_OBJECTS.shards)).map(({ key }) => key);
  expect(shards.filter((key) => !live.has(key))).toEqual([]);
  expect(stage.objects.all.filter(({ latest, key }) => !latest && !key.startsWith('runs/'))).toEqual([]);

  const latest = manifestIn(stage, stage.catalogue.newest?.version ?? '');
  const others = rows.flat().filter(({ person }) => person !== SUBJECT);
  expect(rowsIn(stage, latest).toSorted(byId)).toEqual([...others].toSorted(byId));
  expect(latest.tombstones).toEqual([]);
}

function byId(a: Row, b: Row): number {
  return a.id < b.id ? -1 : 1;
}

describe('forgetting a subject', () => {
  it('leaves nothing of it, whichever versions there are, and each version whole', async () => {
    await fc.assert(
      fc.asyncProperty(datasets, async (dataset) => {
        const { stage, rows } = stageOf(dataset);
        await forget(stage);
        await expectForgotten(stage, rows);
      }),
      { numRuns: 60 },
    );
  });

  it('is completed by a rerun after a crash at any write', async () => {
    const dataset: Dataset = [
      [
        { person: SUBJECT, length: 1 },
        { person: PEOPLE[1] ?? '', length: 2 },
        { person: PEOPLE[2] ?? '', length: 3 },
      ],
      [
        { person: SUBJECT, length: 4 },
        { person: PEOPLE[3] ?? '', length: 5 },
      ],
    ];
    const whole = stageOf(dataset).stage;
    await forget(whole);
    const writes = whole.writes.count;
    expect(writes).toBeGreaterThan(20);
    for (let crashAt = 0; crashAt < writes; crashAt += 1) {
      const { stage, rows } = stageOf(dataset);
      stage.writes.crashAt = crashAt;
      await expect(forget(stage), `crash at write ${crashAt}`).rejects.toThrow('killed');
      stage.writes.crashAt = Number.POSITIVE_INFINITY;
      // The lease of the command that was killed has run out by then.
      await forget(stage, true, () => new Date('2026-02-01T01:00:00Z'));
      await expectForgotten(stage, rows);
    }
  });

  it('is completed by a rerun after two crashes, at any writes', async () => {
    await fc.assert(
      fc.asyncProperty(datasets, fc.nat(40), fc.nat(40), async (dataset, first, second) => {
        const { stage, rows } = stageOf(dataset);
        for (const [round, crashAfter] of [first, second, Number.POSITIVE_INFINITY].entries()) {
          stage.writes.crashAt = stage.writes.count + crashAfter;
          await forget(stage, true, () => new Date(Date.UTC(2026, 1, 1, round))).catch((error: Error) =>
            expect(error.message).toBe('killed'),
          );
        }
        await expectForgotten(stage, rows);
      }),
      { numRuns: 60 },
    );
  });

  it('is completed by the erasure of another subject, as far as shards are concerned', async () => {
    const dataset: Dataset = [
      [
        { person: SUBJECT, length: 1 },
        { person: PEOPLE[1] ?? '', length: 2 },
      ],
    ];
    const { stage } = stageOf(dataset);
    const before = (await stage.objects.list(DATASET_OBJECTS.shards)).length;
    // Killed before the first shard is erased: those go last, but for older versions, predictions and the lease.
    const erase = stage.objects.erase.bind(stage.objects);
    stage.objects.erase = async (versions) => {
      if (versions.some(({ key }) => key.startsWith(DATASET_OBJECTS.shards))) throw new Error('killed');
      await erase(versions);
    };
    await expect(forget(stage)).rejects.toThrow('killed');
    stage.objects.erase = erase;
    expect((await stage.objects.list(DATASET_OBJECTS.shards)).length).toBeGreaterThanOrEqual(before);
    const subject = new Subject('nobody@example.com');
    const now = () => new Date('2026-02-01T01:00:00Z');
    await forgetSubject({ stage, subject, erase: true, now, tell: () => {} });
    const latest = manifestIn(stage, stage.catalogue.newest?.version ?? '');
    const orphan = sha256(`${lineOf({ id: 'orphan', person: SUBJECT, length: 1 })}\n`);
    expect((await stage.objects.list(DATASET_OBJECTS.shards)).map(({ key }) => key)).toEqual(
      [...liveShards(latest).map(({ digest }) => digest), orphan].map(DATASET_OBJECTS.shard).toSorted(),
    );
  });

  it('leaves a dataset in which a version can be built on what a killed command left', async () => {
    const dataset: Dataset = [
      [
        { person: SUBJECT, length: 1 },
        { person: PEOPLE[1] ?? '', length: 2 },
      ],
    ];
    const whole = stageOf(dataset).stage;
    await forget(whole);
    for (let crashAt = 1; crashAt < whole.writes.count; crashAt += 1) {
      const { stage, rows } = stageOf(dataset);
      stage.writes.crashAt = crashAt;
      await expect(forget(stage)).rejects.toThrow('killed');
      stage.writes.crashAt = Number.POSITIVE_INFINITY;
      const added = [{ id: 'later', person: PEOPLE[2] ?? '', length: 9 }];
      publish(stage, added);
      await forget(stage, true, () => new Date('2026-02-01T01:00:00Z'));
      await expectForgotten(stage, [...rows, added]);
    }
  });

  it('only counts where nobody said yes, and counts what it then erases', async () => {
    await fc.assert(
      fc.asyncProperty(datasets, async (dataset) => {
        const { stage } = stageOf(dataset);
        const counted = await forget(stage, false);
        expect(stage.writes.count).toBe(0);
        const erased = await forget(stage);
        expect({ ...erased, dryRun: true, published: null }).toEqual(counted);
        expect((await forget(stage, false)).rows).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('lets the latest and older versions be fetched without the subject', async () => {
    const { stage } = stageOf([
      [
        { person: SUBJECT, length: 1 },
        { person: PEOPLE[1] ?? '', length: 2 },
      ],
    ]);
    const before = manifestIn(stage, stage.catalogue.newest?.version ?? '');
    await forget(stage);
    const folder = await mkdtemp(join(tmpdir(), 'slipway-forget-'));
    try {
      for (const version of [before.version, stage.catalogue.newest?.version ?? '']) {
        const to = join(folder, version);
        const manifest = manifestIn(stage, version);
        const { rows } = await fetchVersion({ objects: stage.objects, manifest, folder: to, tell: () => {} });
        expect(rows).toBe(1);
        const files = await Promise.all(
          ['train', 'holdout'].map(async (side) =>
            Promise.all((await readdir(join(to, side))).map((name) => readFile(join(to, side, name), 'utf8'))),
          ),
        );
        expect(files.flat().join('')).toBe(`${lineOf({ id: 'row-2', person: PEOPLE[1] ?? '', length: 2 })}\n`);
        expect(await readFile(join(to, 'manifest.json'), 'utf8')).not.toContain(SUBJECT);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
