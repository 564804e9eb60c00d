import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PipelineWatch } from '../../../protocol/dataset';
import { CATALOGUE_KEYS, type LatestVersion } from '../../../protocol/dataset-catalogue';
import type { WatchedCatalogue } from '../watch';

/** Runs that are read at once, of which one that ended well is most often the first. */
const PAGE = 100;

type Item = Record<string, AttributeValue>;

/** The catalogue table for whoever only looks. */
export class DynamoWatchedCatalogue implements WatchedCatalogue {
  private readonly partition: string;

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    dataset: string,
  ) {
    this.partition = CATALOGUE_KEYS.dataset(dataset);
  }

  latest(): Promise<LatestVersion | undefined> {
    return this.get<LatestVersion>(CATALOGUE_KEYS.latest);
  }

  async firstSeen(now: string): Promise<string> {
    const before = await this.get<PipelineWatch>(CATALOGUE_KEYS.watch);
    if (before !== undefined) return before.since;
    const watch: PipelineWatch = { since: now };
    await this.client.send(
      new PutItemCommand({ TableName: this.table, Item: { ...marshall(watch), ...this.key(CATALOGUE_KEYS.watch) } }),
    );
    return now;
  }

  /** Runs sort by when they began; those of one execution began together, so that the latest end of a page is taken. */
  async lastGoodEnd(): Promise<string | undefined> {
    let from: Item | undefined;
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :dataset AND begins_with(sk, :runs)',
          FilterExpression: '#state IN (:published, :unchanged)',
          ProjectionExpression: 'endedAt',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: marshall({
            ':dataset': this.partition,
            ':runs': CATALOGUE_KEYS.runPrefix,
            ':published': 'published',
            ':unchanged': 'unchanged',
          }),
          ScanIndexForward: false,
          Limit: PAGE,
          ExclusiveStartKey: from,
        }),
      );
      const ends = (page.Items ?? []).flatMap((item) => (item.endedAt?.S === undefined ? [] : [item.endedAt.S]));
      if (ends.length > 0) return ends.sort().at(-1);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return undefined;
  }

  private async get<Content>(sk: string): Promise<Content | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: this.key(sk), ConsistentRead: true }),
    );
    return item === undefined ? undefined : (unmarshall(item) as Content);
  }

  private key(sk: string): Item {
    return marshall({ pk: this.partition, sk });
  }
}
