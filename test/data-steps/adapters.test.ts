import { describe, expect, it, vi } from 'vitest';
import { getAll, putAll } from '../../lambdas/data-steps/io/batches';
import { StepBucket } from '../../lambdas/data-steps/io/bucket';
import { DynamoCatalogue } from '../../lambdas/data-steps/io/catalogue';
import { S3Sources } from '../../lambdas/data-steps/io/sources';
import { DatasetBucket } from '../../lambdas/shared/clients/dataset-bucket';
import type { DatasetVersionItem } from '../../protocol/dataset-catalogue';

interface Sent {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

type Reply = object | Error;

/** An SDK client that keeps what it is sent, and answers by the operation; several answers are given one after the other. */
function clientOf(replies: Record<string, Reply | Reply[]> = {}) {
  const sent: Sent[] = [];
  const send = async (command: {
    readonly input: Record<string, unknown>;
    readonly constructor: { readonly name: string };
  }) => {
    const operation = command.constructor.name.replace(/Command$/, '');
    sent.push({ operation, input: command.input });
    const all = replies[operation] ?? {};
    const reply = Array.isArray(all) ? (all.shift() ?? {}) : all;
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { client: { send } as never, sent };
}

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const refused = named('ConditionalCheckFailedException');

describe('the catalogue', () => {
  const catalogueWith = (replies: Record<string, Reply | Reply[]> = {}) => {
    const { client, sent } = clientOf(replies);
    return { catalogue: new DynamoCatalogue(client, 'table', 'mails'), sent };
  };
  const lease = { holder: 'arn:1', run: 'run', round: 0, since: 's', expiresAt: 7 };
  const item = {
    holder: { S: 'arn:1' },
    run: { S: 'run' },
    round: { N: '0' },
    since: { S: 's' },
    expiresAt: { N: '7' },
  };

  it('reads the lease; one without a holder is none', async () => {
    const pk = { pk: { S: 'DATASET#mails' }, sk: { S: 'LEASE' } };
    const { catalogue, sent } = catalogueWith({ GetItem: [{ Item: { ...item, ...pk } }, { Item: pk }, {}] });
    expect(await catalogue.lease()).toEqual(lease);
    expect(await catalogue.lease()).toBeUndefined();
    expect(await catalogue.lease()).toBeUndefined();
    expect(sent[0]?.input).toEqual({ TableName: 'table', Key: pk, ConsistentRead: true });
  });

  it.each([
    [undefined, 'attribute_not_exists(holder)'],
    [lease, 'holder = :seen AND expiresAt = :until AND attribute_not_exists(again)'],
    [{ ...lease, again: true }, 'holder = :seen AND expiresAt = :until AND again = :yes'],
  ])('takes the lease only as it was seen (%#)', async (seen, condition) => {
    const { catalogue, sent } = catalogueWith({ PutItem: [{}, refused] });
    expect(await catalogue.take(lease, seen)).toBe(true);
    expect(await catalogue.take(lease, seen)).toBe(false);
    expect(sent[0]?.input).toMatchObject({ Item: item, ConditionExpression: condition });
  });

  it('renews, asks and releases only for the holder', async () => {
    const { catalogue, sent } = catalogueWith({ UpdateItem: [{}, {}, refused], DeleteItem: [{}, {}, refused] });
    expect(await catalogue.renew('arn:1', 'run', 9)).toBe(true);
    expect(await catalogue.askAgain('arn:1')).toBe(true);
    expect(await catalogue.askAgain('arn:1')).toBe(false);
    expect(await catalogue.release('arn:1', true)).toBe(true);
    expect(await catalogue.release('arn:1', false)).toBe(true);
    expect(await catalogue.release('arn:1', false)).toBe(false);
    expect(sent.map(({ input }) => input.ConditionExpression)).toEqual([
      'holder = :holder AND #run = :run',
      'holder = :holder',
      'holder = :holder',
      'holder = :holder AND attribute_not_exists(again)',
      'holder = :holder',
      'holder = :holder',
    ]);
  });

  it('adds a run once, and changes what is said of it', async () => {
    const { catalogue, sent } = catalogueWith({ PutItem: refused });
    await catalogue.addRun({ dataset: 'mails', run: 'r', state: 'running', execution: 'e', startedAt: 's' });
    expect(sent[0]?.input).toMatchObject({
      Item: { pk: { S: 'DATASET#mails' }, sk: { S: 'RUN#r' }, state: { S: 'running' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await catalogue.changeRun('r', { phase: 'merged', counts: undefined, lost: 0 });
    expect(sent[1]?.input).toMatchObject({
      Key: { sk: { S: 'RUN#r' } },
      UpdateExpression: 'SET #0 = :0, #1 = :1',
      ExpressionAttributeNames: { '#0': 'phase', '#1': 'lost' },
      ExpressionAttributeValues: { ':0': { S: 'merged' }, ':1': { N: '0' } },
    });
  });

  const version: DatasetVersionItem = {
    dataset: 'mails',
    version: 'd-2',
    contentHash: 'c',
    schemaHash: 's',
    parent: 'd-1',
    run: 'r',
    rows: { train: 1, holdout: 0 },
    counts: { rows: 1, published: 1, quarantined: 0, duplicates: 0 },
    manifest: { bucket: 'b', key: 'k' },
    codeVersion: '1',
    publishedAt: 'now',
  };

  it.each([
    ['d-1', { ConditionExpression: '#version = :parent', ExpressionAttributeValues: { ':parent': { S: 'd-1' } } }],
    [null, { ConditionExpression: 'attribute_not_exists(pk)' }],
  ])('commits a version from parent %s in one transaction with lease, latest and run', async (parent, condition) => {
    const { catalogue, sent } = catalogueWith();
    expect(await catalogue.commit('arn:1', { ...version, parent })).toBe('done');
    const items = (sent[0]?.input.TransactItems ?? []) as Record<string, Record<string, unknown>>[];
    expect(items).toMatchObject([
      { ConditionCheck: { Key: { sk: { S: 'LEASE' } }, ConditionExpression: 'holder = :holder AND #run = :run' } },
      { Put: { Item: { sk: { S: 'VERSION#d-2' } }, ConditionExpression: 'attribute_not_exists(pk)' } },
      { Put: { Item: { sk: { S: 'LATEST' }, version: { S: 'd-2' } }, ...condition } },
      { Update: { Key: { sk: { S: 'RUN#r' } }, UpdateExpression: 'SET phase = :committed, #version = :version' } },
    ]);
  });

  it.each([
    [['ConditionalCheckFailed', 'None', 'ConditionalCheckFailed', 'None'], 'lost'],
    [['None', 'ConditionalCheckFailed', 'None', 'None'], 'moved'],
    [['None', 'None', 'ConditionalCheckFailed', 'None'], 'moved'],
  ])('tells from the reasons %j that the commit is %s', async (codes, outcome) => {
    const cancelled = named('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
    expect(await catalogueWith({ TransactWriteItems: cancelled }).catalogue.commit('arn:1', version)).toBe(outcome);
  });

  it.each([
    named('TransactionCanceledException', { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }] }),
    named('AccessDenied'),
  ])('fails where the commit failed for another reason (%#)', async (error) => {
    await expect(catalogueWith({ TransactWriteItems: error }).catalogue.commit('arn:1', version)).rejects.toBe(error);
  });

  it('finds by bucket, key and ETag what was taken, and marks it so', async () => {
    const object = { bucket: 'mail', key: 'a', etag: '"e"', bytes: 1, versionId: 'v' };
    const key = { pk: { S: 'SOURCES#mails' }, sk: { S: 'mail/a#"e"' } };
    const { catalogue, sent } = catalogueWith({ BatchGetItem: { Responses: { table: [key] } } });
    expect(await catalogue.taken([object, object])).toEqual(new Set(['mail/a#"e"']));
    expect(sent[0]?.input).toEqual({ RequestItems: { table: { Keys: [key], ConsistentRead: true } } });
    await catalogue.markTaken([{ ...object, run: 'r', takenAt: 'now' }]);
    expect(sent[1]?.input).toMatchObject({
      RequestItems: { table: [{ PutRequest: { Item: { ...key, versionId: { S: 'v' }, run: { S: 'r' } } } }] },
    });
    expect(await catalogueWith().catalogue.taken([])).toEqual(new Set());
  });
});

describe('batches of items', () => {
  const items = Array.from({ length: 230 }, (_, index) => ({ pk: { N: String(index) } }));

  it('are read a hundred at a time, and asked for again where they were left out', async () => {
    const { client, sent } = clientOf({
      BatchGetItem: [{ Responses: { t: items.slice(0, 98) }, UnprocessedKeys: { t: { Keys: items.slice(98, 100) } } }],
    });
    const found = [];
    for await (const page of getAll(client, 't', items)) found.push(...page);
    expect(found).toHaveLength(98);
    const sizes = sent.map(
      ({ input }) => (input as { RequestItems: { t: { Keys: unknown[] } } }).RequestItems.t.Keys.length,
    );
    expect(sizes).toEqual([100, 2, 100, 30]);
  });

  it('are written twenty-five at a time, and sent again where they were left out', async () => {
    const left = items.slice(3, 5).map((Item) => ({ PutRequest: { Item } }));
    const { client, sent } = clientOf({ BatchWriteItem: [{ UnprocessedItems: { t: left } }] });
    await putAll(client, 't', items.slice(0, 30));
    const sizes = sent.map(({ input }) => (input as { RequestItems: { t: unknown[] } }).RequestItems.t.length);
    expect(sizes).toEqual([25, 2, 5]);
    expect(sent[1]?.input).toEqual({ RequestItems: { t: left } });
  });

  it('that are left out again and again fail', async () => {
    const send = async () => ({ UnprocessedItems: { t: [{ PutRequest: { Item: items[0] } }] } });
    await expect(putAll({ send } as never, 't', items.slice(0, 1))).rejects.toThrow('left 1 items unprocessed 8 times');
  });
});

describe('the dataset bucket', () => {
  const bucketWith = (replies: Record<string, Reply | Reply[]> = {}, lockDays?: number) => {
    const { client, sent } = clientOf(replies);
    return { bucket: new StepBucket('b', client, new DatasetBucket('b', client), lockDays), sent };
  };
  const body = (text: string) => ({ Body: { transformToByteArray: async () => Buffer.from(text) } });

  it('reads whole objects and ranges, and nothing for a range of nothing', async () => {
    const { bucket, sent } = bucketWith({ GetObject: [body('abc'), body('bc'), named('NoSuchKey')] });
    expect(String(await bucket.get('k'))).toBe('abc');
    expect(String(await bucket.get('k', { from: 1, to: 3 }))).toBe('bc');
    expect(await bucket.get('k')).toBeUndefined();
    expect(await bucket.get('k', { from: 3, to: 3 })).toEqual(Buffer.alloc(0));
    expect(sent.map(({ input }) => input.Range)).toEqual([undefined, 'bytes=1-2', undefined]);
  });

  it('refuses fewer bytes than were asked for, and passes on what is refused', async () => {
    const { bucket } = bucketWith({ GetObject: [body('b'), named('AccessDenied'), {}] });
    await expect(bucket.get('k', { from: 1, to: 3 })).rejects.toThrow('S3 answered 1 bytes of object k for 1 to 3');
    await expect(bucket.get('k')).rejects.toThrow('AccessDenied');
    await expect(bucket.get('k')).rejects.toThrow('without its bytes');
  });

  it('creates what is not there yet, and leaves what is there', async () => {
    const there = [named('PreconditionFailed'), named('ConditionalRequestConflict')];
    const { bucket, sent } = bucketWith({ PutObject: [{}, ...there, named('AccessDenied')], CopyObject: [...there] });
    const create = () => bucket.create('manifests/d-1.json', Buffer.from('{}'), 'application/json');
    expect([await create(), await create(), await create()]).toEqual([true, false, false]);
    await expect(create()).rejects.toThrow('AccessDenied');
    await bucket.copyNew('runs/a', 'shards/a');
    await bucket.copyNew('runs/a', 'shards/a');
    expect(sent.map(({ input }) => input.IfNoneMatch)).toEqual(['*', '*', '*', '*', '*', '*']);
  });

  it('copies without tags, and escapes the name', async () => {
    const { bucket, sent } = bucketWith();
    await bucket.copy('runs/a b/ü', 'shards/x');
    expect(sent[0]?.input).toEqual({
      Bucket: 'b',
      Key: 'shards/x',
      CopySource: 'b/runs/a%20b/%C3%BC',
      TaggingDirective: 'REPLACE',
    });
  });

  it('locks shards and manifests for the days that it is given, and nothing of a run', async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 25) });
    const { bucket, sent } = bucketWith({}, 30);
    await bucket.copy('runs/r/out/x', 'shards/x');
    await bucket.put('manifests/v.json', Buffer.from(''), 'application/json');
    for (const prefix of ['runs', 'quarantine', 'inbox', 'replay', 'index']) {
      await bucket.copy('runs/r/out/x', `${prefix}/x`);
      await bucket.put(`${prefix}/x`, Buffer.from(''), 'application/json');
    }
    vi.useRealTimers();
    const locks = sent.map(({ input }) => [input.ObjectLockMode, input.ObjectLockRetainUntilDate]);
    const until = new Date(Date.UTC(2026, 11, 25));
    expect(locks.slice(0, 2)).toEqual([
      ['GOVERNANCE', until],
      ['GOVERNANCE', until],
    ]);
    for (const lock of locks.slice(2)) expect(lock).toEqual([undefined, undefined]);
  });

  it('tags the versions of its own inbox and replays that were taken, and nothing of other buckets or that is gone', async () => {
    const { bucket, sent } = bucketWith({ PutObjectTagging: [{}, named('NoSuchVersion'), named('AccessDenied')] });
    const object = { bucket: 'b', key: 'inbox/a', etag: '"e"', bytes: 1, versionId: 'v' };
    await bucket.tagTaken([
      object,
      { ...object, bucket: 'mail' },
      { ...object, key: 'daily/a' },
      { ...object, versionId: undefined },
      { ...object, key: 'replay/a' },
    ]);
    expect(sent.map(({ input }) => input.Key)).toEqual(['inbox/a', 'replay/a']);
    expect(sent[0]?.input).toEqual({
      Bucket: 'b',
      Key: 'inbox/a',
      VersionId: 'v',
      Tagging: { TagSet: [{ Key: 'slipway', Value: 'taken' }] },
    });
    await expect(bucket.tagTaken([object])).rejects.toThrow('AccessDenied');
  });

  it('knows what is there', async () => {
    const { bucket } = bucketWith({ HeadObject: [{}, named('NotFound'), named('Forbidden')] });
    expect(await bucket.exists('k')).toBe(true);
    expect(await bucket.exists('k')).toBe(false);
    await expect(bucket.exists('k')).rejects.toThrow('Forbidden');
  });

  it('lists page by page', async () => {
    const { bucket, sent } = bucketWith({
      ListObjectsV2: [
        { Contents: [{ Key: 'a' }], IsTruncated: true, NextContinuationToken: 't' },
        { Contents: [{ Key: 'b' }] },
      ],
    });
    const pages = [];
    for await (const page of bucket.list('p/')) pages.push(page);
    expect(pages).toEqual([['a'], ['b']]);
    expect(sent.map(({ input }) => input.ContinuationToken)).toEqual([undefined, 't']);
  });

  it('removes a thousand at a time, and says what was refused', async () => {
    const { bucket, sent } = bucketWith({ DeleteObjects: [{}, { Errors: [{ Key: 'k', Code: 'AccessDenied' }] }] });
    await expect(bucket.remove(Array.from({ length: 1500 }, (_, key) => String(key)))).rejects.toThrow(
      '1 objects could not be deleted, the first with AccessDenied',
    );
    expect(sent.map(({ input }) => (input.Delete as { Objects: unknown[] }).Objects.length)).toEqual([1000, 500]);
    await bucket.remove([]);
    expect(sent).toHaveLength(2);
  });
});

const NOWHERE = {
  open: async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('bytes');
  },
};

