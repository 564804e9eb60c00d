import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type IdempotencyClaim, type PredictionRecord, RECORD_KEYS } from '../../../../protocol/prediction';
import { fromItem, type RecordItem, toItem } from '../../record-item';
import type { Opening, RecordStore, Seen } from '../ports';

const MARSHALL = { removeUndefinedValues: true } as const;
/** Reasons for which a transaction loses against another, rather than fails. */
const CONTENTION = ['ConditionalCheckFailed', 'TransactionConflict'];

/** Prediction records and idempotency claims in their DynamoDB table. */
export class DynamoRecordStore implements RecordStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
  ) {}

  async find(inferenceId: string): Promise<PredictionRecord | undefined> {
    const item = await this.get(RECORD_KEYS.prediction(inferenceId));
    return item === undefined ? undefined : fromItem(item);
  }

  async findClaim(id: string): Promise<IdempotencyClaim | undefined> {
    const item = await this.get(id);
    if (item === undefined) return undefined;
    const { inferenceId, requestHash, expiresAt } = item;
    return { id, inferenceId: String(inferenceId), requestHash: String(requestHash), expiresAt: Number(expiresAt) };
  }

  async write(record: PredictionRecord): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.tableName, Item: marshall(toItem(record), MARSHALL) }));
  }

  /** The SDK's request token makes a repeated attempt of the same transaction one transaction. */
  async open({ record, claim, nowSeconds, orphanOf }: Opening): Promise<'opened' | 'conflict'> {
    const isFree = 'attribute_not_exists(id) OR expiresAt <= :now';
    const condition = orphanOf === undefined ? isFree : `${isFree} OR inferenceId = :orphan`;
    const values = orphanOf === undefined ? { ':now': nowSeconds } : { ':now': nowSeconds, ':orphan': orphanOf };
    const claimPut = {
      TableName: this.tableName,
      Item: marshall(claim),
      ConditionExpression: condition,
      ExpressionAttributeValues: marshall(values),
    };
    const recordPut = {
      TableName: this.tableName,
      Item: marshall(toItem(record), MARSHALL),
      ConditionExpression: 'attribute_not_exists(id)',
    };
    try {
      await this.client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: claimPut }, { Put: recordPut }] }));
      return 'opened';
    } catch (error) {
      if (isContention(error)) return 'conflict';
      throw error;
    }
  }

  async replace(record: PredictionRecord, seen: Seen): Promise<'replaced' | 'lost'> {
    const withLease = seen.lease !== undefined;
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.tableName,
          Item: marshall(toItem(record), MARSHALL),
          ConditionExpression: `#state = :state AND ${withLease ? 'lease = :lease' : 'attribute_not_exists(lease)'}`,
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: marshall({ ':state': seen.state, ':lease': seen.lease }, MARSHALL),
        }),
      );
      return 'replaced';
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      return (await this.isWritten(record)) ? 'replaced' : 'lost';
    }
  }

  /**
   * Whether the write that the condition refused is there all the same: a first attempt whose answer was lost, repeated by the
   * SDK. Nobody else writes this lease in this state.
   */
  private async isWritten(record: PredictionRecord): Promise<boolean> {
    const item = await this.get(record.id);
    return item?.state === record.state && item.lease === record.lease;
  }

  private async get(id: string): Promise<RecordItem | undefined> {
    const command = new GetItemCommand({ TableName: this.tableName, Key: marshall({ id }), ConsistentRead: true });
    const { Item } = await this.client.send(command);
    return Item === undefined ? undefined : unmarshall(Item);
  }
}

/** By name: the class of an error is another where two copies of the SDK meet. */
function isContention(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return false;
  const reasons = (error as TransactionCanceledException).CancellationReasons ?? [];
  const causes = reasons.map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  return causes.length > 0 && causes.every((code) => CONTENTION.includes(code));
}
