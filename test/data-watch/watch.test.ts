import { describe, expect, it } from 'vitest';
import { DynamoWatchedCatalogue } from '../../lambdas/data-watch/io/catalogue';
import { type WatchedCatalogue, watch } from '../../lambdas/data-watch/watch';
import { METRIC } from '../../protocol/metrics';

const NOW = Date.parse('2026-11-25T12:00:00.000Z');

function seen(changes: Partial<WatchedCatalogue> = {}): WatchedCatalogue {
  return {
    latest: async () => ({ version: 'd-1', run: 'r', publishedAt: 'p', newestEvent: '2026-11-25T11:00:00.000Z' }),
    lastGoodEnd: async () => '2026-11-25T11:59:00.000Z',
    firstSeen: async () => '2026-11-25T11:50:00.000Z',
    ...changes,
  };
}

describe('a look at a pipeline', () => {
  it('says how old the newest event and the last good run are', async () => {
    expect(await watch(seen(), true, NOW)).toEqual({ [METRIC.dataRunAge]: 60, [METRIC.dataNewestEventAge]: 3600 });
  });

  it('says nothing of events where the schema does not know of any', async () => {
    expect(await watch(seen(), false, NOW)).toEqual({ [METRIC.dataRunAge]: 60 });
  });

  it('counts from when it first looked, until there has been a run and an event', async () => {
    const fresh = seen({ lastGoodEnd: async () => undefined, latest: async () => undefined });
    expect(await watch(fresh, true, NOW)).toEqual({ [METRIC.dataRunAge]: 600, [METRIC.dataNewestEventAge]: 600 });
    const first = { ...fresh, firstSeen: async (now: string) => now };
    expect(await watch(first, true, NOW)).toEqual({ [METRIC.dataRunAge]: 0, [METRIC.dataNewestEventAge]: 0 });
  });

  it('takes an event of the future for a young one', async () => {
    const latest = { version: 'd-1', run: 'r', publishedAt: 'p', newestEvent: '2027-01-01T00:00:00.000Z' };
    expect(await watch(seen({ latest: async () => latest }), true, NOW)).toMatchObject({
      [METRIC.dataNewestEventAge]: 0,
    });
  });
});

describe('the catalogue that is looked at', () => {
  const catalogueWith = (replies: Record<string, object[]>) => {
    const sent: { operation: string; input: Record<string, unknown> }[] = [];
    const send = async (command: {
      readonly input: Record<string, unknown>;
      readonly constructor: { readonly name: string };
    }) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      sent.push({ operation, input: command.input });
      return replies[operation]?.shift() ?? {};
    };
    return { catalogue: new DynamoWatchedCatalogue({ send } as never, 'table', 'mails'), sent };
  };
  const key = { pk: { S: 'DATASET#mails' }, sk: { S: 'WATCH' } };

  it('keeps when it was first looked at, once', async () => {
    const { catalogue, sent } = catalogueWith({ GetItem: [{}, { Item: { ...key, since: { S: 'before' } } }] });
    expect(await catalogue.firstSeen('now')).toBe('now');
    expect(await catalogue.firstSeen('later')).toBe('before');
    expect(sent.map(({ operation }) => operation)).toEqual(['GetItem', 'PutItem', 'GetItem']);
    expect(sent[1]?.input).toEqual({ TableName: 'table', Item: { ...key, since: { S: 'now' } } });
  });

  it('finds the last end of a good run, page by page, from the newest', async () => {
    const { catalogue, sent } = catalogueWith({
      Query: [
        { Items: [], LastEvaluatedKey: key },
        { Items: [{ endedAt: { S: '2026-11-25T10:00:00Z' } }, { endedAt: { S: '2026-11-25T10:05:00Z' } }] },
      ],
    });
    expect(await catalogue.lastGoodEnd()).toBe('2026-11-25T10:05:00Z');
    expect(await catalogue.lastGoodEnd()).toBeUndefined();
    expect(sent.map(({ input }) => input.ExclusiveStartKey)).toEqual([undefined, key, undefined]);
    expect(sent[0]?.input).toMatchObject({
      ScanIndexForward: false,
      FilterExpression: '#state IN (:published, :unchanged)',
      ExpressionAttributeValues: { ':published': { S: 'published' }, ':unchanged': { S: 'unchanged' } },
    });
  });

  it('knows the latest version', async () => {
    const { catalogue } = catalogueWith({ GetItem: [{ Item: { version: { S: 'd-1' } } }, {}] });
    expect(await catalogue.latest()).toMatchObject({ version: 'd-1' });
    expect(await catalogue.latest()).toBeUndefined();
  });
});
