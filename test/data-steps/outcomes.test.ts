import { describe, expect, it } from 'vitest';
import { unaccounted } from '../../lambdas/data-steps/accounting';
import { runStep } from '../../lambdas/data-steps/steps';
import { RUN_KEYS } from '../../lambdas/shared/dataset/run-keys';
import { DATA_STEP } from '../../protocol/data-pipeline';
import type { ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { METRIC } from '../../protocol/metrics';
import { linesOf } from './json-lines';
import { lastRun, pipeline, two } from './small-pipeline';
import { contentOf, expectAccounted } from './versions';

describe('a run', () => {
  it('that publishes tells of it, and keeps the version it came from', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    await cloud.run();
    cloud.deliver('in/2.jsonl', linesOf([{ id: 'c', text: 'three' }, 'bad', { id: 'a', text: 'one' }]));
    await cloud.run();
    const [first, second] = cloud.events;
    expect(second).toEqual({
      deployment: 'demo-pilot',
      dataset: 'mails',
      version: cloud.latest?.version,
      parent: first?.version,
      manifest: { bucket: 'dataset', key: `manifests/${cloud.latest?.version}.json` },
      rows: cloud.manifest().rows,
    });
    expect(cloud.manifest()).toMatchObject({
      dataset: 'mails',
      parent: first?.version,
      codeVersion: '1',
      partitions: 3,
      counts: { rows: 3, published: 1, quarantined: 1, duplicates: 1 },
      profile: { rows: 3 },
      addedProfile: { rows: 1 },
    });
    expect(lastRun(cloud)).toMatchObject({ state: 'published', version: cloud.latest?.version });
  });

  it('lets go with time what it has taken, once it is marked, and nothing that a gate refused', async () => {
    const cloud = pipeline({ minimumRows: 3 });
    cloud.deliver('in/1.jsonl', two);
    await cloud.run();
    expect(lastRun(cloud)).toMatchObject({ state: 'gate-failed' });
    expect([...cloud.tagged]).toEqual([]);
    cloud.deliver('in/2.jsonl', linesOf([{ id: 'c', text: 'three' }]));
    const writes: string[] = [];
    cloud.hook = (write, when) => when === 'after' && writes.push(write.split(' ')[0] ?? '');
    await cloud.run();
    expect([...cloud.tagged].sort()).toEqual(['in/1.jsonl', 'in/2.jsonl']);
    expect(writes.indexOf('tag')).toBeGreaterThan(writes.lastIndexOf('markTaken'));
  });

  it('with nothing new, or with duplicates alone, changes nothing', async () => {
    const cloud = pipeline();
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    cloud.deliver('in/1.jsonl', two);
    await cloud.run();
    const version = cloud.latest?.version;
    cloud.deliver('in/again.jsonl', `${two}\n\n`);
    await cloud.run();
    await cloud.run();
    expect([...cloud.runs.values()].map(({ state }) => state)).toEqual([
      'unchanged',
      'published',
      'unchanged',
      'unchanged',
    ]);
    expect(cloud.latest?.version).toBe(version);
    expect(cloud.versions.size).toBe(1);
    expect(cloud.events).toHaveLength(1);
    expect(cloud.taken.size).toBe(2);
  });

  it('whose rows are all bad publishes nothing, and has them in quarantine', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', linesOf(['bad', 'bad']));
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect(lastRun(cloud)).toMatchObject({ state: 'unchanged', counts: { rows: 2, quarantined: 2 } });
    expect(cloud.latest).toBeUndefined();
    expectAccounted(cloud, 'bad rows');
  });

  it('whose gate does not pass publishes nothing, and takes nothing: the next one reads it again', async () => {
    const cloud = pipeline({ minimumRows: 3 });
    cloud.deliver('in/1.jsonl', two);
    expect((await cloud.run()).status).toBe('FAILED');
    expect(lastRun(cloud)).toMatchObject({ state: 'gate-failed', gate: { passed: false } });
    expect(cloud.taken.size + cloud.versions.size + cloud.keys('shards/').length).toBe(0);
    expect(cloud.keys(DATASET_OBJECTS.rows(lastRun(cloud)?.run ?? ''))).toEqual([]);
    cloud.deliver('in/2.jsonl', linesOf([{ id: 'c', text: 'three' }]));
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(3);
  });

  it('of which the numbers do not add up fails, and says which', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    cloud.between = async (state) => {
      if (state !== 'judge') return;
      const key = RUN_KEYS.matched(lastRun(cloud)?.run ?? '', 0);
      const result = cloud.read<{ rows: number }>(key);
      cloud.objects.set(key, Buffer.from(JSON.stringify({ ...result, rows: result.rows + 1 })));
    };
    expect((await cloud.run()).status).toBe('FAILED');
    expect(lastRun(cloud)).toMatchObject({ state: 'failed', phase: 'merged' });
    expect(lastRun(cloud)?.error).toBe(
      'the accounting does not hold: of the rows accepted by shards and matched by key there are 2 and 3',
    );
    expect(cloud.versions.size).toBe(0);
  });

  it('after which somebody else has published fails, and leaves the latest version as it is', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    cloud.between = async (state) => {
      if (state === 'publish') cloud.latest = { version: 'd-0123456789abcdef', run: 'forget', publishedAt: 'now' };
    };
    expect((await cloud.run()).status).toBe('FAILED');
    expect(lastRun(cloud)?.error).toMatch(/another version became the latest after the run was planned from none/);
    expect(cloud.latest?.version).toBe('d-0123456789abcdef');
    expect(cloud.taken.size).toBe(0);
  });

  it('that lacks a result of a shard fails with evidence', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    cloud.between = async (state) => {
      if (state === 'merge') cloud.objects.delete(DATASET_OBJECTS.checked(lastRun(cloud)?.run ?? '', '00000'));
    };
    expect((await cloud.run()).status).toBe('FAILED');
    expect(lastRun(cloud)).toMatchObject({
      state: 'failed',
      error: 'a step failed with States.TaskFailed after the run was planned; the log of the step says why',
    });
  });

  it('keeps nothing of an error that is no name', async () => {
    const cloud = pipeline();
    const call = { execution: 'arn:1', startedAt: '2026-11-25T00:00:00.000Z' };
    const run = await runStep(cloud.world(), { ...call, step: DATA_STEP.begin });
    const failed = await runStep(cloud.world(), { ...call, step: DATA_STEP.fail, run, crash: 'row {"ssn": 1}' });
    expect(failed).toEqual({ run: run.run, outcome: 'failed', ending: 'failed', crash: 'an error without a name' });
    expect(lastRun(cloud)?.error).not.toContain('ssn');
  });

  it('fails where a step is called without what the step before answered', async () => {
    const call = { step: DATA_STEP.merge, execution: 'arn:1', startedAt: '2026-11-25T00:00:00.000Z' };
    await expect(runStep(pipeline().world(), call)).rejects.toThrow('step merge was called without the run');
  });
});

