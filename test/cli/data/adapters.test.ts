import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { dataStageOf } from '../../../cli/data/io/connect';
import { DynamoCatalogue } from '../../../cli/data/io/dynamo-catalogue';
import { DynamoRecords } from '../../../cli/data/io/dynamo-records';
import { S3Objects, S3Sources } from '../../../cli/data/io/s3-objects';
import type { DatasetLease, DatasetRun, DatasetVersionItem } from '../../../protocol/dataset-catalogue';
import { MemoryStage } from './memory-stage';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

interface Request {
  readonly method: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A client's handler that gives these answers one after the other, and the requests that it got. */
function answering(...answers: readonly [number, string][]) {
  const requests: Request[] = [];
  const handle = async ({
    method,
    query,
    headers,
    body,
  }: {
    method: string;
    query: Request['query'];
    headers: Request['headers'];
    body?: Uint8Array | string;
  }) => {
    const [statusCode, text] = answers[requests.length] ?? [500, ''];
    requests.push({ method, query, headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) });
    const type = text.startsWith('<') ? 'application/xml' : 'application/x-amz-json-1.0';
    return { response: { statusCode, headers: { 'content-type': type }, body: Buffer.from(text) } };
  };
  return { requests, requestHandler: { handle } };
}

function catalogueOf(...answers: readonly [number, object][]) {
  const { requests, requestHandler } = answering(
    ...answers.map(([code, answer]) => [code, JSON.stringify(answer)] as [number, string]),
  );
  const client = new DynamoDBClient({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler });
  const catalogue = new DynamoCatalogue({ client, table: 'catalogue', dataset: 'demo' });
  return { catalogue, client, bodies: () => requests.map(({ body }) => JSON.parse(body)) };
}

const TYPE = 'com.amazonaws.dynamodb.v20120810#';
const REFUSED: [number, object] = [400, { __type: `${TYPE}ConditionalCheckFailedException`, message: 'no' }];
const ITEM = { version: 'd-2', run: 'r', publishedAt: 't' } as DatasetVersionItem;
const RUN = { run: 'r', state: 'published' } as DatasetRun;
const LEASE: DatasetLease = { holder: 'me', round: 0, since: 't', expiresAt: 5 };

function cancelled(...codes: string[]): [number, object] {
  return [400, { __type: `${TYPE}TransactionCanceledException`, CancellationReasons: codes.map((Code) => ({ Code })) }];
}

