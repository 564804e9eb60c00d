import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { DynamoRecordStore } from '../../lambdas/shared/prediction/io/record-store';

/** The store over an empty table, and the requests that the table got. */
function emptyStore() {
  const requests: unknown[] = [];
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ body }: { body: Uint8Array }) => {
        requests.push(JSON.parse(new TextDecoder().decode(body)));
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: 200, headers, body: Buffer.from('{}') } };
      },
    },
  });
  return { store: new DynamoRecordStore(client, 'records'), requests };
}

test('records and claims are read as they stand: a repeat a moment later must find them', async () => {
  const { store, requests } = emptyStore();
  expect(await store.find('inf-1')).toBeUndefined();
  expect(await store.findClaim('K#1')).toBeUndefined();
  expect(requests).toEqual([
    { TableName: 'records', Key: { id: { S: 'P#inf-1' } }, ConsistentRead: true },
    { TableName: 'records', Key: { id: { S: 'K#1' } }, ConsistentRead: true },
  ]);
});