describe('an object that changes while it is read', () => {
  const mixed = linesOf([{ id: 'c', text: 'three' }, 'bad', { id: 'd', text: 'four' }, { id: 'e', text: 'five' }]);

  it.each(['00000', '00001'])('at its shard %s is left out whole, told of, and read by the next run', async (shard) => {
    const cloud = pipeline();
    cloud.config = { ...cloud.config, shardBytes: 40 };
    cloud.deliver('in/1.jsonl', mixed);
    cloud.deliver('in/2.jsonl', two);
    let changed = false;
    cloud.between = async (state) => {
      if (state !== 'merge' || changed) return;
      changed = true;
      const key = DATASET_OBJECTS.checked(lastRun(cloud)?.run ?? '', shard);
      cloud.objects.set(key, Buffer.from(JSON.stringify({ ...cloud.read<object>(key), lost: 'changed' })));
      cloud.deliver('in/1.jsonl', `${mixed}\n${linesOf([{ id: 'f', text: 'six' }])}`);
    };
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect([...cloud.runs.values()].map(({ state, lost, counts }) => [state, lost, counts?.rows])).toEqual([
      ['published', 1, 2],
      ['published', 0, 5],
    ]);
    expect(Object.values(contentOf(cloud)).flat()).toHaveLength(6);
    expectAccounted(cloud, shard);
  });
});