describe('the catalogue in DynamoDB', () => {
  it('publishes in one transaction, while the lease is held and the parent is the latest', async () => {
    const { catalogue, bodies } = catalogueOf([200, {}], [200, {}]);
    expect(await catalogue.commit(ITEM, RUN, 'd-1', 'me')).toBe('done');
    const [, { TransactItems: items }] = bodies();
    expect(items).toMatchObject([
      { ConditionCheck: { Key: { sk: { S: 'LEASE' } }, ExpressionAttributeValues: { ':holder': { S: 'me' } } } },
      {
        Put: {
          Item: { sk: { S: 'LATEST' }, version: { S: 'd-2' } },
          ExpressionAttributeValues: { ':parent': { S: 'd-1' } },
        },
      },
      { Put: { Item: { pk: { S: 'DATASET#demo' }, sk: { S: 'RUN#r' } } } },
      { Put: { Item: { sk: { S: 'VERSION#d-2' } } } },
    ]);
  });

  it('leaves a version that is there as it is', async () => {
    const { catalogue, bodies } = catalogueOf([200, { Item: { version: { S: 'd-2' } } }], [200, {}]);
    expect(await catalogue.commit(ITEM, RUN, 'd-1', 'me')).toBe('done');
    expect(bodies()[1].TransactItems.length).toBe(3);
  });

  it.each([
    ['lost', ['ConditionalCheckFailed', 'None', 'None', 'None']],
    ['moved', ['None', 'ConditionalCheckFailed', 'None', 'None']],
  ] as const)('says that the lease or the latest version is another: %s', async (outcome, codes) => {
    const { catalogue } = catalogueOf([200, {}], cancelled(...codes));
    expect(await catalogue.commit(ITEM, RUN, 'd-1', 'me')).toBe(outcome);
  });

  it('passes on a transaction that was cancelled for another reason', async () => {
    const { catalogue } = catalogueOf([200, {}], cancelled('None', 'TransactionConflict', 'None', 'None'));
    await expect(catalogue.commit(ITEM, RUN, 'd-1', 'me')).rejects.toThrow();
  });

  it('takes a lease only as it was seen', async () => {
    const seen = { ...LEASE, holder: 'other', again: true };
    const { catalogue, bodies } = catalogueOf([200, {}], [200, {}], REFUSED);
    expect(await catalogue.takeLease(LEASE, undefined)).toBe(true);
    expect(await catalogue.takeLease(LEASE, seen)).toBe(true);
    expect(await catalogue.takeLease(LEASE, { ...seen, again: undefined })).toBe(false);
    expect(bodies().map(({ ConditionExpression }) => ConditionExpression)).toEqual([
      'attribute_not_exists(holder)',
      'holder = :holder AND expiresAt = :expiresAt AND attribute_exists(again)',
      'holder = :holder AND expiresAt = :expiresAt AND attribute_not_exists(again)',
    ]);
  });

  it('renews and gives back its own lease only, and says whether somebody asked for a run', async () => {
    const { catalogue } = catalogueOf(
      [200, {}],
      REFUSED,
      [200, { Attributes: { again: { BOOL: true } } }],
      [200, {}],
      REFUSED,
    );
    expect(await catalogue.renewLease('me', 9)).toBe(true);
    expect(await catalogue.renewLease('me', 9)).toBe(false);
    expect(await catalogue.releaseLease('me')).toBe(true);
    expect(await catalogue.releaseLease('me')).toBe(false);
    expect(await catalogue.releaseLease('me')).toBe(false);
  });

  it('corrects the newest event of a version, and of the latest only where it is that', async () => {
    const { catalogue, bodies } = catalogueOf([200, {}], REFUSED, [200, {}], [200, {}]);
    await catalogue.correctNewestEvent('d-2', 't');
    await catalogue.correctNewestEvent('d-2', undefined);
    const common = { ConditionExpression: '#version = :version' };
    expect(bodies()).toMatchObject([
      { Key: { sk: { S: 'VERSION#d-2' } }, UpdateExpression: 'SET newestEvent = :newest', ...common },
      { Key: { sk: { S: 'LATEST' } }, ExpressionAttributeValues: { ':version': { S: 'd-2' }, ':newest': { S: 't' } } },
      { Key: { sk: { S: 'VERSION#d-2' } }, UpdateExpression: 'REMOVE newestEvent', ...common },
      { Key: { sk: { S: 'LATEST' } } },
    ]);
  });

  it('takes an item without a holder for a lease that is free', async () => {
    const { catalogue } = catalogueOf([200, { Item: { round: { N: '1' } } }]);
    expect(await catalogue.lease()).toBeUndefined();
  });

  it('reads all pages, of sources in a partition of their own', async () => {
    const { catalogue, bodies } = catalogueOf(
      [200, { Items: [{ pk: { S: 'p' }, sk: { S: 's' }, key: { S: 'a' } }], LastEvaluatedKey: { pk: { S: 'p' } } }],
      [200, { Items: [{ key: { S: 'b' } }] }],
    );
    expect(await catalogue.sources()).toEqual([{ key: 'a' }, { key: 'b' }]);
    expect(bodies()[0]).toMatchObject({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'SOURCES#demo' } },
    });
  });
});

