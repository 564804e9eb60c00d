import { describe, expect, it } from 'vitest';
import { runStep } from '../../lambdas/data-steps/steps';
import { RUN_KEYS } from '../../lambdas/shared/dataset/run-keys';
import { DATA_STEP } from '../../protocol/data-pipeline';
import type { DatasetManifest } from '../../protocol/dataset';
import { METRIC } from '../../protocol/metrics';
import { Killed } from './cloud';
import { linesOf } from './json-lines';
import { lastRun, pipeline, two } from './small-pipeline';

describe('a run whose version is the latest, and that was cut off then', () => {
  it('is finished, although nothing that its steps handed to each other is there any more', async () => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    cloud.hook = (write) => {
      if (write === 'markTaken') throw new Killed();
    };
    await cloud.run();
    cloud.hook = () => {};
    for (const key of cloud.keys('runs/')) cloud.objects.delete(key);
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect(cloud.events).toHaveLength(1);
    expect(cloud.taken.size).toBe(1);
    expect([...cloud.runs.values()].map(({ state }) => state)).toEqual(['published', 'unchanged']);
  });
});

describe('a run that was planned, and whose plan is gone', () => {
  it.each(['merged', 'judged', 'manifests'])('is ended, and another begins (cut off at %s)', async (at) => {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    cloud.hook = (write) => {
      if (write.includes(at)) throw new Killed();
    };
    await cloud.run();
    cloud.hook = () => {};
    for (const key of cloud.keys('runs/')) cloud.objects.delete(key);
    expect((await cloud.run()).status).toBe('SUCCEEDED');
    expect([...cloud.runs.values()].map(({ state, error }) => [state, error])).toEqual([
      ['failed', 'what its steps had handed to each other was gone when it was taken up; another run began'],
      ['published', undefined],
    ]);
  });
});

describe('a manifest', () => {
  /** The state after a run that failed when its manifest was there, and before it was the latest. */
  async function failedOnce() {
    const cloud = pipeline();
    cloud.deliver('in/1.jsonl', two);
    cloud.hook = (write) => {
      if (write === 'commit') throw new Error('no answer');
    };
    await cloud.run();
    cloud.hook = () => {};
    return cloud;
  }

  it('of a run that never published is replaced by that of the run which does', async () => {
    const cloud = await failedOnce();
    const [left = ''] = cloud.keys('manifests/');
    expect(cloud.read<DatasetManifest>(left).run).toBe(lastRun(cloud)?.run);
    cloud.deliver('in/2.jsonl', `${two}\n`);
    await cloud.run();
    expect(cloud.keys('manifests/')).toEqual([left]);
    expect(cloud.manifest()).toMatchObject({ run: lastRun(cloud)?.run, sources: [{}, {}] });
  });

  it('of a published version is not overwritten by a run that comes late', async () => {
    const cloud = await failedOnce();
    const late = cloud.world();
    const [lateRun] = [...cloud.runs.values()];
    const execution = lateRun?.execution ?? '';
    // Its lease is taken over only when it is past the first look at it.
    let passed = false;
    const world = {
      ...late,
      catalogue: {
        ...late.catalogue,
        renew: async () => {
          const holds = !passed;
          passed = true;
          return holds;
        },
      },
    };
    await cloud.run();
    const published = JSON.stringify(cloud.manifest());
    const first = [...cloud.runs.values()][0]?.run ?? '';
    const judged = {
      counts: { rows: 2, published: 2, quarantined: 0, duplicates: 0 },
      gate: { passed: true, checks: [] },
    };
    const files = cloud.manifest().shards;
    const put = (key: string, value: unknown) => cloud.objects.set(key, Buffer.from(JSON.stringify(value)));
    put(RUN_KEYS.judged(first), { ...judged, files });
    for (let partition = 0; partition < 3; partition += 1) {
      cloud.objects.set(RUN_KEYS.keyIndex(first, partition), Buffer.from('late'));
      cloud.objects.set(RUN_KEYS.groupIndex(first, partition), Buffer.from('late'));
    }
    const call = { step: DATA_STEP.publish, execution, startedAt: '2026-11-25T00:00:00.000Z' };
    const late2 = runStep(world, { ...call, run: { run: first, outcome: 'next' } });
    await expect(late2).rejects.toThrow('lost the lease');
    expect(JSON.stringify(cloud.manifest())).toBe(published);
  });
});

describe('a run that is taken up days later', () => {
  it('is judged and measured by when it was taken up', async () => {
    const cloud = pipeline({ freshness: { column: 'at', maxAgeSeconds: 86_400 } });
    cloud.deliver('in/1.jsonl', linesOf([{ id: 'a', text: 'one', at: '2026-11-24T23:00:00.000Z' }]));
    cloud.hook = (write) => {
      if (write.includes('merged')) throw new Killed();
    };
    await cloud.run();
    cloud.hook = () => {};
    cloud.time += 3 * 86_400_000;
    expect((await cloud.run()).status).toBe('FAILED');
    expect([...cloud.runs.values()][0]).toMatchObject({
      state: 'gate-failed',
      startedAt: '2026-11-25T00:00:01.000Z',
      resumedAt: expect.stringMatching(/^2026-11-28/),
    });
    expect(cloud.metrics[0]?.[METRIC.dataRunSeconds]).toBe(4);
  });
});
