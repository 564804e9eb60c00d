import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type ModelVersion, type PointerChange, type Pointers, REGISTRY_KEYS } from '../../../protocol/model-version';
import type { Holding, Lease, LeasedMove, LeasedOutcome, Ledger, Restore } from '../ports';

/** The registry table: pointers, their changes, and the lease of the endpoint. */
export class DynamoLedger implements Ledger {
  private readonly partition: string;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    model: string,
  ) {
    this.partition = REGISTRY_KEYS.partition(model);
  }

  async lease(): Promise<Lease> {
    const item = await this.get<Partial<Holding> & { readonly restore?: Restore }>(REGISTRY_KEYS.endpointLease);
    return { holding: holdingOf(item), restore: item?.restore };
  }

  take({ holder, requestedBy, action, since, expiresAt }: Holding, seen: Holding | undefined): Promise<boolean> {
    return this.updateLease({
      UpdateExpression:
        'SET holder = :holder, requestedBy = :by, #action = :action, since = :since, expiresAt = :until',
      ...(seen === undefined
        ? { ConditionExpression: 'attribute_not_exists(holder)' }
        : { ConditionExpression: 'holder = :seen AND expiresAt = :seenUntil' }),
      ExpressionAttributeNames: { '#action': 'action' },
      ExpressionAttributeValues: marshall({
        ':holder': holder,
        ':by': requestedBy,
        ':action': action,
        ':since': since,
        ':until': expiresAt,
        ...(seen === undefined ? {} : { ':seen': seen.holder, ':seenUntil': seen.expiresAt }),
      }),
    });
  }

  renew(holder: string, expiresAt: number): Promise<boolean> {
    return this.updateLease({
      UpdateExpression: 'SET expiresAt = :until',
      ...heldBy(holder, { ':until': expiresAt }),
    });
  }

  remember(holder: string, restore: Restore): Promise<boolean> {
    return this.updateLease({
      UpdateExpression: 'SET #restore = if_not_exists(#restore, :restore)',
      ExpressionAttributeNames: { '#restore': 'restore' },
      ...heldBy(holder, { ':restore': restore }),
    });
  }

  forget(holder: string): Promise<boolean> {
    return this.updateLease({
      UpdateExpression: 'REMOVE #restore',
      ExpressionAttributeNames: { '#restore': 'restore' },
      ...heldBy(holder),
    });
  }

  async release(holder: string): Promise<void> {
    await this.updateLease({
      UpdateExpression: 'REMOVE holder, requestedBy, #action, since, expiresAt',
      ExpressionAttributeNames: { '#action': 'action' },
      ...heldBy(holder),
    });
  }

  pointers(): Promise<Pointers | undefined> {
    return this.get<Pointers>(REGISTRY_KEYS.pointers);
  }

  version(version: string): Promise<ModelVersion | undefined> {
    return this.get<ModelVersion>(REGISTRY_KEYS.version(version));
  }

  async changes(): Promise<readonly PointerChange[]> {
    const found: PointerChange[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: marshall({ ':pk': this.partition, ':prefix': REGISTRY_KEYS.usePrefix }),
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      found.push(...Items.map((item) => unmarshall(item) as PointerChange));
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  }

  async move(holder: string, { expected, pointers, change, forget }: LeasedMove): Promise<LeasedOutcome> {
    const TableName = this.table;
    const lease = { TableName, Key: this.key(REGISTRY_KEYS.endpointLease) };
    const held = {
      ConditionExpression: 'holder = :holder',
      ExpressionAttributeValues: marshall({ ':holder': holder }),
    };
    const asExpected =
      expected === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'revision = :expected',
            ExpressionAttributeValues: marshall({ ':expected': expected.revision }),
          };
    const command = new TransactWriteItemsCommand({
      TransactItems: [
        forget
          ? {
              Update: {
                ...lease,
                UpdateExpression: 'REMOVE #restore',
                ExpressionAttributeNames: { '#restore': 'restore' },
                ...held,
              },
            }
          : { ConditionCheck: { ...lease, ...held } },
        { Put: { TableName, Item: this.item(REGISTRY_KEYS.pointers, pointers), ...asExpected } },
        {
          Put: {
            TableName,
            Item: this.item(REGISTRY_KEYS.use(change.revision), change),
            ConditionExpression: 'attribute_not_exists(pk)',
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

  private async updateLease(input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>): Promise<boolean> {
    try {
      await this.client.send(
        new UpdateItemCommand({ TableName: this.table, Key: this.key(REGISTRY_KEYS.endpointLease), ...input }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }

  private async get<Item>(sk: string): Promise<Item | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: this.key(sk), ConsistentRead: true }),
    );
    if (item === undefined) return undefined;
    const { pk: _pk, sk: _sk, ...content } = unmarshall(item);
    return content as Item;
  }

  private key(sk: string): Record<string, AttributeValue> {
    return marshall({ pk: this.partition, sk });
  }

  private item(sk: string, content: object): Record<string, AttributeValue> {
    return { ...marshall(content, { removeUndefinedValues: true }), ...this.key(sk) };
  }
}

function holdingOf(item: Partial<Holding> | undefined): Holding | undefined {
  const { holder, requestedBy = '', action = '', since = '', expiresAt = 0 } = item ?? {};
  return holder === undefined ? undefined : { holder, requestedBy, action, since, expiresAt };
}

function heldBy(holder: string, values: Readonly<Record<string, unknown>> = {}) {
  return {
    ConditionExpression: 'holder = :holder',
    ExpressionAttributeValues: marshall({ ':holder': holder, ...values }),
  };
}

/** Reasons stand in the order of the transaction's items: lease, pointers, change. */
function outcomeOf(error: unknown): LeasedOutcome {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') throw error;
  const { CancellationReasons = [] } = error as TransactionCanceledException;
  const [lease, ...writes] = CancellationReasons.map(({ Code }) => Code);
  if (lease === 'ConditionalCheckFailed') return 'lost';
  if (writes.includes('ConditionalCheckFailed')) return 'changed';
  throw error;
}
