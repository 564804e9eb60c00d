import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Feedback, type PredictionRecord, RECORD_KEYS } from '../../../protocol/prediction';
import { fromItem } from '../../shared/record-item';
import type { RecordFile } from '../ports';

/** Prediction records in their DynamoDB table. */
export class DynamoRecordFile implements RecordFile {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
  ) {}

  async find(inferenceId: string): Promise<PredictionRecord | undefined> {
    const key = marshall({ id: RECORD_KEYS.prediction(inferenceId) });
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.tableName, Key: key, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : fromItem(unmarshall(Item));
  }

  async writeFeedback(
    inferenceId: string,
    feedback: Feedback,
    seenRevision: number | undefined,
  ): Promise<'written' | 'lost'> {
    const unseen = seenRevision === undefined;
    const command = new UpdateItemCommand({
      TableName: this.tableName,
      Key: marshall({ id: RECORD_KEYS.prediction(inferenceId) }),
      UpdateExpression: 'SET #feedback = :feedback',
      ConditionExpression: `#state = :answered AND ${unseen ? 'attribute_not_exists(#feedback)' : '#feedback.#revision = :seen'}`,
      ExpressionAttributeNames: {
        '#feedback': 'feedback',
        '#state': 'state',
        ...(unseen ? {} : { '#revision': 'revision' }),
      },
      ExpressionAttributeValues: marshall(
        { ':feedback': feedback, ':answered': 'answered', ':seen': seenRevision },
        { removeUndefinedValues: true },
      ),
    });
    try {
      await this.client.send(command);
      return 'written';
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'lost';
      throw error;
    }
  }
}
