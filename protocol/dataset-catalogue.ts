import type { GateReport, RowCounts, RowFault, RowRule, SourceObject } from './dataset';

/** How a run ended. `unchanged`: nothing new, or only duplicates. `left`: another run holds the lease and was told to look again. */
export type RunOutcome = 'published' | 'unchanged' | 'gate-failed' | 'failed' | 'left';

/** The item of a run in the catalogue. */
export interface DatasetRun {
  readonly dataset: string;
  readonly run: string;
  readonly state: 'running' | RunOutcome;
  readonly execution: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** When another execution took it up, the last time; it is judged and measured by then. */
  readonly resumedAt?: string;
  readonly endedAt?: string;
  readonly counts?: RowCounts;
  readonly version?: string;
  readonly gate?: GateReport;
  /** What failed, in words, without a value of the data. */
  readonly error?: string;
  /** How far it came. After `committed` its version is the latest, and only the rest of the bookkeeping is left. */
  readonly phase?: RunPhase;
  /** Objects that it took up, and that it left because their names do not tell a format or they are archived. */
  readonly objects?: number;
  readonly leftAlone?: number;
  /** Objects that changed or went between its plan and its reading; nothing of them was taken. */
  readonly lost?: number;
}

export type RunPhase = 'begun' | 'planned' | 'merged' | 'judged' | 'committed';

/** `DATASET_OBJECTS.report`: what is known of a run beyond its item. Values of personal columns are masked. */
export interface RunReport {
  readonly run: string;
  readonly counts: RowCounts;
  /** Faults, of which a row may have several. */
  readonly faultsByRule: Partial<Record<RowRule, number>>;
  /** The first bad rows of the first shards that have any. */
  readonly samples: readonly (RowFault & { readonly row: number; readonly key: string })[];
  readonly gate: GateReport;
  readonly leftAlone: { readonly count: number; readonly first: readonly string[] };
  readonly lost: readonly SourceObject[];
  /** Statistics of the accepted rows. */
  readonly profile: unknown;
}

/** The item of a version in the catalogue; the manifest says the rest. */
export interface DatasetVersionItem {
  readonly dataset: string;
  readonly version: string;
  readonly contentHash: string;
  readonly schemaHash: string;
  readonly parent: string | null;
  readonly run: string;
  readonly rows: { readonly train: number; readonly holdout: number };
  /** Of the run that made it. */
  readonly counts: RowCounts;
  readonly manifest: { readonly bucket: string; readonly key: string };
  readonly codeVersion: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  readonly newestEvent?: string;
}

/** The item `CATALOGUE_KEYS.latest`, moved only from the parent of the version that it names. */
export interface LatestVersion {
  readonly version: string;
  readonly run: string;
  readonly publishedAt: string;
  readonly newestEvent?: string;
}

/** A source object that a run has taken. */
export interface TakenSource extends SourceObject {
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
}

/**
 * The item `CATALOGUE_KEYS.lease`: who works on the dataset. It is taken, renewed and given back by conditional writes; an item
 * without a holder, or none at all, is free.
 */
export interface DatasetLease {
  /** Execution of the pipeline, by ARN; of whoever else must keep runs away, a name that is no ARN. */
  readonly holder: string;
  /** Run that the holder works on; absent between two rounds of an execution, and where the holder is no execution. */
  readonly run?: string;
  /** Runs that the execution has made before this one. */
  readonly round: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Milliseconds since the epoch: free from then on, unless the holder is an execution that is known to be running. */
  readonly expiresAt: number;
  /** Somebody came while the holder worked: it begins again when it is done, or tells the pipeline to. */
  readonly again?: boolean;
}

/** Keys of the catalogue table: partition `pk`, sort `sk`. */
export const CATALOGUE_KEYS = {
  dataset: (dataset: string): string => `DATASET#${dataset}`,
  version: (version: string): string => `VERSION#${version}`,
  versionPrefix: 'VERSION#',
  run: (run: string): string => `RUN#${run}`,
  runPrefix: 'RUN#',
  latest: 'LATEST',
  lease: 'LEASE',
  watch: 'WATCH',
  sources: (dataset: string): string => `SOURCES#${dataset}`,
  /** By its ETag, for a listing tells no versions: the same bytes put there again are no other object. */
  source: ({ bucket, key, etag }: Pick<SourceObject, 'bucket' | 'key' | 'etag'>): string => `${bucket}/${key}#${etag}`,
  /** That the quarantine of a run was replayed. */
  replay: (run: string): string => `REPLAY#${run}`,
  replayPrefix: 'REPLAY#',
} as const;