describe('an object that changes while it is read, alone in its run', () => {
  it('is no matter for the gate: the run that follows reads it as it is then', async () => {
    const cloud = pipeline({ minimumRows: 1 });
    cloud.deliver('in/1.jsonl', two);
    let changed = false;
    cloud.between = async (state) => {
      if (state !== 'merge' || changed) return;
      changed = true;
      const key = DATASET_OBJECTS.checked(lastRun(cloud)?.run ?? '', '00000');
      const nothing = { lost: 'changed', counts: { rows: 0, accepted: 0, quarantined: 0 }, blocks: [] };
      cloud.objects.set(key, Buffer.from(JSON.stringify({ ...cloud.read<object>(key), ...nothing })));
      cloud.deliver('in/1.jsonl', `${two}\n${linesOf([{ id: 'f', text: 'six' }])}`);
    };
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect([...cloud.runs.values()].map(({ state, lost, counts }) => [state, lost, counts?.rows])).toEqual([
      ['unchanged', 1, 0],
      ['published', 0, 3],
    ]);
    expectAccounted(cloud, 'changed');
  });
});

describe('an object that is lost', () => {
  it('leaves nothing in quarantine, also of an attempt that was killed; what is of others stays', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', linesOf(['bad', { id: 'c', text: 'three' }]));
    cloud.deliver('in/2.jsonl', linesOf(['bad', { id: 'd', text: 'four' }]));
    let first = '';
    cloud.between = async (state) => {
      if (state !== 'merge' || first !== '') return;
      first = lastRun(cloud)?.run ?? '';
      const key = DATASET_OBJECTS.checked(first, '00000');
      const nothing = { quarantineFiles: [], lost: 'changed' };
      cloud.objects.set(key, Buffer.from(JSON.stringify({ ...cloud.read<object>(key), ...nothing })));
      for (const name of ['00000-1', '000001']) {
        cloud.objects.set(DATASET_OBJECTS.quarantineFile(first, name), Buffer.from('bad'));
      }
    };
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect(cloud.keys(DATASET_OBJECTS.quarantineOf(first))).toEqual([
      `quarantine/${first}/000001.jsonl`,
      `quarantine/${first}/00001.jsonl`,
    ]);
  });
});

describe('what is measured of a run', () => {
  it('is how it ended, what it read, how long it took and how old its newest event is', async () => {
    const cloud = pipeline();
    cloud.deliver(
      'in/1.jsonl',
      linesOf([
        { id: 'a', text: 'one', at: '2026-11-24T23:00:00.000Z' },
        'bad',
        { id: 'a', text: 'one', at: '2026-11-24T23:00:00.000Z' },
        'bad',
      ]),
    );
    await cloud.run();
    expect(cloud.metrics).toEqual([
      {
        [METRIC.dataRuns]: 1,
        [METRIC.dataRunFailures]: 0,
        [METRIC.dataGateFailures]: 0,
        [METRIC.dataVersionsPublished]: 1,
        [METRIC.dataRows]: 4,
        [METRIC.dataQuarantined]: 2,
        [METRIC.dataDuplicates]: 1,
        [METRIC.dataBadShare]: 0.5,
        [METRIC.dataRunSeconds]: 5,
      },
    ]);
    cloud.time += 1000_000;
    await cloud.run();
    expect(cloud.metrics.at(-1)).toMatchObject({ [METRIC.dataRows]: 0 });
    expect(cloud.metrics.at(-1)?.[METRIC.dataBadShare]).toBeUndefined();
  });

  it('counts failures and gates apart', async () => {
    const failing = pipeline({ minimumRows: 9 });
    failing.deliver('in/1.jsonl', two);
    await failing.run();
    expect(failing.metrics[0]).toMatchObject({ [METRIC.dataRunFailures]: 0, [METRIC.dataGateFailures]: 1 });
    const crashing = pipeline();
    crashing.deliver('in/1.jsonl', two);
    crashing.hook = (write) => {
      if (write.includes('parts')) throw new Error('no answer');
    };
    await crashing.run();
    expect(crashing.metrics[0]).toMatchObject({ [METRIC.dataRunFailures]: 1, [METRIC.dataGateFailures]: 0 });
  });
});

