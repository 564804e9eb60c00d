import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { DynamoStore } from '../../cli/registry/io/dynamo-store';
import type { PointerMove } from '../../cli/registry/ports';

const by = { changedBy: 'arn:ada', changedAt: '2026-01-01T00:00:00.000Z' };
const routing = { live: 'v-2', canary: null, shadow: null };
const pointers = { revision: 3, desired: 'v-2', desiredState: 'running', routing, ...by } as const;
const MOVE: PointerMove = {
  expected: { ...pointers, revision: 2 },
  pointers,
  change: { model: 'demo', revision: 3, from: 'v-1', to: 'v-2', ...by },
};

/** The store over a table that answers with this, and the requests that it got. */
function storeOf(statusCode: number, answer: object) {
  const requests: unknown[] = [];
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ body }: { body: Uint8Array }) => {
        requests.push(JSON.parse(new TextDecoder().decode(body)));
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode, headers, body: Buffer.from(JSON.stringify(answer)) } };
      },
    },
  });
  return { store: new DynamoStore({ client, table: 'registry', model: 'demo' }), requests };
}

function cancelled(...codes: string[]) {
  const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  return { __type: type, Message: 'cancelled', CancellationReasons: codes.map((Code) => ({ Code })) };
}

describe('moving the pointers in DynamoDB', () => {
  it('checks the version, the revision and the change in one transaction', async () => {
    const { store, requests } = storeOf(200, {});
    expect(await store.movePointers(MOVE)).toBe('moved');
    expect(requests).toMatchObject([
      {
        ClientRequestToken: expect.any(String),
        TransactItems: [
          {
            ConditionCheck: {
              Key: { pk: { S: 'MODEL#demo' }, sk: { S: 'VERSION#v-2' } },
              ConditionExpression: 'attribute_exists(pk)',
            },
          },
          {
            Put: {
              Item: { sk: { S: 'POINTERS' }, revision: { N: '3' } },
              ConditionExpression: 'revision = :expected',
              ExpressionAttributeValues: { ':expected': { N: '2' } },
            },
          },
          {
            Put: {
              Item: { sk: { S: 'USE#0000000003' }, from: { S: 'v-1' } },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
        ],
      },
    ]);
  });

  it('expects no pointers where none were read', async () => {
    const { store, requests } = storeOf(200, {});
    await store.movePointers({ ...MOVE, expected: undefined });
    expect(requests).toMatchObject([
      { TransactItems: [{}, { Put: { ConditionExpression: 'attribute_not_exists(pk)' } }, {}] },
    ]);
  });

  it.each([
    ['the version is not there', ['ConditionalCheckFailed', 'None', 'None'], 'no-such-version'],
    ['the revision is another', ['None', 'ConditionalCheckFailed', 'None'], 'changed'],
    ['the change is there already', ['None', 'None', 'ConditionalCheckFailed'], 'changed'],
    ['another transaction is under way', ['None', 'TransactionConflict', 'None'], 'busy'],
  ])('tells that %s', async (_, codes, outcome) => {
    expect(await storeOf(400, cancelled(...codes)).store.movePointers(MOVE)).toBe(outcome);
  });

  it('fails with every other reason', async () => {
    const { store } = storeOf(400, cancelled('None', 'ThrottlingError', 'None'));
    await expect(store.movePointers(MOVE)).rejects.toThrow('cancelled');
  });
});

describe('adding a version in DynamoDB', () => {
  const version = {
    model: 'demo',
    version: 'v-1',
    contentHash: 'c',
    artifact: { bucket: 'b', prefix: 'p/', files: [] },
    parents: [],
    metrics: {},
    description: undefined,
    registeredBy: 'arn:ada',
    registeredAt: by.changedAt,
  };

  it('never replaces one', async () => {
    const { store, requests } = storeOf(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'The conditional request failed',
    });
    expect(await store.addVersion(version)).toBe(false);
    expect(requests).toMatchObject([
      { ConditionExpression: 'attribute_not_exists(pk)', Item: { sk: { S: 'VERSION#v-1' } } },
    ]);
  });

  it('fails when the table cannot be written', async () => {
    const { store } = storeOf(400, {
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: 'not authorized',
    });
    await expect(store.addVersion(version)).rejects.toThrow('not authorized');
  });
});
