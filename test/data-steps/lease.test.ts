import { describe, expect, it } from 'vitest';
import { runIdOf } from '../../lambdas/data-steps/run-id';
import type { DatasetLease } from '../../protocol/dataset-catalogue';
import { Cloud } from './cloud';
import { checkLines, linesOf, mails } from './json-lines';
import { contentOf } from './versions';

const DAY = 86_400_000;

function pipeline(): Cloud {
  const cloud = new Cloud(mails(), checkLines);
  cloud.deliver('in/1.jsonl', linesOf([{ id: 'a', text: 'one' }]));
  return cloud;
}

function idsOf(cloud: Cloud): string[] {
  return Object.values(contentOf(cloud))
    .flat()
    .map((line) => JSON.parse(line).id)
    .sort();
}

describe('two executions at once', () => {
  const states = ['plan', 'check-data', 'merge', 'match-keys', 'split-data', 'judge', 'publish', 'event', 'end'];

  it.each(states)(
    'of which the second comes before %s: one works, the other leaves, nothing is missed',
    async (state) => {
      const cloud = pipeline();
      let second: Awaited<ReturnType<Cloud['run']>> | undefined;
      cloud.between = async (name) => {
        if (name !== state || second !== undefined) return;
        cloud.between = async () => {};
        cloud.deliver('in/2.jsonl', linesOf([{ id: 'b', text: 'two' }]));
        second = await cloud.run();
      };
      const first = await cloud.run();
      expect(first.status).toBe('SUCCEEDED');
      expect(second?.status).toBe('SUCCEEDED');
      expect(second?.answers.map(({ outcome }) => outcome)).toEqual(['left']);
      expect(first.answers.filter(({ outcome }) => outcome === 'again')).toHaveLength(1);
      expect(idsOf(cloud)).toEqual(['a', 'b']);
      expect(cloud.lease).toBeUndefined();
    },
  );

  it('of which the second comes when the first has just given the lease back both work', async () => {
    const cloud = pipeline();
    await cloud.run();
    cloud.deliver('in/2.jsonl', linesOf([{ id: 'b', text: 'two' }]));
    await cloud.run();
    expect(idsOf(cloud)).toEqual(['a', 'b']);
    expect(cloud.versions.size).toBe(2);
  });

  it('that both find it free give it to one', async () => {
    const cloud = pipeline();
    const ended = await Promise.all([cloud.run(), cloud.run()]);
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(ended.filter(({ answers }) => answers[0]?.outcome === 'left')).toHaveLength(1);
    expect(cloud.versions.size).toBe(1);
  });
});

describe('a lease that is there already', () => {
  const held = (changes: Partial<DatasetLease>): DatasetLease => ({
    holder: 'arn:aws:states:eu-west-1:0:execution:demo:0',
    run: '20261124T000000Z-00000000',
    round: 0,
    since: '2026-11-24T00:00:00.000Z',
    expiresAt: Date.UTC(2026, 10, 26),
    ...changes,
  });

  it('of an execution that runs is held, although it has run out', async () => {
    const cloud = pipeline();
    cloud.lease = held({ expiresAt: 0 });
    cloud.ends.set(cloud.lease.holder, 'running');
    const { answers } = await cloud.run();
    expect(answers.map(({ outcome, ending }) => [outcome, ending])).toEqual([['left', 'left']]);
    expect(cloud.lease?.again).toBe(true);
    expect(cloud.runs.size).toBe(0);
  });

  it('of an execution that nobody knows is held until it has run out', async () => {
    const cloud = pipeline();
    cloud.lease = held({});
    expect((await cloud.run()).answers[0]?.outcome).toBe('left');
    cloud.time += 2 * DAY;
    const { answers, status } = await cloud.run();
    expect(status).toBe('SUCCEEDED');
    expect(answers[0]).toMatchObject({ outcome: 'next', run: '20261124T000000Z-00000000' });
  });

  it('of the command line is held while it holds, and nobody asks Step Functions after it', async () => {
    const cloud = pipeline();
    cloud.lease = held({ holder: 'forget by ada', run: undefined });
    cloud.ends.set('forget by ada', 0);
    expect((await cloud.run()).answers[0]?.outcome).toBe('left');
    cloud.time += 2 * DAY;
    const { answers } = await cloud.run();
    expect(answers[0]?.outcome).toBe('next');
    expect(answers[0]?.run).not.toBe('20261124T000000Z-00000000');
  });

  it('of a run that has ended is taken, what the run left is removed, and another run begins', async () => {
    const cloud = pipeline();
    cloud.lease = held({});
    cloud.ends.set(cloud.lease.holder, 1);
    const run = '20261124T000000Z-00000000';
    cloud.runs.set(run, { dataset: 'mails', run, state: 'gate-failed', execution: 'x', startedAt: 'y' });
    cloud.objects.set(`runs/${run}/rows/00000-0.rows`, Buffer.from('rows'));
    cloud.objects.set(`runs/${run}/report.json`, Buffer.from('{}'));
    const { answers } = await cloud.run();
    expect(answers[0]?.run).not.toBe(run);
    expect(cloud.keys(`runs/${run}/`)).toEqual([`runs/${run}/report.json`]);
  });

  it.each(['plan', 'merge', 'judge', 'publish'])(
    'that another took over before %s ends what the first still does',
    async (step) => {
      const cloud = pipeline();
      let first = true;
      cloud.between = async (state) => {
        if (state !== step || !first) return;
        first = false;
        cloud.lease = held({ holder: 'forget by ada', run: undefined });
      };
      const { status, answers } = await cloud.run();
      expect(status).toBe('FAILED');
      expect(answers.at(-1)).toMatchObject({ outcome: 'failed', ending: 'failed' });
      const before: Record<string, string> = { plan: 'begun', merge: 'planned', judge: 'merged', publish: 'judged' };
      expect([...cloud.runs.values()].map(({ phase }) => phase)).toEqual([before[step]]);
      expect(cloud.versions.size).toBe(0);
      expect(cloud.lease?.holder).toBe('forget by ada');
    },
  );
});

describe('a run', () => {
  it('is named by when its execution began, its execution and its round, and by nothing else', () => {
    const name = runIdOf('2026-11-25T10:11:12.345Z', 'arn:1', 0);
    expect(name).toMatch(/^20261125T101112Z-[0-9a-f]{8}$/);
    expect(runIdOf('2026-11-25T10:11:12.345Z', 'arn:1', 0)).toBe(name);
    expect(runIdOf('2026-11-25T10:11:12.345Z', 'arn:1', 1)).not.toBe(name);
    expect(runIdOf('2026-11-25T10:11:12.345Z', 'arn:2', 0)).not.toBe(name);
  });
});