describe('prediction records in DynamoDB', () => {
  it('are found by the HMAC of the subject, with payloads and inputs that wait', async () => {
    const stage = new MemoryStage();
    stage.objects.put('waiting/1/lease.json', 'x');
    stage.objects.put('async/input/1/lease.json', 'x');
    stage.objects.put('waiting/12/lease.json', 'x');
    const item = {
      id: { S: 'P#1' },
      inferenceId: { S: '1' },
      state: { S: 'answered' },
      input: { M: { bucket: { S: 'datasets' }, key: { S: 'predictions/1/input.json' } } },
      output: { M: { json: { S: '1' } } },
    };
    const { client, bodies } = catalogueOf(
      [200, { Items: [{ id: { S: 'P#1' } }, { id: { S: 'P#2' } }] }],
      [200, { Item: item }],
      [200, {}],
    );
    const records = new DynamoRecords({ client, table: 'records', payloads: stage.objects, secret: async () => 'key' });
    const found = await records.of('ada');
    expect(found).toEqual([
      {
        id: 'P#1',
        open: false,
        payloads: ['predictions/1/input.json', 'waiting/1/lease.json', 'async/input/1/lease.json'].map((key) => ({
          bucket: 'datasets',
          key,
        })),
      },
    ]);
    // HMAC-SHA-256 of "ada" with the key "key", as other tools compute it.
    expect(bodies()[0].ExpressionAttributeValues[':subject'].S).toBe(
      '708a727d2475357eaacc4f88c80d7eec3218ce0cabcf2694f6fecd080545cc6f',
    );
  });

  it('are erased after their payloads, of which only the very object goes', async () => {
    const stage = new MemoryStage();
    for (const key of ['p/input.json', 'p/input.json', 'p/input.json.bak']) stage.objects.put(key, 'x');
    const { client, bodies } = catalogueOf([200, {}]);
    const records = new DynamoRecords({ client, table: 'records', payloads: stage.objects, secret: async () => 'key' });
    await records.erase({ id: 'P#1', open: false, payloads: [{ bucket: 'datasets', key: 'p/input.json' }] });
    expect(stage.objects.all.map(({ key }) => key)).toEqual(['p/input.json.bak']);
    expect(bodies()).toMatchObject([{ TableName: 'records', Key: { id: { S: 'P#1' } } }]);
  });
});

