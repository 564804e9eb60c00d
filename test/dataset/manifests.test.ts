import { describe, expect, it } from 'vitest';
import { liveShards } from '../../lambdas/shared/dataset/live-shards';
import { manifestFaults } from '../../lambdas/shared/dataset/verify-manifest';
import {
  canonicalJson,
  contentHashOf,
  schemaHashOf,
  sha256,
  versionOf,
} from '../../lambdas/shared/dataset/version-address';
import type { DatasetManifest, ShardFile } from '../../protocol/dataset';
import { mails } from '../data-steps/json-lines';

const { schema, holdOut } = mails();

const one: ShardFile = { digest: sha256('one'), rows: 3, bytes: 10, side: 'train' };
const two: ShardFile = { digest: sha256('two'), rows: 2, bytes: 10, side: 'holdout' };
const rest: ShardFile = { digest: sha256('rest'), rows: 1, bytes: 5, side: 'train' };

function manifest(changes: Partial<DatasetManifest> = {}): DatasetManifest {
  const schemaHash = schemaHashOf(schema);
  const contentHash = contentHashOf(schemaHash, [one.digest, two.digest]);
  return {
    dataset: 'mails',
    version: versionOf(contentHash),
    contentHash,
    schema,
    schemaHash,
    holdOut,
    partitions: 3,
    shards: [one, two],
    rows: { train: 3, holdout: 2 },
    counts: { rows: 7, published: 5, quarantined: 1, duplicates: 1 },
    sources: [],
    profile: null,
    addedProfile: null,
    gate: { passed: true, checks: [] },
    parent: null,
    run: 'run',
    codeVersion: '1',
    publishedAt: '2026-11-25T00:00:00.000Z',
    tombstones: [],
    ...changes,
  };
}

const erasedAt = '2026-11-26T00:00:00.000Z';
const grave = { shard: one.digest, replacedBy: rest, rowsErased: 2, erasedAt };

describe('the address of a version', () => {
  it('is the sha-256 of the schema’s hash and the sorted digests, a line each', () => {
    const hash = contentHashOf('s', ['b', 'a']);
    expect(hash).toBe(sha256('s\na\nb\n'));
    expect(contentHashOf('s', ['a', 'b'])).toBe(hash);
    expect(versionOf(hash)).toBe(`d-${hash.slice(0, 16)}`);
  });

  it('does not depend on the order in which members of the schema were written', () => {
    const reversed = Object.fromEntries(Object.entries(schema).reverse()) as unknown as typeof schema;
    expect(JSON.stringify(reversed)).not.toBe(JSON.stringify(schema));
    expect(schemaHashOf(reversed)).toBe(schemaHashOf(schema));
    expect(schemaHashOf({ ...schema, minimumRows: 1 })).not.toBe(schemaHashOf(schema));
  });

  it('takes what is undefined for what is not there', () => {
    expect(canonicalJson({ b: [1, undefined], a: undefined, c: { z: null, y: 'é' } })).toBe(
      '{"b":[1,null],"c":{"y":"é","z":null}}',
    );
  });
});

describe('a manifest', () => {
  it('is what its version says', () => {
    expect(manifestFaults(manifest())).toEqual([]);
  });

  it.each([
    ['schema', { schema: { ...schema, minimumRows: 9 } }, /the hash of the schema is/],
    ['shard', { shards: [one, rest] }, /the content hash is/],
    ['missing shard', { shards: [one], rows: { train: 3, holdout: 0 } }, /the content hash is/],
    ['version', { version: 'd-0123456789abcdef' }, /the version is d-0123456789abcdef, expected d-/],
    ['number of rows', { rows: { train: 4, holdout: 2 } }, /the number of rows to train with is 4, expected 3/],
    ['number of rows held out', { rows: { train: 3, holdout: 1 } }, /the number of rows held out is 1, expected 2/],
    ['count', { counts: { rows: 8, published: 5, quarantined: 1, duplicates: 1 } }, /are not all rows of its run/],
    ['repeated shard', { shards: [one, two, two] }, /a shard stands in it twice/],
  ] as const)('with another %s is not', (_, changes, fault) => {
    expect(manifestFaults(manifest(changes)).join('; ')).toMatch(fault);
  });

  it('stays verifiable when rows are erased, once and again', () => {
    const gone = { shard: one.digest, replacedBy: null, rowsErased: 1, erasedAt };
    const first = { ...grave, replacedBy: { ...rest, rows: 2 }, rowsErased: 1 };
    const second = { ...grave, rowsErased: 1 };
    for (const tombstones of [[grave], [grave, gone], [{ ...gone, rowsErased: 3 }], [first, second, gone]]) {
      expect(manifestFaults(manifest({ tombstones }))).toEqual([]);
    }
    expect(liveShards(manifest())).toEqual([one, two]);
    expect(liveShards(manifest({ tombstones: [grave] }))).toEqual([rest, two]);
    expect(liveShards(manifest({ tombstones: [grave, gone] }))).toEqual([two]);
  });

  it.each([
    ['for a shard that is not there', { ...grave, shard: sha256('none') }, /which is not there/],
    ['that counts other rows', { ...grave, rowsErased: 1 }, /counts 1 rows, expected 2/],
    ['that adds rows', { ...grave, replacedBy: { ...rest, rows: 9 } }, /counts 2 rows, expected -6/],
    [
      'that changes sides',
      { ...grave, replacedBy: { ...rest, side: 'holdout' as const } },
      /is on the side holdout, expected train/,
    ],
  ] as const)('with a tombstone %s is not what its version says', (_, tombstone, fault) => {
    expect(manifestFaults(manifest({ tombstones: [tombstone] })).join('; ')).toMatch(fault);
  });
});