describe('source buckets', () => {
  it('give the bytes of what was pinned', async () => {
    const { client } = clientOf();
    const chunks = [];
    const object = { bucket: 'mail', key: 'a', etag: '"1"', bytes: 5 };
    for await (const chunk of new S3Sources(client, NOWHERE).open(object)) chunks.push(String(chunk));
    expect(chunks).toEqual(['bytes']);
  });

  it('are listed page by page, with what is archived', async () => {
    const { client, sent } = clientOf({
      ListObjectsV2: [
        { Contents: [{ Key: 'a', ETag: '"1"', Size: 5 }], IsTruncated: true, NextContinuationToken: 't' },
        { Contents: [{ Key: 'b', ETag: '"2"', Size: 6, StorageClass: 'DEEP_ARCHIVE' }] },
      ],
    });
    const found = [];
    for await (const page of new S3Sources(client, NOWHERE).list('mail', 'in/')) found.push(...page);
    expect(found).toEqual([
      { key: 'a', etag: '"1"', bytes: 5, archived: false },
      { key: 'b', etag: '"2"', bytes: 6, archived: true },
    ]);
    expect(sent[1]?.input).toEqual({ Bucket: 'mail', Prefix: 'in/', ContinuationToken: 't' });
  });

  it('pin an object by its version where they keep versions, and by its ETag always', async () => {
    const { client } = clientOf({
      HeadObject: [
        { ETag: '"1"', ContentLength: 5, VersionId: 'v' },
        { ETag: '"1"', ContentLength: 5, VersionId: 'null' },
        named('NotFound'),
        named('Forbidden'),
        {},
      ],
    });
    const sources = new S3Sources(client, NOWHERE);
    expect(await sources.pin('mail', 'a')).toEqual({ bucket: 'mail', key: 'a', versionId: 'v', etag: '"1"', bytes: 5 });
    expect(await sources.pin('mail', 'a')).toEqual({ bucket: 'mail', key: 'a', etag: '"1"', bytes: 5 });
    expect(await sources.pin('mail', 'a')).toBeUndefined();
    await expect(sources.pin('mail', 'a')).rejects.toThrow('Forbidden');
    await expect(sources.pin('mail', 'a')).rejects.toThrow('without its ETag or size');
  });
});
