import { beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { MemoryStage } from './memory-stage';
import { manifestIn, profileOfRows, publish, quarantine, quarantined, type Row, SCHEMA } from './published';
import { slipwayData } from './slipway';

const KEY = 'ada@example.com';
const ADA: Row = { id: 'a', person: KEY, length: 40 };
const BOB: Row = { id: 'b', person: 'bob@example.com', length: 2 };

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
});
const forget = async (...args: string[]) =>
  JSON.parse((await slipwayData(stage, ['forget', 'pilot', '--key', KEY, '--json', ...args])).out);

function report(run: string, changes: Partial<RunReport> = {}): string {
  const key = DATASET_OBJECTS.report(run);
  const counts = { rows: 1, published: 1, quarantined: 0, duplicates: 0 };
  const written: RunReport = {
    run,
    counts,
    faultsByRule: { range: 1 },
    samples: [{ row: 3, key: 'k', rule: 'range', severity: 'reject', column: 'length', value: '99', expected: 'less' }],
    gate: { passed: true, checks: [] },
    leftAlone: { count: 2, first: ['x'] },
    lost: [],
    profile: profileOfRows([ADA]),
    ...changes,
  };
  stage.objects.put(key, JSON.stringify(written));
  return key;
}

const read = (key: string): RunReport => JSON.parse(String(stage.objects.text(key)));

describe('slipway data forget and reports of runs', () => {
  it('takes statistics and samples out of the reports of runs that may have read the rows', async () => {
    const { run: before } = publish(stage, [BOB]);
    const { run: added } = publish(stage, [ADA]);
    const { run: later } = publish(stage, [{ ...BOB, id: 'c' }]);
    quarantine(stage, 'apart', [quarantined(`d,${KEY},-1,x,y`)]);
    const keys = [before, added, later, 'apart', 'failed'].map((run) => report(run));
    const holding = report('holding', { leftAlone: { count: 1, first: [`${KEY}.csv`] } });
    expect((await forget()).reports).toBe(5);
    expect((await forget('--yes')).reports).toBe(5);
    const [untouched = '', ...purged] = keys;
    expect(read(untouched)).toMatchObject({ profile: { columns: expect.any(Array) }, samples: [{ row: 3 }] });
    for (const key of purged) {
      expect(read(key)).toMatchObject({ profile: null, samples: [], faultsByRule: { range: 1 } });
      expect(stage.objects.all.filter((one) => one.key === key).length).toBe(1);
    }
    expect(stage.objects.text(holding)).toBeUndefined();
  });

  it('leaves all reports where nothing of the subject was found', async () => {
    publish(stage, [BOB]);
    report('failed');
    expect((await forget('--yes')).reports).toBe(0);
  });

  it('finds anew when the newest event was', async () => {
    const schema = { ...SCHEMA, freshness: { column: 'at', maxAgeSeconds: 60 } };
    const newestEvent = new Date(Date.UTC(2026, 0, 1) + 40).toISOString();
    const { version } = publish(stage, [ADA, BOB], { schema, newestEvent });
    const item = stage.catalogue.items.get(version);
    if (item !== undefined) stage.catalogue.items.set(version, { ...item, newestEvent });
    await forget('--yes');
    const left = new Date(Date.UTC(2026, 0, 1) + 2).toISOString();
    expect(manifestIn(stage, version).newestEvent).toBe(left);
    expect(stage.catalogue.items.get(version)?.newestEvent).toBe(left);
    const latest = stage.catalogue.newest?.version ?? '';
    expect(latest).not.toBe(version);
    expect([manifestIn(stage, latest).newestEvent, stage.catalogue.items.get(latest)?.newestEvent]).toEqual([
      left,
      left,
    ]);
  });
});

describe('slipway data forget and other spellings of the key', () => {
  it('counts rows under them, and leaves them', async () => {
    const others = [' ada@example.com', 'Ada@Example.com', 'x-ada@example.com', 'bob@example.com'];
    publish(stage, [ADA, ...others.map((person, index) => ({ id: `o${index}`, person, length: index }))]);
    expect(await forget()).toMatchObject({ rows: 1, otherSpellings: 2 });
    const { out } = await slipwayData(stage, ['forget', 'pilot', '--key', KEY, '--yes']);
    expect(out).toContain('2 rows under another spelling stay');
    expect(manifestIn(stage, stage.catalogue.newest?.version ?? '').rows).toMatchObject({ train: expect.any(Number) });
    expect(await forget()).toMatchObject({ rows: 0, otherSpellings: 2 });
  });

  it('takes composed characters for what they are composed of', async () => {
    publish(stage, [{ id: 'z', person: 'Zoe\u0308', length: 1 }, BOB]);
    const { out } = await slipwayData(stage, ['forget', 'pilot', '--key', 'zo\u00eb', '--json']);
    expect(JSON.parse(out)).toMatchObject({ rows: 0, otherSpellings: 1 });
  });
});
