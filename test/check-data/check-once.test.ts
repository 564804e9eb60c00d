import { describe, expect, it } from 'vitest';
import { checkOnce } from '../../lambdas/check-data/check-once';
import type { ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { column, schemaOf } from '../dataset/schema';
import { taskOf } from './shard';

const LINES = Buffer.from('{"id":"a"}\n{"id":"b"}\n');
const CONFIG = {
  dataset: 'rows',
  schema: schemaOf([column('id', 'string')]),
  holdOut: { kind: 'hash', share: 0.1, salt: 'salt' },
  sources: [],
  partitions: 2,
  shardBytes: 1000,
  codeVersion: '1',
} as const;
const TASK: ShardTask = { ...taskOf(LINES), format: 'jsonl', range: { from: 0, to: LINES.length } };

/** How often a source is read for a task, where the result of another lies already. */
async function readsAfter(first: ShardTask, second: ShardTask): Promise<number> {
  const objects = new Map<string, Buffer>();
  const store = {
    get: async (key: string) => objects.get(key),
    put: async (key: string, body: Buffer) => {
      objects.set(key, body);
    },
  };
  let reads = 0;
  const open = async function* () {
    reads += 1;
    yield LINES;
  };
  await checkOnce(first, CONFIG, store, open);
  reads = 0;
  await checkOnce(second, CONFIG, store, open);
  expect(objects.has(DATASET_OBJECTS.checked(second.run, second.shard))).toBe(true);
  return reads;
}

describe('a shard that was checked', () => {
  it.each<[string, ShardTask]>([
    ['a range', TASK],
    ['a whole object', { ...TASK, range: undefined }],
    ['a version', { ...TASK, object: { ...TASK.object, versionId: '1' } }],
  ])('is not checked again: %s', async (_, task) => {
    expect(await readsAfter(task, task)).toBe(0);
  });

  it.each<[string, ShardTask]>([
    ['another key', { ...TASK, object: { ...TASK.object, key: 'other' } }],
    ['other content', { ...TASK, object: { ...TASK.object, etag: '"other"' } }],
    ['another version', { ...TASK, object: { ...TASK.object, versionId: '2' } }],
    ['another bucket', { ...TASK, object: { ...TASK.object, bucket: 'other' } }],
    ['another range', { ...TASK, range: { from: 11, to: LINES.length } }],
    ['the whole', { ...TASK, range: undefined }],
  ])('is checked again where it is of %s now', async (_, task) => {
    expect(await readsAfter(TASK, task)).toBe(1);
  });
});
