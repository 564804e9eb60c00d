import type { RowFault, RowRule, ShardTask, SourceObject } from '../../../protocol/dataset';
import type { DatasetProfile } from '../statistics/dataset-profile';

/** Rows of a shard that go into the result itself as samples. */
export const MAX_SAMPLES = 20;

/** A fault with the number of its row. */
export interface FaultSample extends RowFault {
  readonly row: number;
}

/** A block of accepted rows in the dataset bucket. */
export interface RowBlock {
  readonly key: string;
  readonly rows: number;
  /** Bytes at which each key partition begins, and the end of the last: one more than there are partitions. */
  readonly keyOffsets: readonly number[];
  /** The same of the group partitions. */
  readonly rowOffsets: readonly number[];
}

/** What `check-data` found of a shard: written once all else of the shard is, so that where it is, the shard is done. */
export interface ShardResult {
  readonly shard: string;
  readonly object: SourceObject;
  /** Names of the columns of a shard of CSV, in its order; absent where they do not fit the schema. */
  readonly header?: readonly string[];
  /** As planned. */
  readonly range?: ShardTask['range'];
  /** `rows = accepted + quarantined`. */
  readonly counts: { readonly rows: number; readonly accepted: number; readonly quarantined: number };
  /** Faults, of which a row may have several. */
  readonly faultsByRule: Partial<Record<RowRule, number>>;
  /** Rows with a fault that fails the gate. */
  readonly failFaults: number;
  readonly samples: readonly FaultSample[];
  /** Of the accepted rows. */
  readonly profile: DatasetProfile;
  readonly blocks: readonly RowBlock[];
  /** Files of quarantined rows in the dataset bucket, in their order. */
  readonly quarantineFiles: readonly string[];
  /** Greatest value of the freshness column among accepted rows, ISO 8601. */
  readonly newestEvent?: string;
  /** The object was not as it was planned: nothing of the shard counts, and what was quarantined of it until then is void. */
  readonly lost?: 'changed' | 'gone';
}
