import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** All items of a partition whose sort key begins with `prefix`, as they are after every write that has ended. */
export async function partitionItems<Item>(
  client: DynamoDBClient,
  table: string,
  { pk, prefix }: { readonly pk: string; readonly prefix?: string },
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': { S: pk }, ...(prefix === undefined ? {} : { ':prefix': { S: prefix } }) },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    found.push(...Items.map((item) => withoutKey<Item>(item)));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

/** What an item holds, without the key by which it is found. */
export function withoutKey<Item>(item: Record<string, AttributeValue>): Item {
  const { pk: _pk, sk: _sk, ...content } = unmarshall(item);
  return content as Item;
}
