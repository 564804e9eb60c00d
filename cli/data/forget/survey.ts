import { type CellValue, valuesOfLine } from '../../../lambdas/shared/dataset/canonical-row';
import { HASH_BYTES, writeHash } from '../../../lambdas/shared/dataset/hash';
import { RowHasher } from '../../../lambdas/shared/dataset/row-hashes';
import { canonicalJson } from '../../../lambdas/shared/dataset/version-address';
import type { DatasetProfile } from '../../../lambdas/shared/statistics/dataset-profile';
import { mergeProfiles, ProfileBuilder } from '../../../lambdas/shared/statistics/profile';
import type { DatasetManifest } from '../../../protocol/dataset';
import type { DatasetObjects } from '../ports';
import { readShard } from '../shards';
import type { ErasedHashes } from './index-files';

/** A version as it will be, and what it held of the subject. */
export interface Surveyed {
  readonly manifest: Pick<DatasetManifest, 'schema' | 'holdOut'>;
  /** Digests of the shards that will be left of it. */
  readonly left: readonly string[];
  /** Those of them that it added to its parent. */
  readonly added: ReadonlySet<string>;
  /** Canonical lines of the subject's rows in shards that it names. */
  readonly erased: readonly Buffer[];
}

export interface SurveyResult {
  readonly profile: DatasetProfile;
  readonly addedProfile: DatasetProfile;
  /** Greatest value of the freshness column, ISO 8601. */
  readonly newestEvent: string | undefined;
  readonly hashes: ErasedHashes;
}

/** What has to be known of each version, kept while shards are read one by one. */
interface Tally {
  readonly of: Surveyed;
  readonly how: Reading;
  profile: DatasetProfile;
  addedProfile: DatasetProfile;
  newest: number;
  readonly keys: ReadonlySet<string>;
  /** Groups of erased rows; those that other rows are in still are taken out. */
  readonly groups: Set<string>;
}

/** One schema and hold-out: versions that share them read a shard once. */
class Reading {
  private readonly hasher: RowHasher;
  /** Index of the freshness column, or -1. */
  private readonly freshness: number;

  constructor(private readonly manifest: Surveyed['manifest']) {
    const { columns, freshness } = manifest.schema;
    this.freshness = columns.findIndex(({ name }) => name === freshness?.column);
    this.hasher = new RowHasher(manifest.schema, manifest.holdOut);
  }

  values(line: Buffer): CellValue[] {
    return valuesOfLine(this.manifest.schema.columns, line.toString('utf8'));
  }

  hashes(values: readonly CellValue[]): { readonly key: string; readonly group: string } {
    const { k, g } = this.hasher.of(values);
    return { key: hexOf(k), group: hexOf(g) };
  }

  /** Time of the freshness column. */
  time(values: readonly CellValue[]): number {
    const value = values[this.freshness];
    return typeof value === 'number' ? value : Number.NEGATIVE_INFINITY;
  }

  builder(): ProfileBuilder {
    return ProfileBuilder.of(this.manifest.schema.columns);
  }
}

/**
 * Reads what will be left of versions: their profiles are made anew, for a minimum, a rare value or a sketch tells of a row that
 * is gone; and of the groups of erased rows those are found that have no other row.
 */
export async function survey(
  objects: DatasetObjects,
  versions: readonly Surveyed[],
  step: (text: string) => Promise<void>,
): Promise<SurveyResult[]> {
  const readings = new Map<string, Reading>();
  const tallies = versions.map((version) => tallyOf(version, readings));
  const digests = [...new Set(versions.flatMap(({ left }) => left))];
  let done = 0;
  for (const digest of digests) {
    const holding = tallies.filter(({ of }) => of.left.includes(digest));
    for (const how of new Set(holding.map((tally) => tally.how))) {
      const sharing = holding.filter((tally) => tally.how === how);
      const { profile, newest } = await readRest(objects, digest, how, sharing);
      for (const tally of sharing) {
        tally.newest = Math.max(tally.newest, newest);
        tally.profile = mergeProfiles(tally.profile, profile);
        if (tally.of.added.has(digest)) tally.addedProfile = mergeProfiles(tally.addedProfile, profile);
      }
    }
    done += 1;
    await step(`${done} of ${digests.length} shards profiled`);
  }
  return tallies.map(({ profile, addedProfile, newest, keys, groups }) => ({
    profile,
    addedProfile,
    newestEvent: Number.isFinite(newest) ? new Date(newest).toISOString() : undefined,
    hashes: { keys, groups },
  }));
}

function tallyOf(of: Surveyed, readings: Map<string, Reading>): Tally {
  const { schema, holdOut } = of.manifest;
  const name = canonicalJson([schema, holdOut]);
  const how = readings.get(name) ?? new Reading(of.manifest);
  readings.set(name, how);
  const hashes = of.erased.map((line) => how.hashes(how.values(line)));
  const none = how.builder().toProfile();
  return {
    of,
    how,
    profile: none,
    addedProfile: none,
    newest: Number.NEGATIVE_INFINITY,
    keys: new Set(hashes.map(({ key }) => key)),
    groups: new Set(hashes.map(({ group }) => group)),
  };
}

async function readRest(
  objects: DatasetObjects,
  digest: string,
  how: Reading,
  tallies: readonly Tally[],
): Promise<{ readonly profile: DatasetProfile; readonly newest: number }> {
  const builder = how.builder();
  let newest = Number.NEGATIVE_INFINITY;
  await readShard(objects, digest, (lines) => {
    for (const line of lines) {
      const values = how.values(line);
      values.forEach((value, column) => {
        builder.add(column, value);
      });
      newest = Math.max(newest, how.time(values));
      if (tallies.every(({ groups }) => groups.size === 0)) continue;
      const { group } = how.hashes(values);
      for (const { groups } of tallies) groups.delete(group);
    }
  });
  return { profile: builder.toProfile(), newest };
}

function hexOf(words: Uint32Array): string {
  const bytes = Buffer.allocUnsafe(HASH_BYTES);
  writeHash(words, bytes, 0);
  return bytes.toString('hex');
}
