import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkOnce } from '../../lambdas/check-data/check-once';
import type { DataPipelineConfig, QuarantinedRow } from '../../protocol/dataset';
import type { RunReport } from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { type Check, Cloud } from './cloud';
import { mails } from './json-lines';
import { contentOf, expectAccounted } from './versions';

/** The worker itself, on objects in memory. */
const check: Check = async (store, task, config, source) => {
  await checkOnce(task, config, store, async function* (_, range) {
    yield source.subarray(range?.from ?? 0, range?.to);
  });
};

const config: DataPipelineConfig = (() => {
  const { schema, ...rest } = mails();
  const columns = schema.columns.map((column) =>
    column.name === 'label' ? { ...column, allowed: ['spam', 'ham'] } : column,
  );
  return {
    ...rest,
    schema: { ...schema, columns, freshness: { column: 'at', maxAgeSeconds: 7 * 86_400 }, maximumBadShare: 0.5 },
  };
})();

const csv = `id,at,text,label\r
1,2026-11-20T10:00:00Z,"buy, ""now""",spam\r
2,2026-11-21T10:00:00Z,"hello
you",ham\r
3,not a time,late,ham\r
1,2026-11-20T10:00:00Z,"buy, ""now""",spam\r
2,2026-11-21T10:00:00Z,changed,ham\r
4,2026-11-22T10:00:00+02:00,new,other\r
5,,"buy, ""now""",spam\r
`;
const lines = `{"id":"6","at":"2026-11-23T00:00:00Z","text":"six","label":"ham"}
{"id":"1","at":"2026-11-20T10:00:00.000Z","text":"buy, \\"now\\"","label":"spam"}
{"id":
`;

function quarantined(cloud: Cloud): QuarantinedRow[] {
  return cloud.keys(DATASET_OBJECTS.quarantine).flatMap((key) =>
    (cloud.objects.get(key)?.toString('utf8') ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as QuarantinedRow),
  );
}

/** The same, with nothing expected of a run. */
const lenient: DataPipelineConfig = {
  ...config,
  schema: { ...config.schema, freshness: undefined, maximumBadShare: undefined },
};

describe('a pipeline of the real workers', () => {
  it.each([
    ['in one range', 10_000],
    ['in several ranges', 40],
  ])(
    'tells of a row whose key another has how to read it, also where the object was read %s',
    async (_, shardBytes) => {
      const cloud = new Cloud({ ...lenient, shardBytes }, check);
      cloud.deliver('in/1.csv', 'text,id\n"a, b",1\nand,2\nother,1\nmore and more,2\n');
      cloud.deliver('in/2.jsonl', '{"id":"1","text":"of lines"}');
      expect((await cloud.run()).status).toBe('SUCCEEDED');
      const told = quarantined(cloud).map(({ object, row, header, faults }) => [
        object.key,
        row,
        header,
        faults[0]?.rule,
      ]);
      expect(told.sort()).toEqual([
        ['in/1.csv', 3, ['text', 'id'], 'unique'],
        ['in/1.csv', 4, ['text', 'id'], 'unique'],
        ['in/2.jsonl', 1, undefined, 'unique'],
      ]);
    },
  );

  it('takes no event of the future for the newest', async () => {
    const cloud = new Cloud(config, check);
    cloud.deliver('in/1.csv', 'id,at\n1,2026-11-24T10:00:00Z\n2,2062-01-01T00:00:00Z\n3,2026-11-25T00:59:00Z\n');
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect(cloud.manifest()).toMatchObject({ newestEvent: '2026-11-25T00:59:00.000Z', counts: { published: 3 } });
  });

  it('hands nothing of a file without a header from step to step but its rows', async () => {
    const cloud = new Cloud({ ...lenient, shardBytes: 40 }, check);
    cloud.deliver('in/1.csv', 'ada@example.com,1\ngrace@example.com,2\nlin@example.com,3\nkay@example.com,4\n');
    const kept = new Map<string, Buffer>();
    cloud.hook = (write, when) => {
      const key = write.replace(/^put /, '');
      const found = cloud.objects.get(key);
      if (when === 'after' && found !== undefined && key.startsWith('runs/')) kept.set(key, found);
    };
    await cloud.run();
    expect(quarantined(cloud)).toHaveLength(4);
    expect(kept.size).toBeGreaterThan(5);
    const telling = [...kept].filter(([, content]) => content.includes('@example')).map(([key]) => key);
    expect(telling).toEqual([]);
  });

  it('makes of CSV and compressed JSON lines a version, with every row accounted for', async () => {
    const cloud = new Cloud(config, check);
    cloud.deliver('in/1.csv', csv);
    cloud.deliver('in/2.jsonl.gz', gzipSync(lines));
    expect((await cloud.run()).status).toBe('SUCCEEDED');

    const [run] = cloud.runs.values();
    expect(run).toMatchObject({
      state: 'published',
      counts: { rows: 10, published: 4, quarantined: 4, duplicates: 2 },
      gate: { passed: true },
    });
    const { train, holdout } = contentOf(cloud);
    const rows = [...train, ...holdout].map((line) => JSON.parse(line)).sort((a, b) => a.id - b.id);
    expect(rows).toEqual([
      { id: '1', at: '2026-11-20T10:00:00.000Z', text: 'buy, "now"', label: 'spam' },
      { id: '2', at: '2026-11-21T10:00:00.000Z', text: 'hello\nyou', label: 'ham' },
      { id: '5', at: null, text: 'buy, "now"', label: 'spam' },
      { id: '6', at: '2026-11-23T00:00:00.000Z', text: 'six', label: 'ham' },
    ]);
    const twins = [train, holdout].filter((side) => side.some((line) => line.includes('buy')));
    expect(twins).toHaveLength(1);
    expectAccounted(cloud, 'real workers');

    const told = quarantined(cloud).map(({ object, row, raw, faults }) => [
      object.key,
      row,
      Buffer.from(raw, 'base64').toString('utf8').trim(),
      faults[0]?.rule,
    ]);
    expect(told.sort((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['in/1.csv', 3, '3,not a time,late,ham', 'type'],
      ['in/1.csv', 5, '2,2026-11-21T10:00:00Z,changed,ham', 'unique'],
      ['in/1.csv', 6, '4,2026-11-22T10:00:00+02:00,new,other', 'allowed'],
      ['in/2.jsonl.gz', 3, '{"id":', 'malformed'],
    ]);
    expect(cloud.manifest()).toMatchObject({ newestEvent: '2026-11-23T00:00:00.000Z', profile: { rows: 4 } });
    const report = cloud.read<RunReport>(DATASET_OBJECTS.report(run?.run ?? ''));
    expect(report).toMatchObject({ faultsByRule: { type: 1, allowed: 1, malformed: 1 }, lost: [] });
    expect(report.samples.map(({ key, row }) => [key, row])).toEqual([
      ['in/1.csv', 3],
      ['in/1.csv', 6],
      ['in/2.jsonl.gz', 3],
    ]);
  });
});
