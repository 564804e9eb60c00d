import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { SourceObject } from '../../../protocol/dataset';
import {
  CATALOGUE_KEYS,
  type DatasetLease,
  type DatasetRun,
  type DatasetVersionItem,
  type LatestVersion,
  type TakenSource,
} from '../../../protocol/dataset-catalogue';
import type { Catalogue, CommitOutcome } from '../ports';
import { getAll, putAll } from './batches';

type Item = Record<string, AttributeValue>;
const MARSHALLING = { removeUndefinedValues: true };

/** The catalogue table. */
export class DynamoCatalogue implements Catalogue {
  private readonly partition: string;
  private readonly sources: string;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly dataset: string,
  ) {
    this.partition = CATALOGUE_KEYS.dataset(dataset);
    this.sources = CATALOGUE_KEYS.sources(dataset);
  }

  async lease(): Promise<DatasetLease | undefined> {
    const item = await this.get<Partial<DatasetLease>>(CATALOGUE_KEYS.lease);
    if (item?.holder === undefined) return undefined;
    const { holder, run, round = 0, since = '', expiresAt = 0, again } = item;
    return { holder, run, round, since, expiresAt, again };
  }

  take(lease: DatasetLease, seen: DatasetLease | undefined): Promise<boolean> {
    const unseen = { ConditionExpression: 'attribute_not_exists(holder)' };
    return this.done(
      new PutItemCommand({
        TableName: this.table,
        Item: this.item(CATALOGUE_KEYS.lease, lease),
        ...(seen === undefined ? unseen : asSeen(seen)),
      }),
    );
  }

  renew(holder: string, run: string, expiresAt: number): Promise<boolean> {
    return this.done(
      new UpdateItemCommand({
        TableName: this.table,
        Key: this.key(CATALOGUE_KEYS.lease),
        UpdateExpression: 'SET expiresAt = :until',
        ConditionExpression: 'holder = :holder AND #run = :run',
        ExpressionAttributeNames: { '#run': 'run' },
        ExpressionAttributeValues: marshall({ ':holder': holder, ':run': run, ':until': expiresAt }),
      }),
    );
  }

  askAgain(holder: string): Promise<boolean> {
    return this.done(
      new UpdateItemCommand({
        TableName: this.table,
        Key: this.key(CATALOGUE_KEYS.lease),
        UpdateExpression: 'SET again = :yes',
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: marshall({ ':holder': holder, ':yes': true }),
      }),
    );
  }

  release(holder: string, unlessAsked: boolean): Promise<boolean> {
    return this.done(
      new DeleteItemCommand({
        TableName: this.table,
        Key: this.key(CATALOGUE_KEYS.lease),
        ConditionExpression: unlessAsked ? 'holder = :holder AND attribute_not_exists(again)' : 'holder = :holder',
        ExpressionAttributeValues: marshall({ ':holder': holder }),
      }),
    );
  }

  run(run: string): Promise<DatasetRun | undefined> {
    return this.get<DatasetRun>(CATALOGUE_KEYS.run(run));
  }

  async addRun(run: DatasetRun): Promise<void> {
    await this.done(
      new PutItemCommand({
        TableName: this.table,
        Item: this.item(CATALOGUE_KEYS.run(run.run), run),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }

  async changeRun(run: string, changes: Partial<DatasetRun>): Promise<void> {
    const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: this.key(CATALOGUE_KEYS.run(run)),
        UpdateExpression: `SET ${entries.map((_, index) => `#${index} = :${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#${index}`, name])),
        ExpressionAttributeValues: marshall(
          Object.fromEntries(entries.map(([, value], index) => [`:${index}`, value])),
          MARSHALLING,
        ),
      }),
    );
  }

  latest(): Promise<LatestVersion | undefined> {
    return this.get<LatestVersion>(CATALOGUE_KEYS.latest);
  }

  version(version: string): Promise<DatasetVersionItem | undefined> {
    return this.get<DatasetVersionItem>(CATALOGUE_KEYS.version(version));
  }

  async commit(holder: string, version: DatasetVersionItem): Promise<CommitOutcome> {
    const TableName = this.table;
    const { run, publishedAt, newestEvent, parent } = version;
    const latest: LatestVersion = { version: version.version, run, publishedAt, newestEvent };
    const fromParent =
      parent === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#version = :parent',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: marshall({ ':parent': parent }),
          };
    const command = new TransactWriteItemsCommand({
      TransactItems: [
        {
          ConditionCheck: {
            TableName,
            Key: this.key(CATALOGUE_KEYS.lease),
            ConditionExpression: 'holder = :holder AND #run = :run',
            ExpressionAttributeNames: { '#run': 'run' },
            ExpressionAttributeValues: marshall({ ':holder': holder, ':run': run }),
          },
        },
        {
          Put: {
            TableName,
            Item: this.item(CATALOGUE_KEYS.version(version.version), version),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { TableName, Item: this.item(CATALOGUE_KEYS.latest, latest), ...fromParent } },
        {
          Update: {
            TableName,
            Key: this.key(CATALOGUE_KEYS.run(run)),
            UpdateExpression: 'SET phase = :committed, #version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: marshall({ ':committed': 'committed', ':version': version.version }),
          },
        },
      ],
    });
    try {
      await this.client.send(command);
      return 'done';
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async taken(objects: readonly SourceObject[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const keys = [...new Set(objects.map((object) => CATALOGUE_KEYS.source(object)))];
    const items = keys.map((sk) => marshall({ pk: this.sources, sk }));
    for await (const page of getAll(this.client, this.table, items)) {
      for (const item of page) found.add(String(unmarshall(item).sk));
    }
    return found;
  }

  async markTaken(sources: readonly TakenSource[]): Promise<void> {
    const items = sources.map((source) => ({
      ...marshall({ ...source, dataset: this.dataset }, MARSHALLING),
      ...marshall({ pk: this.sources, sk: CATALOGUE_KEYS.source(source) }),
    }));
    await putAll(this.client, this.table, items);
  }

  /** False where the condition of a write did not hold. */
  private async done(command: PutItemCommand | UpdateItemCommand | DeleteItemCommand): Promise<boolean> {
    try {
      await this.client.send(command as PutItemCommand);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }

  private async get<Content>(sk: string): Promise<Content | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: this.key(sk), ConsistentRead: true }),
    );
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, ...content } = unmarshall(item);
    return content as Content;
  }

  private key(sk: string): Item {
    return marshall({ pk: this.partition, sk });
  }

  private item(sk: string, content: object): Item {
    return { ...marshall(content, MARSHALLING), ...this.key(sk) };
  }
}

/** Somebody may have renewed it, or asked its holder to begin again, since it was seen. */
function asSeen({ holder, expiresAt, again }: DatasetLease) {
  const asked = again === true ? 'again = :yes' : 'attribute_not_exists(again)';
  return {
    ConditionExpression: `holder = :seen AND expiresAt = :until AND ${asked}`,
    ExpressionAttributeValues: marshall({
      ':seen': holder,
      ':until': expiresAt,
      ...(again === true ? { ':yes': true } : {}),
    }),
  };
}

/** Reasons stand in the order of the transaction's items: lease, version, latest, run. */
function outcomeOf(error: unknown): CommitOutcome {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') throw error;
  const { CancellationReasons = [] } = error as TransactionCanceledException;
  const [lease, ...writes] = CancellationReasons.map(({ Code }) => Code);
  if (lease === 'ConditionalCheckFailed') return 'lost';
  if (writes.includes('ConditionalCheckFailed')) return 'moved';
  throw error;
}
