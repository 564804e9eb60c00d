/** What a column holds. Dates are `YYYY-MM-DD`; timestamps are ISO 8601 with a zone, or epoch seconds or milliseconds as numbers. */
export type ColumnType = 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp';

/** What a broken rule does: `reject` sets the row apart and goes on; `fail` sets it apart and fails the gate. */
export type RuleSeverity = 'reject' | 'fail';

/** Rules that a single row can break, and what is said of a row that is no row at all. */
export type RowRule =
  | 'malformed'
  | 'encoding'
  | 'too-large'
  | 'columns'
  | 'type'
  | 'required'
  | 'range'
  | 'allowed'
  | 'pattern'
  | 'length'
  | 'unique';

/** Rules about all rows of a run, or about a run and the version before it. */
export type DatasetRule =
  | 'minimum-rows'
  | 'maximum-bad-share'
  | 'maximum-null-share'
  | 'freshness'
  | 'class-balance'
  | 'distribution'
  | 'severity-fail';

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether an empty or absent value is a fault. */
  readonly required: boolean;
  /** Whether values are personal data: they are never shown, logged, or kept in a profile. */
  readonly personal: boolean;
  /** Least value, inclusive: a number, or a date or timestamp as text. */
  readonly minimum?: number | string;
  /** Greatest value, inclusive. */
  readonly maximum?: number | string;
  readonly allowed?: readonly (string | number | boolean)[];
  /** Regular expression that a text must match as a whole. */
  readonly pattern?: string;
  /** Characters, of a text. */
  readonly maxLength?: number;
  /** What a fault in this column does. */
  readonly severity: RuleSeverity;
  /** Largest share of empty values in a run, 0 to 1. */
  readonly maxNullShare?: number;
  /** Largest population stability index against the last published version. */
  readonly maxPsi?: number;
}

/** The schema of a dataset and what is expected of it, as the construct compiles it. Its hash is part of a version's address. */
export interface DatasetSchemaDocument {
  readonly columns: readonly ColumnSchema[];
  /** Columns that identify a row; empty: the whole row does. */
  readonly key: readonly string[];
  /** What a second row with the key of another and other content does. */
  readonly keySeverity: RuleSeverity;
  /** Columns by which rows belong together: they never stand on both sides of the split. Empty: all but key and time column. */
  readonly group: readonly string[];
  /** Column that says whose row it is, for `slipway data forget`; absent: the key, where it is one column. */
  readonly subject?: string;
  /** Least number of accepted rows of a run. */
  readonly minimumRows?: number;
  /** Largest share of rows of a run that are set apart, 0 to 1. */
  readonly maximumBadShare?: number;
  readonly freshness?: { readonly column: string; readonly maxAgeSeconds: number };
  readonly classBalance?: {
    readonly column: string;
    /** Share of each named value among the accepted rows of a run, 0 to 1, inclusive. */
    readonly shares: readonly { readonly value: string; readonly minimum: number; readonly maximum: number }[];
  };
}

/** How rows are held out. What was held out once stays so in every later version. */
export type HoldOutDocument =
  | { readonly kind: 'hash'; readonly share: number; readonly salt: string }
  | { readonly kind: 'time'; readonly column: string; readonly from: string };

export type SourceFormat = 'csv' | 'jsonl' | 'parquet';

export interface SourceDocument {
  /** Name of the bucket; empty: the dataset's own, below `DATASET_OBJECTS.inbox`, with which the prefix begins then. */
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** Absent: told by the name of each object (`.csv`, `.csv.gz`, `.jsonl`, `.ndjson`, `.jsonl.gz`, `.parquet`). */
  readonly format?: SourceFormat;
  /** One character. Default `,`. */
  readonly delimiter?: string;
}

/** What `HANDLER_CONFIG_FILE` holds beside the bundles of all handlers of a data pipeline. */
export interface DataPipelineConfig {
  readonly dataset: string;
  readonly schema: DatasetSchemaDocument;
  readonly holdOut: HoldOutDocument;
  readonly sources: readonly SourceDocument[];
  /** Partitions of keys and of groups; the same for all versions of a dataset. */
  readonly partitions: number;
  /** Bytes of an object that one worker reads, about. */
  readonly shardBytes: number;
  /** Version of the code that makes the datasets, for the manifest. */
  readonly codeVersion: string;
  /** Days for which shards and manifests are locked against deletion (S3 Object Lock, governance mode) when they are written; absent: not. */
  readonly lockDays?: number;
}

/** One object as it lay in a source bucket. */
export interface SourceObject {
  readonly bucket: string;
  readonly key: string;
  /** Absent where the bucket keeps no versions; then `etag` tells one from another. */
  readonly versionId?: string;
  readonly etag: string;
  readonly bytes: number;
}

/** What one worker checks: a byte range of an object, or a whole one. */
export interface ShardTask {
  readonly run: string;
  /** `00000` upwards: the order of shards is the order of rows. */
  readonly shard: string;
  readonly object: SourceObject;
  readonly format: SourceFormat;
  readonly gzip: boolean;
  readonly delimiter: string;
  /** First byte and the byte after the last; absent: the whole object. Both stand at the start of a row. */
  readonly range?: { readonly from: number; readonly to: number };
  /** Names of the columns, where the range does not begin with them. */
  readonly header?: readonly string[];
  /** Number of the first row of the range, counted from 1 without the header. */
  readonly firstRow: number;
  /** Events later than it have a wrong time, and are not the newest; ISO 8601, UTC. Absent: there are none. */
  readonly notAfter?: string;
}

