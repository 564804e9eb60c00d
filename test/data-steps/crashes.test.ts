import { describe, expect, it } from 'vitest';
import { Cloud, Killed } from './cloud';
import { checkLines, linesOf, mails } from './json-lines';
import { contentOf, expectAccounted } from './versions';

const first = linesOf([
  { id: 'a', text: 'buy now', label: 'spam', at: '2026-11-20T00:00:00.000Z' },
  { id: 'b', text: 'hello', label: 'ham' },
  'bad',
  { id: 'c', text: 'buy now', label: 'spam' },
  { id: 'a', text: 'changed', label: 'ham' },
  { id: 'b', text: 'hello', label: 'ham' },
]);
const second = linesOf([
  { id: 'c', text: 'buy now', label: 'spam' },
  { id: 'd', text: 'meet me', label: 'ham' },
  'bad',
  { id: 'b', text: 'other', label: 'ham' },
]);

/** A pipeline that has published once, and has something new to read. */
async function waiting(): Promise<Cloud> {
  const cloud = new Cloud(mails(), checkLines);
  cloud.deliver('in/1.jsonl', first);
  await cloud.run();
  cloud.deliver('in/2.jsonl', second);
  return cloud;
}

async function undisturbed() {
  const cloud = await waiting();
  let writes = 0;
  cloud.hook = (_, when) => {
    if (when === 'before') writes += 1;
  };
  await cloud.run();
  cloud.hook = () => {};
  return { cloud, writes };
}

function expectAsUndisturbed(cloud: Cloud, wanted: Cloud, where: string): void {
  expect(cloud.latest?.version, where).toBe(wanted.latest?.version);
  expect([...cloud.versions.keys()], where).toEqual([...wanted.versions.keys()]);
  expect(contentOf(cloud), where).toEqual(contentOf(wanted));
  expect([...cloud.taken.keys()].sort(), where).toEqual([...wanted.taken.keys()].sort());
  expect(new Set(cloud.events.map(({ version }) => version)), where).toEqual(new Set(cloud.versions.keys()));
  expect(cloud.lease, where).toBeUndefined();
  expect(cloud.keys('shards/'), where).toEqual(wanted.keys('shards/'));
  for (const run of cloud.runs.values()) {
    expect(cloud.keys(`runs/${run.run}/rows/`), where).toEqual([]);
    expect(cloud.keys(`runs/${run.run}/out/`), where).toEqual([]);
  }
  expectAccounted(cloud, where);
}

describe('a pipeline that is killed', () => {
  it.each(['before', 'after'] as const)('%s any write, and run again, has published once', async (moment) => {
    const { cloud: wanted, writes } = await undisturbed();
    expect(writes).toBeGreaterThan(40);
    for (let nth = 1; nth <= writes; nth += 1) {
      const cloud = await waiting();
      let count = 0;
      let where = '';
      cloud.hook = (write, when) => {
        if (when === 'before') count += 1;
        where = `${moment} write ${nth}, ${write}`;
        if (count === nth && when === moment) throw new Killed();
      };
      expect((await cloud.run()).status, where).toBe('KILLED');
      cloud.hook = () => {};
      expect((await cloud.run()).status, where).toBe('SUCCEEDED');
      expectAsUndisturbed(cloud, wanted, where);
    }
  });

  it('is a run of the execution that took it up, for whoever follows that one', async () => {
    const cloud = await waiting();
    let count = 0;
    cloud.hook = (_, when) => {
      if (when === 'before') count += 1;
      if (count === 10 && when === 'before') throw new Killed();
    };
    await cloud.run();
    cloud.hook = () => {};
    await cloud.run();
    // The first execution published once, the second was killed.
    expect([...cloud.runs.values()].map(({ execution }) => execution.split(':').at(-1))).toEqual(['1', '3', '3']);
  });

  it('before any write, and run again when more has arrived, takes both and misses nothing', async () => {
    const { writes } = await undisturbed();
    for (let nth = 1; nth <= writes; nth += 1) {
      const cloud = await waiting();
      let count = 0;
      cloud.hook = (_, when) => {
        if (when === 'before') count += 1;
        if (count === nth && when === 'before') throw new Killed();
      };
      await cloud.run();
      cloud.hook = () => {};
      cloud.deliver('in/3.jsonl', linesOf([{ id: 'e', text: 'late' }]));
      await cloud.run();
      const rows = Object.values(contentOf(cloud)).flat();
      expect(rows.map((line) => JSON.parse(line).id).sort(), `write ${nth}`).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(cloud.taken.size, `write ${nth}`).toBe(3);
      expectAccounted(cloud, `write ${nth}`);
    }
  });

  it('twice, at any write of a run and at any of the run that takes it up, has published once', async () => {
    const { cloud: wanted, writes } = await undisturbed();
    for (let nth = 3; nth <= writes; nth += 4) {
      for (let next = 1; next <= writes; next += 7) {
        const cloud = await waiting();
        for (const at of [nth, next]) {
          let count = 0;
          cloud.hook = (_, when) => {
            if (when === 'before') count += 1;
            if (count === at && when === 'before') throw new Killed();
          };
          await cloud.run();
        }
        cloud.hook = () => {};
        await cloud.run();
        expectAsUndisturbed(cloud, wanted, `writes ${nth} and ${next}`);
      }
    }
  });
});

describe('a step that fails', () => {
  it.each(['before', 'after'] as const)('%s any write leaves evidence, and the next run publishes', async (moment) => {
    const { cloud: wanted, writes } = await undisturbed();
    for (let nth = 1; nth <= writes; nth += 1) {
      const cloud = await waiting();
      let count = 0;
      let where = '';
      cloud.hook = (write, when) => {
        if (when === 'before') count += 1;
        where = `${moment} write ${nth}, ${write}`;
        if (count === nth && when === moment) throw new Error('a network without answers');
      };
      const ended = await cloud.run().catch((error: Error) => error);
      cloud.hook = () => {};
      const failed = [...cloud.runs.values()].find(({ state }) => state === 'failed');
      if (!(ended instanceof Error)) {
        expect(ended.status, where).toBe('FAILED');
        if (failed !== undefined) expect(failed.error, where).toMatch(/a step failed with States.TaskFailed after/);
      }
      expect((await cloud.run()).status, where).toBe('SUCCEEDED');
      expectAsUndisturbed(cloud, wanted, where);
    }
  });
});
