import { beforeEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../../protocol/dataset-objects';
import { MemoryStage } from './memory-stage';
import { sourceOf, twoVersions } from './published';
import { slipwayData } from './slipway';

const RUN = '20260101T000000Z-00000001';

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
  twoVersions(stage);
  const run = stage.catalogue.allRuns.get(RUN);
  if (run !== undefined) stage.catalogue.allRuns.set(RUN, { ...run, objects: 4, leftAlone: 2, lost: 1 });
});
const slipway = (...args: string[]) => slipwayData(stage, args);

const REPORT: RunReport = {
  run: RUN,
  counts: { rows: 61, published: 60, quarantined: 1, duplicates: 0 },
  faultsByRule: { range: 3, type: 1 },
  samples: [
    {
      row: 3,
      key: 'in/a.csv',
      rule: 'range',
      severity: 'reject',
      column: 'length',
      value: '-1',
      expected: 'at least 0',
    },
    { row: 4, key: 'in/a.csv', rule: 'type', severity: 'reject', column: 'person', value: 'ada', expected: 'text' },
    { row: 5, key: 'in/a.csv', rule: 'type', severity: 'reject', column: 'gone', value: 'eve', expected: 'text' },
  ],
  gate: { passed: true, checks: [] },
  leftAlone: { count: 2, first: ['in/readme.txt'] },
  lost: [sourceOf('in/b.csv')],
  profile: { columns: ['statistics'] },
};

describe('the report of a run', () => {
  it('is shown with the run: faults by rule, samples with masks, what was left alone and what was lost', async () => {
    stage.objects.put(DATASET_OBJECTS.report(RUN), JSON.stringify(REPORT));
    const { out } = await slipway('show', 'pilot', RUN);
    await expect(out).toMatchFileSnapshot('golden/show-run-report.txt');
    const json = (await slipway('show', 'pilot', RUN, '--json')).out;
    expect(JSON.parse(json)).toMatchObject({
      run: RUN,
      leftAlone: 2,
      report: { faultsByRule: { range: 3, type: 1 }, samples: [{ value: '-1' }, { value: '***' }, { value: '***' }] },
    });
    for (const text of [out, json]) expect(text).not.toMatch(/\b(ada|eve|statistics)\b/);
  });

  it('is told to be damaged where it is', async () => {
    stage.objects.put(DATASET_OBJECTS.report(RUN), '{');
    const { code, err } = await slipway('show', 'pilot', RUN);
    expect({ code, err }).toEqual({
      code: 1,
      err: `slipway: object runs/${RUN}/report.json is no JSON: the report is damaged\n`,
    });
  });

  it('is not needed to list what runs left alone and lost', async () => {
    const { out } = await slipway('list', 'pilot', '--runs');
    expect(out).toContain('2 left alone');
    expect(out).toContain('1 lost');
  });
});