/** Where a bad row stood and why it is bad. Values of personal columns are masked. */
export interface RowFault {
  readonly rule: RowRule;
  readonly severity: RuleSeverity;
  /** Absent where the row as a whole is at fault. */
  readonly column?: string;
  /** At most 80 characters; `***` for a personal column. */
  readonly value?: string;
  /** What was expected, in words. */
  readonly expected: string;
}

/** One line of a quarantine file. */
export interface QuarantinedRow {
  readonly object: SourceObject;
  readonly format: SourceFormat;
  readonly delimiter: string;
  readonly header?: readonly string[];
  /** Counted from 1, without the header. */
  readonly row: number;
  /** First byte within the object (after decompression, where it is compressed); absent for Parquet. */
  readonly offset?: number;
  /** The original bytes, base64; of a Parquet row its JSON. */
  readonly raw: string;
  /** Of a row that is kept in several lines, which one this is, from 0; their bytes in this order are the row. It counts once. */
  readonly piece?: number;
  /** Whether `raw` is what follows the damage in a compressed object, as it lies there: no row can be told in it. */
  readonly compressed?: true;
  readonly faults: readonly RowFault[];
}

/** Counts of a shard, a run or a version. `rows = accepted + quarantined` of a shard; the law of a run is `holds` below. */
export interface RowCounts {
  readonly rows: number;
  readonly published: number;
  readonly quarantined: number;
  readonly duplicates: number;
}

/** The accounting law. */
export function accountsHold({ rows, published, quarantined, duplicates }: RowCounts): boolean {
  return rows === published + quarantined + duplicates;
}

export interface ShardFile {
  /** Sha-256, hex, of the uncompressed bytes. */
  readonly digest: string;
  readonly rows: number;
  /** Uncompressed. */
  readonly bytes: number;
  readonly side: DatasetSide;
}

export type DatasetSide = 'train' | 'holdout';

/**
 * Rows of one subject that were erased from a shard. The digest of the shard as it was published stays in the manifest. A shard
 * that lost rows more than once has several, of which the last says what is left.
 */
export interface Tombstone {
  /** Digest of the shard as published. */
  readonly shard: string;
  /** What is left of it; null where nothing is. */
  readonly replacedBy: ShardFile | null;
  readonly rowsErased: number;
  /** ISO 8601, UTC. */
  readonly erasedAt: string;
}

/** An immutable dataset version. */
export interface DatasetManifest {
  readonly dataset: string;
  /** `d-` and the first 16 hex digits of the content hash. */
  readonly version: string;
  /** Sha-256, hex, of the schema's hash and the sorted digests of the shards. */
  readonly contentHash: string;
  readonly schema: DatasetSchemaDocument;
  readonly schemaHash: string;
  readonly holdOut: HoldOutDocument;
  /** Partitions of keys and of groups: as many files has each index of the version. */
  readonly partitions: number;
  /** All shards, those of the parent included. */
  readonly shards: readonly ShardFile[];
  /** Of all its shards. */
  readonly rows: { readonly train: number; readonly holdout: number };
  /** Of the run that made it. */
  readonly counts: RowCounts;
  /** Of the run that made it; the objects of earlier runs stand in the manifests of the parents. */
  readonly sources: readonly SourceObject[];
  /** Statistics per column of all rows, as `lambdas/shared/statistics` writes them. */
  readonly profile: unknown;
  /** The same of the rows that this version added. */
  readonly addedProfile: unknown;
  readonly gate: GateReport;
  readonly parent: string | null;
  readonly run: string;
  readonly codeVersion: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  /** Greatest value of the freshness column, ISO 8601. */
  readonly newestEvent?: string;
  readonly tombstones: readonly Tombstone[];
}

export const DATASET_VERSION_PATTERN = /^d-[0-9a-f]{16}$/;

export interface GateCheck {
  readonly rule: DatasetRule | RowRule;
  readonly column?: string;
  readonly passed: boolean;
  /** What was measured; null where the check could not run, and `reason` says why. */
  readonly measured: number | string | null;
  readonly expected: string;
  readonly reason?: string;
}

export interface GateReport {
  readonly passed: boolean;
  readonly checks: readonly GateCheck[];
}

/** The item `CATALOGUE_KEYS.watch`. */
export interface PipelineWatch {
  /** ISO 8601, UTC: when the pipeline was first looked at. */
  readonly since: string;
}

/** Tag of an object of the dataset's own inbox, or of replayed rows, that a run has taken: only such objects go with time. */
export const TAKEN_TAG = { key: 'slipway', value: 'taken' } as const;

/** The event that is sent when a version is published: source and detail type of EventBridge. */
export const DATASET_EVENT = { source: 'slipway.data', published: 'DatasetPublished' } as const;

export interface DatasetPublished {
  readonly deployment: string;
  readonly dataset: string;
  readonly version: string;
  readonly parent: string | null;
  readonly manifest: { readonly bucket: string; readonly key: string };
  readonly rows: { readonly train: number; readonly holdout: number };
}
