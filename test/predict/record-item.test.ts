import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromItem, openShardOf, toItem } from '../../lambdas/shared/record-item';
import { OPEN_SHARDS, type PredictionRecord } from '../../protocol/prediction';

const RECORD: PredictionRecord = {
  id: 'P#00000000-0000-4000-8000-00000000000b',
  inferenceId: '00000000-0000-4000-8000-00000000000b',
  actor: 'iam:1:A',
  state: 'answered',
  at: '2026-11-22T12:00:00.000Z',
  modelVersion: 'v-1',
  input: null,
  inputExact: true,
  output: null,
  findings: [{ rule: 'r', mode: 'enforce', action: 'mask', count: 1, kinds: ['EMAIL'] }],
  attempts: 1,
  expiresAt: 1,
};

function through(record: PredictionRecord): PredictionRecord {
  return fromItem(unmarshall(marshall(toItem(record), { removeUndefinedValues: true })));
}

test('a record comes back from its item as it was, whatever JSON its payloads are', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.jsonValue(),
      fc.double({ min: 1e-130, max: 1, noNaN: true }),
      (input, output, confidence) => {
        const exact = (value: unknown) => ({ inline: JSON.parse(JSON.stringify(value)) });
        const record = { ...RECORD, input: exact(input), output: exact(output), confidence };
        expect(through(record)).toEqual(record);
      },
    ),
  );
});

test('a payload in S3 comes back as its reference, unset members not at all', () => {
  const record = { ...RECORD, input: { bucket: 'b', key: 'k' }, label: undefined };
  expect(through(record)).toStrictEqual({ ...RECORD, input: { bucket: 'b', key: 'k' } });
});

test('only open records are in the index of open records', () => {
  expect(toItem({ ...RECORD, state: 'running', openUntil: 5 })).toMatchObject({
    openShard: 0xb % OPEN_SHARDS,
    openUntil: 5,
  });
  for (const state of ['answered', 'blocked', 'failed', 'cut'] as const) {
    expect(toItem({ ...RECORD, state })).not.toHaveProperty('openShard');
  }
});

test('every shard is used and none beyond', () => {
  const shards = new Set([...'0123456789abcdef'].map((digit) => openShardOf(`x-${digit}`)));
  expect([...shards].sort()).toEqual(Array.from({ length: OPEN_SHARDS }, (_, shard) => shard));
});
