import { describe, expect, it } from 'vitest';
import { formatOf, formatOfReplay } from '../../lambdas/data-steps/format-of';
import type { DataPipelineConfig, ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS, replayObject } from '../../protocol/dataset-objects';
import { Cloud } from './cloud';
import { checkLines, linesOf, mails } from './json-lines';
import { contentOf } from './versions';

const source = { bucket: 'mail', prefix: 'in/' };

describe('the format of an object', () => {
  it.each([
    ['in/a.csv', 'csv', false],
    ['in/a.CSV', 'csv', false],
    ['in/a.csv.gz', 'csv', true],
    ['in/2026.11/a.jsonl', 'jsonl', false],
    ['in/a.ndjson', 'jsonl', false],
    ['in/a.ndjson.GZ', 'jsonl', true],
    ['in/a.b.parquet', 'parquet', false],
  ] as const)('is told by the name %s', (key, format, gzip) => {
    expect(formatOf(source, key)).toEqual({ format, gzip, delimiter: ',' });
  });

  it.each(['in/a.txt', 'in/csv', 'in/a.csv/part', 'in/a.gz', 'in/a.parquet.gz', 'in/_SUCCESS', 'in/'])(
    'is not told by the name %s',
    (key) => {
      expect(formatOf(source, key)).toBeUndefined();
    },
  );

  it('is as its source declares, whatever the name', () => {
    const declared = { ...source, format: 'csv', delimiter: ';' } as const;
    expect(formatOf(declared, 'in/part-0')).toEqual({ format: 'csv', gzip: false, delimiter: ';' });
    expect(formatOf(declared, 'in/part-0.gz')).toEqual({ format: 'csv', gzip: true, delimiter: ';' });
  });

  it('of a replay is told by its key, with the delimiter', () => {
    const csv = replayObject('run', 'abc', { format: 'csv', delimiter: '\t' });
    expect(formatOfReplay(csv)).toEqual({ format: 'csv', gzip: false, delimiter: '\t' });
    expect(formatOfReplay(replayObject('run', 'abc', { format: 'jsonl' }))?.format).toBe('jsonl');
    expect(formatOfReplay('replay/run/readme.txt')).toBeUndefined();
  });
});

function pipeline(changes: Partial<DataPipelineConfig> = {}): Cloud {
  return new Cloud(mails(changes), checkLines);
}

/** What the last run reads, in order. */
function plannedTasks(cloud: Cloud): ShardTask[] {
  const run = [...cloud.runs.keys()].at(-1) ?? '';
  const lines = cloud.objects.get(DATASET_OBJECTS.shardList(run))?.toString('utf8').trim().split('\n') ?? [];
  return lines.filter((text) => text !== '').map((text) => JSON.parse(text) as ShardTask);
}

function plannedKeys(cloud: Cloud): string[] {
  return plannedTasks(cloud).map(({ object }) => object.key);
}

function lastRun(cloud: Cloud) {
  return [...cloud.runs.values()].at(-1);
}

const line = (id: string) => linesOf([{ id, text: `text of ${id}` }]);

