import type { ShardFile, SourceObject } from '../../../protocol/dataset';
import type { DatasetProfile } from '../statistics/dataset-profile';
import type { ByteRange } from './object-store';

/** What a run is made of, as `plan` decided it once; a run that is taken up again keeps to it. */
export interface RunPlan {
  readonly run: string;
  /** Version that was the latest when the run was planned; null for the first. */
  readonly parent: string | null;
  readonly objects: readonly SourceObject[];
  readonly shards: number;
  /** Objects that were left where they are, because their name does not tell their format, or they are archived. */
  readonly leftAlone: { readonly count: number; readonly first: readonly string[] };
  /** Whether there was more than one run takes. */
  readonly more: boolean;
}

/** A part of a block of rows. */
export interface BlockPart extends ByteRange {
  readonly key: string;
}

/** Where the rows of one partition stand: parts of the blocks of all shards, in the order of the shards. */
export interface PartitionParts {
  /** Of the section of keys, by partition of keys. */
  readonly keys: readonly BlockPart[];
  /** Of the section of rows, by partition of groups. */
  readonly rows: readonly BlockPart[];
}

/** What `match-keys` found in one partition of keys. */
export interface MatchResult {
  readonly partition: number;
  readonly rows: number;
  readonly kept: number;
  readonly duplicates: number;
  readonly conflicts: number;
  /** Where the fates of each partition of groups begin in the file of fates; one more for its end. */
  readonly fateOffsets: readonly number[];
}

/** What `split-data` made of one partition of groups. */
export interface SplitResult {
  readonly partition: number;
  readonly rows: number;
  readonly published: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly files: readonly ShardFile[];
  /** Of the published rows; absent where there are none. */
  readonly profile?: DatasetProfile;
}
