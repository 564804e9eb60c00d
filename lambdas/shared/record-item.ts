import { isOpen, OPEN_SHARDS, type PredictionRecord, type StoredPayload } from '../../protocol/prediction';

/** A record as attributes of an item. */
export type RecordItem = Readonly<Record<string, unknown>>;

/**
 * Inline payloads are kept as JSON text: DynamoDB's own types would refuse numbers outside of 1e-130 .. 9.9e125 and more than 32
 * levels, and change some of the rest.
 */
export function toItem(record: PredictionRecord): RecordItem {
  return {
    ...record,
    input: payloadAttribute(record.input),
    output: payloadAttribute(record.output),
    ...(isOpen(record.state) ? { openShard: openShardOf(record.inferenceId) } : {}),
  };
}

export function fromItem(item: RecordItem): PredictionRecord {
  const { openShard: _openShard, ...attributes } = item;
  // Items under this key are written by `toItem` alone.
  const record = attributes as unknown as PredictionRecord;
  return { ...record, input: payloadOf(attributes.input), output: payloadOf(attributes.output) };
}

/** Shard of the index of open records: the last hex digit of a random id is even over them. */
export function openShardOf(inferenceId: string): number {
  return Number.parseInt(inferenceId.slice(-1), 16) % OPEN_SHARDS;
}

function payloadAttribute(payload: StoredPayload | null): unknown {
  if (payload === null || 'key' in payload) return payload;
  return { json: JSON.stringify(payload.inline) };
}

function payloadOf(attribute: unknown): StoredPayload | null {
  if (typeof attribute !== 'object' || attribute === null) return null;
  if ('json' in attribute) return { inline: JSON.parse(String(attribute.json)) };
  if ('bucket' in attribute && 'key' in attribute)
    return { bucket: String(attribute.bucket), key: String(attribute.key) };
  return null;
}
