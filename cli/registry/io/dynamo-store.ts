import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type ModelVersion, type PointerChange, type Pointers, REGISTRY_KEYS } from '../../../protocol/model-version';
import type { MoveOutcome, PointerMove, RegistryStore } from '../ports';
import { partitionItems, withoutKey } from './partition-items';

export interface DynamoStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly model: string;
}

/** The registry table. One partition a model; the pointers are one item of it. */
export class DynamoStore implements RegistryStore {
  private readonly partition: string;

  constructor(private readonly options: DynamoStoreOptions) {
    this.partition = REGISTRY_KEYS.partition(options.model);
  }

  version(version: string): Promise<ModelVersion | undefined> {
    return this.get<ModelVersion>(REGISTRY_KEYS.version(version));
  }

  versions(): Promise<readonly ModelVersion[]> {
    return this.query<ModelVersion>(REGISTRY_KEYS.versionPrefix);
  }

  async addVersion(version: ModelVersion): Promise<boolean> {
    try {
      await this.options.client.send(
        new PutItemCommand({
          TableName: this.options.table,
          Item: this.item(REGISTRY_KEYS.version(version.version), version),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  pointers(): Promise<Pointers | undefined> {
    return this.get<Pointers>(REGISTRY_KEYS.pointers);
  }

  async movePointers({ expected, pointers, change }: PointerMove): Promise<MoveOutcome> {
    const items: TransactWriteItem[] = [
      {
        ConditionCheck: {
          TableName: this.options.table,
          Key: this.key(REGISTRY_KEYS.version(change.to)),
          ConditionExpression: 'attribute_exists(pk)',
        },
      },
      {
        Put: {
          TableName: this.options.table,
          Item: this.item(REGISTRY_KEYS.pointers, pointers),
          ...(expected === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'revision = :expected',
                ExpressionAttributeValues: { ':expected': { N: String(expected.revision) } },
              }),
        },
      },
      {
        Put: {
          TableName: this.options.table,
          Item: this.item(REGISTRY_KEYS.use(change.revision), change),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ];
    try {
      // The SDK adds a token, so that its own repetition of a request whose answer was lost is not a conflict with itself.
      await this.options.client.send(new TransactWriteItemsCommand({ TransactItems: items }));
      return 'moved';
    } catch (error) {
      return outcomeOf(error);
    }
  }

  history(): Promise<readonly PointerChange[]> {
    return this.query<PointerChange>(REGISTRY_KEYS.usePrefix);
  }

  private async get<Item>(sk: string): Promise<Item | undefined> {
    const { Item: item } = await this.options.client.send(
      new GetItemCommand({ TableName: this.options.table, Key: this.key(sk), ConsistentRead: true }),
    );
    return item === undefined ? undefined : withoutKey<Item>(item);
  }

  private query<Item>(prefix: string): Promise<readonly Item[]> {
    return partitionItems(this.options.client, this.options.table, { pk: this.partition, prefix });
  }

  private key(sk: string): Record<string, AttributeValue> {
    return { pk: { S: this.partition }, sk: { S: sk } };
  }

  private item(sk: string, content: object): Record<string, AttributeValue> {
    return { ...marshall(content, { removeUndefinedValues: true }), ...this.key(sk) };
  }
}

/** Reasons stand in the order of the transaction's items: version, pointers, change. */
function outcomeOf(error: unknown): MoveOutcome {
  if (!(error instanceof TransactionCanceledException)) throw error;
  const [version, ...writes] = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  if (version === 'ConditionalCheckFailed') return 'no-such-version';
  if (writes.includes('ConditionalCheckFailed')) return 'changed';
  if ([version, ...writes].includes('TransactionConflict')) return 'busy';
  throw error;
}