describe('the newest event', () => {
  const at = (time: string) => linesOf([{ id: time, text: time, at: time }]);

  it('is none of the future: one row of it does not silence freshness for ever', async () => {
    const cloud = pipeline({ freshness: { column: 'at', maxAgeSeconds: 86_400 } });
    cloud.deliver('in/1.jsonl', `${at('2026-11-24T12:00:00.000Z')}\n${at('2062-01-01T00:00:00.000Z')}`);
    await cloud.run();
    const task = cloud.read<ShardTask>(DATASET_OBJECTS.shardList(lastRun(cloud)?.run ?? ''));
    expect(task.notAfter).toBe('2026-11-25T01:00:01.000Z');
    expect(cloud.latest?.newestEvent).toBe('2026-11-24T12:00:00.000Z');
  });

  it('of the future is not inherited', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', at('2026-11-24T12:00:00.000Z'));
    await cloud.run();
    const { version = '' } = cloud.latest ?? {};
    const newestEvent = '2062-01-01T00:00:00.000Z';
    cloud.latest = cloud.latest && { ...cloud.latest, newestEvent };
    const manifest = JSON.stringify({ ...cloud.manifest(), newestEvent });
    cloud.objects.set(DATASET_OBJECTS.manifest(version), Buffer.from(manifest));
    await cloud.run();
    cloud.deliver('in/2.jsonl', at('2026-11-23T12:00:00.000Z'));
    await cloud.run();
    expect(cloud.latest?.newestEvent).toBe('2026-11-23T12:00:00.000Z');
  });
});

describe('indexes', () => {
  it('are kept of the latest version and of the one before', async () => {
    const cloud = pipeline();
    const versions: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      cloud.deliver(`in/${id}.jsonl`, linesOf([{ id, text: id }]));
      await cloud.run();
      versions.push(cloud.latest?.version ?? '');
    }
    expect(new Set(cloud.keys('index/').map((key) => key.split('/')[1]))).toEqual(new Set(versions.slice(1)));
    expect(cloud.keys('index/')).toHaveLength(2 * 2 * 3);
  });
});

describe('the accounting', () => {
  const shards = { rows: 5, accepted: 4, quarantined: 1 };
  const matched = { partition: 0, rows: 4, kept: 2, duplicates: 1, conflicts: 1, fateOffsets: [] };
  const split = { partition: 0, rows: 4, published: 2, duplicates: 1, conflicts: 1, files: [] };
  const files = [{ digest: '', rows: 2, bytes: 1, side: 'train' as const }];

  it('holds where all count the same', () => {
    expect(unaccounted(shards, [matched], [{ ...split, files }])).toBeUndefined();
  });

  it.each([
    ['rows', { rows: 3 }, {}],
    ['kept', { kept: 1 }, {}],
    ['duplicates', { duplicates: 0 }, {}],
    ['conflicts', { conflicts: 0 }, {}],
    ['rows that were split', {}, { rows: 5 }],
    ['rows in files', {}, { files: [] }],
  ])('does not hold where the %s differ', (_, match, other) => {
    expect(unaccounted(shards, [{ ...matched, ...match }], [{ ...split, files, ...other }])).toMatch(/^of the rows/);
  });
});
