import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { DATASET_OBJECTS, replayObject } from '../../../protocol/dataset-objects';
import { KEY, ROWS, RUN } from './ada';
import { MemoryStage } from './memory-stage';
import { publish, sourceOf } from './published';
import { slipwayData } from './slipway';

let stage: MemoryStage;
beforeEach(() => {
  stage = new MemoryStage();
});

const slipway = (...args: string[]) => slipwayData(stage, ['forget', 'pilot', ...args]);

describe('slipway data forget and source objects', () => {
  it('names objects that hold the value and that the next run reads: of failed runs, and what lies there new', async () => {
    publish(stage, ROWS, { sources: [sourceOf('in/1/a.csv')] });
    stage.objects.put(DATASET_OBJECTS.plan('failed'), JSON.stringify({ objects: [sourceOf('in/2/b.csv')] }));
    for (const key of ['inbox/in/1/a.csv', 'inbox/in/2/b.csv', 'inbox/in/3/new.csv', 'datasets/inbox/put.csv']) {
      stage.sourceBytes.set(key, Buffer.from(`id,person\n1,${KEY}\n`));
    }
    stage.sourceBytes.set('inbox/elsewhere/c.csv', Buffer.from(`id,person\n1,${KEY}\n`));
    stage.sourceBytes.set('inbox/in/3/other.csv', Buffer.from('id,person\n1,bob@example.com\n'));
    const { sources } = JSON.parse((await slipway('--key', KEY, '--json')).out);
    const notYet = ['s3://datasets/inbox/put.csv', 's3://inbox/in/2/b.csv', 's3://inbox/in/3/new.csv'];
    expect(sources).toMatchObject({
      notReadYet: notYet,
      holding: [notYet[0], 's3://inbox/in/1/a.csv', notYet[1], notYet[2]],
      searched: 5,
    });
    expect((await slipway('--key', KEY)).out).toContain('does not keep the next run from reading them');
    stage.sources.list = async () => Promise.reject(new Error('not for you'));
    const again = JSON.parse((await slipway('--key', KEY, '--json')).out).sources;
    expect(again.notSearched).toContainEqual({
      object: 's3://inbox/in/',
      reason: 'it could not be listed: Error: not for you',
    });
  });

  it('reads objects of sources and of replays row by row', async () => {
    const texts: Record<string, string> = {
      'escaped.jsonl': '{"id":"a\\u002B","person":"ada\\u0040example.com"}\n',
      'other.jsonl': `{"id":"${KEY}","person":"bob@example.com"}\n`,
      'other.csv': `id;person\n${KEY};bob@example.com\n`,
      'broken.csv': `id;person\n${KEY};"bob@example.com\n`,
      'quoted.csv': `"id"\t"person"\r\n"x\ny"\t"${KEY}"\r\n`,
      'headerless.csv': `a,${KEY}\nb,bob@example.com\n`,
      'long.jsonl': `{"id":"${'x'.repeat(1024 * 1024)}","person":"${KEY}"}\n`,
      'none.txt': `x${KEY}x`,
    };
    const names = Object.keys(texts);
    publish(stage, ROWS, { sources: names.map(sourceOf) });
    for (const name of names) stage.sourceBytes.set(`inbox/${name}`, Buffer.from(texts[name] ?? ''));
    const replays = ['escaped.jsonl', 'other.jsonl'].map((name, index) => {
      const key = replayObject(RUN, `${index}123456789abcdef`, { format: 'jsonl' });
      stage.objects.put(key, texts[name] ?? '');
      return key;
    });
    const { sources, replayed } = JSON.parse((await slipway('--key', KEY, '--yes', '--json')).out);
    const holding = ['broken.csv', 'escaped.jsonl', 'headerless.csv', 'long.jsonl', 'none.txt', 'quoted.csv'];
    expect(sources.holding).toEqual(holding.map((name) => `s3://inbox/${name}`));
    expect(replayed).toBe(1);
    expect((await stage.objects.list(DATASET_OBJECTS.replay)).map(({ key }) => key)).toEqual(replays.slice(1));
  });

  it('searches source objects, packed ones too, and says which it could not', async () => {
    publish(stage, ROWS, {
      sources: [sourceOf('a.csv.gz'), sourceOf('b.jsonl'), sourceOf('c.parquet'), sourceOf('d.csv'), sourceOf('e.gz')],
    });
    stage.sourceBytes.set('inbox/a.csv.gz', gzipSync(Buffer.from(`id,${KEY}`)));
    stage.sourceBytes.set('inbox/b.jsonl', Buffer.from('{"person":"bob@example.com"}'));
    stage.sourceBytes.set('inbox/e.gz', Buffer.from('no gzip'));
    const { sources } = JSON.parse((await slipway('--key', KEY, '--json')).out);
    expect(sources.holding).toEqual(['s3://inbox/a.csv.gz']);
    expect(sources.notSearched.map(({ object }: { object: string }) => object)).toEqual([
      's3://inbox/c.parquet',
      's3://inbox/e.gz',
    ]);
    expect(sources.searched).toBe(3);
  });
});
