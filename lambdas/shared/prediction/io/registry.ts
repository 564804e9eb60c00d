import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type ModelVersion, type Pointers, REGISTRY_KEYS } from '../../../../protocol/model-version';
import type { Registry } from '../ports';

/** Pointers and versions of one model in the registry table. */
export class DynamoRegistry implements Registry {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
    private readonly model: string,
  ) {}

  async pointers(): Promise<Pointers | undefined> {
    return (await this.get(REGISTRY_KEYS.pointers)) as Pointers | undefined;
  }

  async version(version: string): Promise<ModelVersion | undefined> {
    return (await this.get(REGISTRY_KEYS.version(version))) as ModelVersion | undefined;
  }

  private async get(sk: string): Promise<object | undefined> {
    const key = { pk: { S: REGISTRY_KEYS.partition(this.model) }, sk: { S: sk } };
    // Consistent, so that a handler never falls back behind what another has seen.
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.tableName, Key: key, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : unmarshall(Item);
  }
}