describe('the dataset bucket in S3', () => {
  const objectsOf = (...answers: readonly [number, string][]) => {
    const { requests, requestHandler } = answering(...answers);
    const client = new S3Client({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler });
    return { objects: new S3Objects(client, 'datasets'), requests };
  };

  it('tells versions and marks of deletion, page by page', async () => {
    const page = (inner: string) => `<ListVersionsResult>${inner}</ListVersionsResult>`;
    const version = (id: string, latest: boolean) =>
      `<Version><Key>k</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest></Version>`;
    const { objects, requests } = objectsOf(
      [
        200,
        page(
          `${version('a', true)}<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>a</NextVersionIdMarker>`,
        ),
      ],
      [
        200,
        page(
          `${version('b', false)}<DeleteMarker><Key>l</Key><VersionId>c</VersionId><IsLatest>true</IsLatest></DeleteMarker>`,
        ),
      ],
    );
    expect(await objects.versions('k')).toEqual([
      { key: 'k', versionId: 'a', latest: true },
      { key: 'k', versionId: 'b', latest: false },
      { key: 'l', versionId: 'c', latest: true },
    ]);
    expect(requests[1]?.query).toMatchObject({ 'key-marker': 'k', 'version-id-marker': 'a' });
  });

  it('erases by version, a thousand at once', async () => {
    const { objects, requests } = objectsOf(
      [200, '<DeleteResult></DeleteResult>'],
      [200, '<DeleteResult></DeleteResult>'],
    );
    await objects.erase(
      Array.from({ length: 1001 }, (_, index) => ({ key: 'k', versionId: `v${index}`, latest: false })),
    );
    expect(requests.map(({ body }) => body.split('<VersionId>').length - 1)).toEqual([1000, 1]);
  });

  it('says what was not erased, and why where an object is locked', async () => {
    const refusal = (message: string) =>
      `<DeleteResult><Error><Key>shards/a</Key><Code>AccessDenied</Code><Message>${message}</Message></Error></DeleteResult>`;
    const { objects } = objectsOf(
      [200, refusal('Access Denied because object protected by object lock.')],
      [200, refusal('no')],
    );
    const versions = [{ key: 'shards/a', versionId: 'v', latest: true }];
    await expect(objects.erase(versions)).rejects.toThrow(
      'S3 did not erase 1 object versions, the first of them of shards/a: AccessDenied: Access Denied because object protected by object lock.; ' +
        'it is under S3 Object Lock: whoever may bypass governance mode can take the lock off; run the command again to go on',
    );
    await expect(objects.erase(versions)).rejects.toThrow('AccessDenied: no; run the command again to go on');
  });

  it('puts an object once, and takes one that is there for put', async () => {
    const there = '<Error><Code>PreconditionFailed</Code><Message>x</Message></Error>';
    const denied = '<Error><Code>AccessDenied</Code><Message>x</Message></Error>';
    const { objects, requests } = objectsOf([200, ''], [412, there], [403, denied]);
    await objects.writeOnce('k', Buffer.from('x'));
    await objects.writeOnce('k', Buffer.from('x'));
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual(['*', '*']);
    await expect(objects.writeOnce('k', Buffer.from('x'))).rejects.toThrow();
  });

  it('asks for the lock of one version, which a mark of deletion has not', async () => {
    const { objects, requests } = objectsOf([200, ''], [405, ''], [403, '']);
    const version = { key: 'k', versionId: 'v', latest: false };
    expect(await objects.lockedUntil(version)).toBeUndefined();
    expect(await objects.lockedUntil(version)).toBeUndefined();
    expect(requests.map(({ method, query }) => [method, query.versionId])).toEqual([
      ['HEAD', 'v'],
      ['HEAD', 'v'],
    ]);
    await expect(objects.lockedUntil(version)).rejects.toThrow();
  });

  it('lists what lies in a source bucket with its tags, page by page', async () => {
    const content = (key: string) => `<Contents><Key>${key}</Key><ETag>&quot;e&quot;</ETag><Size>3</Size></Contents>`;
    const page = (inner: string) => `<ListBucketResult>${inner}</ListBucketResult>`;
    const { requests, requestHandler } = answering(
      [200, page(`${content('in/a')}<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>`)],
      [200, page(content('in/b'))],
    );
    const client = new S3Client({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler });
    expect(await new S3Sources(client).list('source', 'in/')).toEqual(
      ['in/a', 'in/b'].map((key) => ({ bucket: 'source', key, etag: '"e"', bytes: 3 })),
    );
    expect(requests[1]?.query).toMatchObject({ prefix: 'in/', 'continuation-token': 't' });
  });

  it('takes what is not there for nothing, and passes on a refusal', async () => {
    const { objects } = objectsOf(
      [404, '<Error><Code>NoSuchKey</Code><Message>x</Message></Error>'],
      [403, '<Error><Code>AccessDenied</Code><Message>x</Message></Error>'],
    );
    expect(await objects.read('k')).toBeUndefined();
    await expect(objects.read('k')).rejects.toThrow();
  });
});

describe('a stage', () => {
  const outputs = { ModelName: 'demo', RegistryTableName: 'r', ArtifactBucketName: 'a' };
  const state = {
    stackName: 'demo-pilot-state',
    stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/demo-pilot-state/1',
    region: 'eu-west-1',
  };

  it('without a data pipeline is refused', () => {
    expect(() => dataStageOf({ ...state, outputs }, 'pilot')).toThrow(
      'stage "pilot" has no data pipeline: stack demo-pilot-state has no output DatasetName; give the stage a DataPipeline and deploy it',
    );
  });

  it('with one is reached by its outputs', () => {
    const data = { DatasetName: 'mails', DatasetBucketName: 'b', CatalogueTableName: 'c', DataPipelineName: 'p' };
    const stage = dataStageOf({ ...state, outputs: { ...outputs, ...data } }, 'pilot');
    expect(stage).toMatchObject({
      deployment: 'demo-pilot',
      objects: { bucket: 'b' },
      catalogue: { dataset: 'mails' },
    });
  });
});
