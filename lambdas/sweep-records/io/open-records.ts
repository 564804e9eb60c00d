import { type AttributeValue, type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { OPEN_INDEX } from '../../../protocol/prediction';
import { PROBLEM } from '../../../protocol/problem';
import type { Abandoned, OpenRecords, Page } from '../sweep';

/** As many are closed at once: few enough for one connection pool, and for the time that is left to be checked between them. */
const PAGE_SIZE = 25;

/** Open prediction records, by their sparse index. */
export class DynamoOpenRecords implements OpenRecords {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
  ) {}

  async page(shard: number, before: number, from: unknown): Promise<Page> {
    const { Items, LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.tableName,
        IndexName: OPEN_INDEX,
        KeyConditionExpression: 'openShard = :shard AND openUntil < :before',
        ExpressionAttributeValues: marshall({ ':shard': shard, ':before': before }),
        ExclusiveStartKey: from as Record<string, AttributeValue> | undefined,
        Limit: PAGE_SIZE,
      }),
    );
    const records = (Items ?? []).map((item) => {
      const { id, openUntil } = unmarshall(item);
      return { id: String(id), openUntil: Number(openUntil) };
    });
    return { records, next: LastEvaluatedKey };
  }

  /** The claim stays: a later request with its key finds the cut record and takes it over. */
  async cut({ id, openUntil }: Abandoned): Promise<boolean> {
    const command = new UpdateItemCommand({
      TableName: this.tableName,
      Key: marshall({ id }),
      UpdateExpression: 'SET #state = :cut, #problem = :problem REMOVE openShard, openUntil',
      ConditionExpression: 'attribute_exists(openShard) AND openUntil = :seen',
      ExpressionAttributeNames: { '#state': 'state', '#problem': 'problem' },
      ExpressionAttributeValues: marshall({ ':cut': 'cut', ':problem': PROBLEM.internal.name, ':seen': openUntil }),
    });
    try {
      await this.client.send(command);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}
