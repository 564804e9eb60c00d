import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { SourceObject } from '../../../protocol/dataset';
import {
  CATALOGUE_KEYS,
  type DatasetLease,
  type DatasetRun,
  type DatasetVersionItem,
  type LatestVersion,
} from '../../../protocol/dataset-catalogue';
import { partitionItems, withoutKey } from '../../registry/io/partition-items';
import type { DatasetVersions } from '../../registry/ports';
import type { Catalogue, CommitOutcome, ReplayMark } from '../ports';

export interface DynamoCatalogueOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly dataset: string;
}

/** The catalogue table, as far as it speaks of one dataset. */
export class DynamoCatalogue implements Catalogue, DatasetVersions {
  readonly dataset: string;
  private readonly partition: string;

  constructor(private readonly options: DynamoCatalogueOptions) {
    this.dataset = options.dataset;
    this.partition = CATALOGUE_KEYS.dataset(options.dataset);
  }

  latest(): Promise<LatestVersion | undefined> {
    return this.get<LatestVersion>(CATALOGUE_KEYS.latest);
  }

  versions(): Promise<readonly DatasetVersionItem[]> {
    return this.query<DatasetVersionItem>(this.partition, CATALOGUE_KEYS.versionPrefix);
  }

  async hasVersion(version: string): Promise<boolean> {
    return (await this.get(CATALOGUE_KEYS.version(version))) !== undefined;
  }

  runs(): Promise<readonly DatasetRun[]> {
    return this.query<DatasetRun>(this.partition, CATALOGUE_KEYS.runPrefix);
  }

  run(run: string): Promise<DatasetRun | undefined> {
    return this.get<DatasetRun>(CATALOGUE_KEYS.run(run));
  }

  sources(): Promise<readonly SourceObject[]> {
    return this.query<SourceObject>(CATALOGUE_KEYS.sources(this.dataset));
  }

  replays(): Promise<readonly ReplayMark[]> {
    return this.query<ReplayMark>(this.partition, CATALOGUE_KEYS.replayPrefix);
  }

  async markReplay(mark: ReplayMark): Promise<void> {
    await this.options.client.send(
      new PutItemCommand({ TableName: this.options.table, Item: this.item(CATALOGUE_KEYS.replay(mark.run), mark) }),
    );
  }

  async dropReplay(run: string): Promise<void> {
    await this.options.client.send(
      new DeleteItemCommand({ TableName: this.options.table, Key: this.key(CATALOGUE_KEYS.replay(run)) }),
    );
  }

