import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { subjectHmac } from '../../../lambdas/shared/prediction/subject-hmac';
import { fromItem } from '../../../lambdas/shared/record-item';
import { ASYNC_PREFIX } from '../../../protocol/endpoint';
import { isOpen, type StoredPayload, SUBJECT_INDEX } from '../../../protocol/prediction';
import { ASYNC_PREFIX_ROOT, WAITING_PREFIX } from '../../../protocol/waiting';
import type { DatasetObjects, PredictionRecords, SubjectRecord } from '../ports';

export interface DynamoRecordsOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The bucket of payloads. */
  readonly payloads: DatasetObjects;
  /** Reads the secret that keys subjects. */
  readonly secret: () => Promise<string>;
}

/** Prediction records, found by the index of subjects. */
export class DynamoRecords implements PredictionRecords {
  constructor(private readonly options: DynamoRecordsOptions) {}

  async of(subject: string): Promise<readonly SubjectRecord[]> {
    const { client, table, secret } = this.options;
    const hmac = subjectHmac(await secret(), subject);
    const found: SubjectRecord[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: SUBJECT_INDEX,
          KeyConditionExpression: 'subject = :subject',
          ExpressionAttributeValues: { ':subject': { S: hmac } },
          ExclusiveStartKey: start,
        }),
      );
      for (const { id } of Items) {
        const record = id === undefined ? undefined : await this.record(id);
        if (record !== undefined) found.push(record);
      }
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  }

  async erase({ id, payloads }: SubjectRecord): Promise<void> {
    const { client, table, payloads: bucket } = this.options;
    for (const { key } of payloads) {
      await bucket.erase((await bucket.versions(key)).filter((version) => version.key === key));
    }
    await client.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: id } } }));
  }

  /** The index tells keys alone, and may tell of a record that is gone. */
  private async record(id: AttributeValue): Promise<SubjectRecord | undefined> {
    const { client, table, payloads: bucket } = this.options;
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    if (item === undefined) return undefined;
    const record = fromItem(unmarshall(item));
    // Inputs of what waited for its answer lie there for a day at most, under the record's id.
    const prefixes = [WAITING_PREFIX, `${ASYNC_PREFIX_ROOT}${ASYNC_PREFIX.input}`];
    const waiting = await Promise.all(prefixes.map((prefix) => bucket.list(`${prefix}${record.inferenceId}/`)));
    return {
      id: record.id,
      open: isOpen(record.state),
      payloads: [
        ...[record.input, record.output].flatMap(placeOf),
        ...waiting.flat().map(({ key }) => ({ bucket: bucket.bucket, key })),
      ],
    };
  }
}

function placeOf(payload: StoredPayload | null): { readonly bucket: string; readonly key: string }[] {
  return payload !== null && 'key' in payload ? [payload] : [];
}