describe('the plan of a run', () => {
  it('takes what is new, over several pages, in the order of sources and keys', async () => {
    const cloud = pipeline({
      sources: [
        { bucket: 'mail', prefix: 'late/' },
        { bucket: 'mail', prefix: 'in/' },
      ],
    });
    for (const id of ['7', '3', '5', '1', '8', '2']) cloud.deliver(`in/${id}.jsonl`, line(id));
    cloud.deliver('late/9.jsonl', line('9'));
    cloud.deliver('elsewhere/0.jsonl', line('0'));
    await cloud.run();
    const keys = ['late/9', 'in/1', 'in/2', 'in/3', 'in/5', 'in/7', 'in/8'].map((key) => `${key}.jsonl`);
    expect(plannedKeys(cloud)).toEqual(keys);
    cloud.deliver('in/4.jsonl', line('4'));
    await cloud.run();
    expect(plannedKeys(cloud)).toEqual(['in/4.jsonl']);
    expect(cloud.manifest().sources.map(({ key }) => key)).toEqual(['in/4.jsonl']);
  });

  it('reads an object once that lies under two prefixes', async () => {
    const cloud = pipeline({ sources: [source, { bucket: 'mail', prefix: 'in/a' }] });
    cloud.deliver('in/a.jsonl', line('a'));
    await cloud.run();
    expect(plannedKeys(cloud)).toEqual(['in/a.jsonl']);
  });

  it('leaves what it cannot read, and tells of it; folders it passes over', async () => {
    const cloud = pipeline();
    cloud.deliver('in/a.jsonl', line('a'));
    cloud.deliver('in/', '');
    cloud.deliver('in/sub/', '');
    cloud.deliver('in/readme.txt', 'read me');
    cloud.deliver('in/cold.jsonl', line('b'));
    cloud.archived.add('in/cold.jsonl');
    cloud.deliver(`in/${'x'.repeat(1000)}.jsonl`, line('c'));
    await cloud.run();
    expect(plannedKeys(cloud)).toEqual(['in/a.jsonl']);
    expect(lastRun(cloud)).toMatchObject({ state: 'published', objects: 1, leftAlone: 3 });
    const { leftAlone } = cloud.read<{ leftAlone: { first: string[] } }>(
      DATASET_OBJECTS.report(lastRun(cloud)?.run ?? ''),
    );
    expect(leftAlone.first.map((name) => name.slice(0, 20))).toEqual([
      'mail/in/cold.jsonl',
      'mail/in/readme.txt',
      'mail/in/xxxxxxxxxxxx',
    ]);
  });

  it('reads an object anew that was replaced under its name, and not one that was put there again', async () => {
    const cloud = pipeline();
    cloud.deliver('in/a.jsonl', line('a'));
    await cloud.run();
    cloud.deliver('in/a.jsonl', line('a'));
    await cloud.run();
    expect(lastRun(cloud)?.state).toBe('unchanged');
    expect(plannedKeys(cloud)).toEqual([]);
    cloud.deliver('in/a.jsonl', line('b'));
    await cloud.run();
    expect(plannedKeys(cloud)).toEqual(['in/a.jsonl']);
    expect(cloud.manifest().rows).toMatchObject({ train: expect.any(Number) });
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(2);
  });

  it('takes what was put into the bucket of the dataset, where a source names none', async () => {
    const cloud = pipeline({ sources: [{ bucket: '', prefix: 'inbox/' }] });
    cloud.objects.set('inbox/1.jsonl', Buffer.from(line('a')));
    cloud.deliver('inbox/2.jsonl', line('b'));
    await cloud.run();
    expect(plannedKeys(cloud)).toEqual(['inbox/1.jsonl']);
    expect(cloud.manifest().sources).toMatchObject([{ bucket: 'dataset', key: 'inbox/1.jsonl' }]);
  });

  it('takes replayed rows from the bucket of the dataset', async () => {
    const cloud = pipeline();
    cloud.objects.set(replayObject('run', 'abc', { format: 'jsonl' }), Buffer.from(line('r')));
    await cloud.run();
    expect(plannedKeys(cloud)).toEqual(['replay/run/abc.jsonl']);
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(1);
  });

  it('of more shards than one run takes goes on in the next', { timeout: 120_000 }, async () => {
    const cloud = pipeline({ shardBytes: 1 });
    cloud.deliver('in/a.jsonl', 'bad\n'.repeat(10_000));
    cloud.deliver('in/b.jsonl', line('b'));
    const { answers } = await cloud.run();
    expect(answers.filter(({ outcome }) => outcome === 'again')).toHaveLength(1);
    expect([...cloud.runs.values()].map(({ objects, counts }) => [objects, counts?.rows])).toEqual([
      [1, 10_000],
      [1, 1],
    ]);
  });

  it('that takes long goes on in the next run, which follows at once', async () => {
    const cloud = pipeline();
    for (const id of ['a', 'b', 'c']) cloud.deliver(`in/${id}.jsonl`, line(id));
    const list = cloud.world.bind(cloud);
    let slow = true;
    cloud.world = () => {
      const world = list();
      const pin: typeof world.sources.pin = (bucket, key) => {
        // Of the first run the second object takes nine minutes.
        if (slow && key === 'in/b.jsonl') cloud.time += 9 * 60_000;
        return world.sources.pin(bucket, key);
      };
      return { ...world, sources: { ...world.sources, pin } };
    };
    cloud.between = async (state) => {
      if (state === 'merge') slow = false;
    };
    const { answers } = await cloud.run();
    expect(answers.filter(({ outcome }) => outcome === 'again')).toHaveLength(1);
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(3);
    expect([...cloud.runs.values()].map(({ objects }) => objects)).toEqual([1, 2]);
  });

  it('cuts a large object into ranges, in order, of which each begins at a row', async () => {
    const cloud = pipeline();
    const ids = Array.from({ length: 30 }, (_, id) => String(id).padStart(2, '0'));
    cloud.deliver('in/a.jsonl', linesOf(ids.map((id) => ({ id, text: `text of ${id}` }))));
    await cloud.run();
    const tasks = plannedTasks(cloud);
    expect(tasks.length).toBeGreaterThan(4);
    expect(tasks.map(({ shard }) => shard)).toEqual(tasks.map((_, index) => String(index).padStart(5, '0')));
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(30);
  });

  it.each(['changed', 'gone'])('leaves an object to the next run that is %s when it is to be cut', async (how) => {
    const cloud = pipeline();
    const ids = Array.from({ length: 9 }, (_, id) => String(id));
    const content = linesOf(ids.map((id) => ({ id, text: `text of ${id}` })));
    cloud.deliver('in/a.jsonl', content);
    cloud.deliver('in/b.jsonl', line('b'));
    const world = cloud.world.bind(cloud);
    let lost = false;
    cloud.world = () => {
      const { sources, ...rest } = world();
      const pin: typeof sources.pin = async (bucket, key) => {
        const pinned = await sources.pin(bucket, key);
        if (lost || key !== 'in/a.jsonl') return pinned;
        lost = true;
        if (how === 'gone') cloud.sources.delete(key);
        else cloud.deliver(key, `${content}\n${line('c')}`);
        return pinned;
      };
      return { ...rest, sources: { ...sources, pin } };
    };
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect([...cloud.runs.values()].map(({ objects }) => objects)).toEqual([1, how === 'gone' ? 0 : 1]);
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(how === 'gone' ? 1 : 11);
  });

  it.each([
    [
      'columns',
      (config: DataPipelineConfig) => ({ schema: { ...config.schema, columns: config.schema.columns.slice(0, 3) } }),
    ],
    ['key', (config: DataPipelineConfig) => ({ schema: { ...config.schema, key: ['text'] } })],
    ['columns that group rows', (config: DataPipelineConfig) => ({ schema: { ...config.schema, group: [] } })],
    ['partitions', () => ({ partitions: 4 })],
  ] as const)('fails where the %s differ from those of the version before', async (what, change) => {
    const cloud = pipeline();
    cloud.deliver('in/a.jsonl', line('a'));
    await cloud.run();
    cloud.config = { ...cloud.config, ...change(cloud.config) };
    cloud.deliver('in/b.jsonl', line('b'));
    expect((await cloud.run()).status).toBe('FAILED');
    expect(lastRun(cloud)?.error).toMatch(
      new RegExp(
        `^the ${what} differ from those of version d-[0-9a-f]{16}; that is another dataset, and needs a store of its own$`,
      ),
    );
    expect(cloud.lease).toBeUndefined();
  });

  it('goes on where expectations and the share of the hold-out have changed', async () => {
    const cloud = pipeline();
    cloud.deliver('in/a.jsonl', line('a'));
    await cloud.run();
    const schema = { ...cloud.config.schema, minimumRows: 1 };
    cloud.config = { ...cloud.config, schema, holdOut: { kind: 'hash', share: 0.5, salt: 'other' } };
    cloud.deliver('in/b.jsonl', line('b'));
    expect((await cloud.run()).status).toBe('SUCCEEDED');
  });
});