  async commit(version: DatasetVersionItem, run: DatasetRun, parent: string, holder: string): Promise<CommitOutcome> {
    const { client, table: TableName } = this.options;
    const { version: id, run: by, publishedAt, newestEvent } = version;
    const latest: LatestVersion = { version: id, run: run.run, publishedAt: run.endedAt ?? publishedAt, newestEvent };
    // The version may be there: what is left after an erasure can be what an earlier version was.
    const there = await this.hasVersion(id);
    try {
      await client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              ConditionCheck: {
                TableName,
                Key: this.key(CATALOGUE_KEYS.lease),
                ConditionExpression: 'holder = :holder',
                ExpressionAttributeValues: { ':holder': { S: holder } },
              },
            },
            {
              Put: {
                TableName,
                Item: this.item(CATALOGUE_KEYS.latest, latest),
                ConditionExpression: '#version = :parent',
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':parent': { S: parent } },
              },
            },
            { Put: { TableName, Item: this.item(CATALOGUE_KEYS.run(run.run), run) } },
            ...(there
              ? []
              : [{ Put: { TableName, Item: this.item(CATALOGUE_KEYS.version(id), { ...version, run: by }) } }]),
          ],
        }),
      );
      return 'done';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const [lease, moved] = (error.CancellationReasons ?? []).map(({ Code }) => Code === 'ConditionalCheckFailed');
      if (lease === true) return 'lost';
      if (moved === true) return 'moved';
      throw error;
    }
  }

  async correctNewestEvent(version: string, newestEvent: string | undefined): Promise<void> {
    const change = {
      UpdateExpression: newestEvent === undefined ? 'REMOVE newestEvent' : 'SET newestEvent = :newest',
      ConditionExpression: '#version = :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: {
        ':version': { S: version },
        ...(newestEvent === undefined ? {} : { ':newest': { S: newestEvent } }),
      },
    };
    // A version that was cut off before the catalogue knew it has no item; and the latest is another one, mostly.
    for (const sk of [CATALOGUE_KEYS.version(version), CATALOGUE_KEYS.latest]) {
      await held(() =>
        this.options.client.send(
          new UpdateItemCommand({ TableName: this.options.table, Key: this.key(sk), ...change }),
        ),
      );
    }
  }

  async lease(): Promise<DatasetLease | undefined> {
    const found = await this.get<Partial<DatasetLease>>(CATALOGUE_KEYS.lease);
    // What is given back may leave its item.
    return found?.holder === undefined ? undefined : (found as DatasetLease);
  }

  takeLease(lease: DatasetLease, seen: DatasetLease | undefined): Promise<boolean> {
    return held(() =>
      this.options.client.send(
        new PutItemCommand({
          TableName: this.options.table,
          Item: this.item(CATALOGUE_KEYS.lease, lease),
          ...(seen === undefined ? { ConditionExpression: 'attribute_not_exists(holder)' } : asSeen(seen)),
        }),
      ),
    );
  }

  renewLease(holder: string, expiresAt: number): Promise<boolean> {
    return held(() =>
      this.options.client.send(
        new UpdateItemCommand({
          TableName: this.options.table,
          Key: this.key(CATALOGUE_KEYS.lease),
          UpdateExpression: 'SET expiresAt = :expiresAt',
          ConditionExpression: 'holder = :holder',
          ExpressionAttributeValues: { ':holder': { S: holder }, ':expiresAt': { N: String(expiresAt) } },
        }),
      ),
    );
  }

  async releaseLease(holder: string): Promise<boolean> {
    try {
      const { Attributes: before } = await this.options.client.send(
        new DeleteItemCommand({
          TableName: this.options.table,
          Key: this.key(CATALOGUE_KEYS.lease),
          ConditionExpression: 'holder = :holder',
          ExpressionAttributeValues: { ':holder': { S: holder } },
          ReturnValues: 'ALL_OLD',
        }),
      );
      return before?.again?.BOOL === true;
    } catch (error) {
      // Another has it: it is theirs to say.
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  private async get<Item>(sk: string): Promise<Item | undefined> {
    const { Item: item } = await this.options.client.send(
      new GetItemCommand({ TableName: this.options.table, Key: this.key(sk), ConsistentRead: true }),
    );
    return item === undefined ? undefined : withoutKey<Item>(item);
  }

  private query<Item>(pk: string, prefix?: string): Promise<readonly Item[]> {
    return partitionItems(this.options.client, this.options.table, { pk, prefix });
  }

  private key(sk: string): Record<string, AttributeValue> {
    return { pk: { S: this.partition }, sk: { S: sk } };
  }

  private item(sk: string, content: object): Record<string, AttributeValue> {
    return { ...marshall(content, { removeUndefinedValues: true }), ...this.key(sk) };
  }
}

/** Somebody may have renewed it, or asked its holder to begin again, since it was seen. */
function asSeen({ holder, expiresAt, again }: DatasetLease) {
  return {
    ConditionExpression: `holder = :holder AND expiresAt = :expiresAt AND attribute_${again === true ? '' : 'not_'}exists(again)`,
    ExpressionAttributeValues: { ':holder': { S: holder }, ':expiresAt': { N: String(expiresAt) } },
  };
}

/** Whether a condition held. */
async function held(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
