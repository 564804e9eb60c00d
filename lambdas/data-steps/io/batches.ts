import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

/** What DynamoDB takes in one request. */
const READS = 100;
const WRITES = 25;
/** What it sends back unprocessed is asked for again: 8 times, waiting 50 ms, then twice as long each time, 6 s in all. */
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 50;

type Item = Record<string, AttributeValue>;

/** Items by their keys, in no order; those that are not there are left out. */
export async function* getAll(client: DynamoDBClient, table: string, keys: readonly Item[]): AsyncGenerator<Item[]> {
  for (let first = 0; first < keys.length; first += READS) {
    let left: readonly Item[] = keys.slice(first, first + READS);
    for (let attempt = 1; left.length > 0; attempt += 1) {
      await pause(attempt, left.length);
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [...left], ConsistentRead: true } } }),
      );
      yield Responses[table] ?? [];
      left = UnprocessedKeys[table]?.Keys ?? [];
    }
  }
}

/** Puts items, each replacing what has its key. */
export async function putAll(client: DynamoDBClient, table: string, items: readonly Item[]): Promise<void> {
  for (let first = 0; first < items.length; first += WRITES) {
    let left = items.slice(first, first + WRITES).map((Item) => ({ PutRequest: { Item } }));
    for (let attempt = 1; left.length > 0; attempt += 1) {
      await pause(attempt, left.length);
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
      );
      left = (UnprocessedItems[table] ?? []).flatMap(({ PutRequest }) =>
        PutRequest?.Item === undefined ? [] : [{ PutRequest: { Item: PutRequest.Item } }],
      );
    }
  }
}

async function pause(attempt: number, left: number): Promise<void> {
  if (attempt === 1) return;
  if (attempt > ATTEMPTS) throw new Error(`DynamoDB left ${left} items unprocessed ${ATTEMPTS} times`);
  await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (attempt - 2)));
}
