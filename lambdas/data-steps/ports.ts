import type { DataPipelineConfig, SourceObject } from '../../protocol/dataset';
import type {
  DatasetLease,
  DatasetRun,
  DatasetVersionItem,
  LatestVersion,
  TakenSource,
} from '../../protocol/dataset-catalogue';
import type { ContentType, ObjectStore } from '../shared/dataset/object-store';
import type { MetricValues } from '../shared/emf';
import type { ObjectFormat } from './format-of';

/** `lost`: the lease is another's; `moved`: another version has become the latest. Either way nothing was written. */
export type CommitOutcome = 'done' | 'lost' | 'moved';

/** The catalogue table, as far as it speaks of one dataset. Reads see every write that has ended. */
export interface Catalogue {
  lease(): Promise<DatasetLease | undefined>;
  /** Takes the lease if it is still as it was seen; false where it is not. */
  take(lease: DatasetLease, seen: DatasetLease | undefined): Promise<boolean>;
  /** False where the lease is another's, or of another run. */
  renew(holder: string, run: string, expiresAt: number): Promise<boolean>;
  /** Asks a holder to begin again when it is done; false where it holds the lease no more. */
  askAgain(holder: string): Promise<boolean>;
  /** Gives the lease back; false where it is another's, or where `unlessAsked` and somebody asked to begin again. */
  release(holder: string, unlessAsked: boolean): Promise<boolean>;
  run(run: string): Promise<DatasetRun | undefined>;
  /** Adds a run; one that is there stays as it is. */
  addRun(run: DatasetRun): Promise<void>;
  changeRun(run: string, changes: Partial<DatasetRun>): Promise<void>;
  latest(): Promise<LatestVersion | undefined>;
  version(version: string): Promise<DatasetVersionItem | undefined>;
  /** All or nothing: adds the version, makes it the latest if its parent is that still, and marks the run as committed. */
  commit(holder: string, version: DatasetVersionItem): Promise<CommitOutcome>;
  /** Which of these objects were taken by earlier runs, by `CATALOGUE_KEYS.source`. */
  taken(objects: readonly SourceObject[]): Promise<ReadonlySet<string>>;
  markTaken(sources: readonly TakenSource[]): Promise<void>;
}

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  /** Cannot be read before it is brought back from an archive. */
  readonly archived: boolean;
}

/** Objects in source buckets. */
export interface Sources {
  /** One page after the other, in the order of the keys. */
  list(bucket: string, prefix: string): AsyncIterable<readonly ListedObject[]>;
  /** The object as it is now; undefined where it is gone. */
  pin(bucket: string, key: string): Promise<SourceObject | undefined>;
  /** Bytes of the object as it was pinned. Throws `SourceLost` where it is that no more. */
  open(object: SourceObject): AsyncIterable<Uint8Array>;
}

/** The dataset bucket. */
export interface Bucket extends ObjectStore {
  readonly name: string;
  exists(key: string): Promise<boolean>;
  copy(from: string, to: string): Promise<void>;
  /** Copies to where nothing is yet; what is there is left as it is. */
  copyNew(from: string, to: string): Promise<void>;
  /** Puts an object where none is yet; false where one is, which is left as it is. */
  create(key: string, body: Buffer, contentType: ContentType): Promise<boolean>;
  list(prefix: string): AsyncIterable<readonly string[]>;
  remove(keys: readonly string[]): Promise<void>;
  /** Says of those among these objects that are the dataset's own (inbox, replay) that they were taken, so that they go with time. */
  tagTaken(objects: readonly SourceObject[]): Promise<void>;
}

/** An object that no run has taken yet. */
export interface NewObject extends ObjectFormat {
  readonly object: SourceObject;
}

export interface Executions {
  /** Milliseconds since the epoch at which an execution ended; `running`, or `unknown` where it cannot be told. */
  endOf(execution: string): Promise<number | 'running' | 'unknown'>;
}

export interface World {
  readonly deployment: string;
  readonly config: DataPipelineConfig;
  readonly catalogue: Catalogue;
  readonly sources: Sources;
  readonly bucket: Bucket;
  readonly executions: Executions;
  emit(metrics: MetricValues, properties: Readonly<Record<string, string>>): void;
  /** Milliseconds since the epoch. */
  now(): number;
}
