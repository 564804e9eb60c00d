import type { Readable } from 'node:stream';
import type { DatasetPublished, SourceObject } from '../../protocol/dataset';
import type { DatasetLease, DatasetRun, DatasetVersionItem, LatestVersion } from '../../protocol/dataset-catalogue';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** One version of an object, or the mark of its deletion. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  /** Whether it is what a reader gets. */
  readonly latest: boolean;
}

/** The bucket of a dataset, which keeps versions. */
export interface DatasetObjects {
  readonly bucket: string;
  /** What a reader gets, in the order of keys. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** All versions and deletion marks. */
  versions(prefix: string): Promise<readonly ObjectVersion[]>;
  /** Undefined where there is no such object. */
  read(key: string): Promise<Readable | undefined>;
  write(key: string, body: Buffer): Promise<void>;
  /** Writes it where there is no object of this key. */
  writeOnce(key: string, body: Buffer): Promise<void>;
  /** For good. */
  erase(versions: readonly ObjectVersion[]): Promise<void>;
  /** Until when a version of an object is locked against that; undefined where it is not. */
  lockedUntil(version: ObjectVersion): Promise<string | undefined>;
}

/** Objects as they lay in source buckets. */
export interface SourceObjects {
  /** Undefined where it is gone. */
  read(object: SourceObject): Promise<Readable | undefined>;
  /** What lies there now. */
  list(bucket: string, prefix: string): Promise<readonly SourceObject[]>;
}

/** What is remembered of a replay: the quarantine of a run is replayed once, unless somebody asks for it again. */
export interface ReplayMark {
  /** Whose quarantine it was. */
  readonly run: string;
  /** How often, this one included. */
  readonly times: number;
  readonly rows: number;
  readonly objects: readonly string[];
  /** ISO 8601, UTC. */
  readonly replayedAt: string;
  readonly replayedBy: string;
}

/** `moved`: another version has become the latest; `lost`: the lease is another's. Either way nothing was written. */
export type CommitOutcome = 'done' | 'moved' | 'lost';

/** The catalogue of one dataset. Reads see every write that has ended. */
export interface Catalogue {
  readonly dataset: string;
  /** Undefined until something was published. */
  latest(): Promise<LatestVersion | undefined>;
  versions(): Promise<readonly DatasetVersionItem[]>;
  runs(): Promise<readonly DatasetRun[]>;
  run(run: string): Promise<DatasetRun | undefined>;
  /** Source objects that were taken by a run. */
  sources(): Promise<readonly SourceObject[]>;
  replays(): Promise<readonly ReplayMark[]>;
  markReplay(mark: ReplayMark): Promise<void>;
  dropReplay(run: string): Promise<void>;
  /** Adds a version, if it is not there, and the run that made it, and makes the version the latest if `parent` is that still. */
  commit(version: DatasetVersionItem, run: DatasetRun, parent: string, holder: string): Promise<CommitOutcome>;
  /** Of a version, and of the latest where it is that, when the newest event was that is left; undefined where none is. */
  correctNewestEvent(version: string, newestEvent: string | undefined): Promise<void>;
  lease(): Promise<DatasetLease | undefined>;
  /** Takes the lease if it is still as it was seen; false where it is not. */
  takeLease(lease: DatasetLease, seen: DatasetLease | undefined): Promise<boolean>;
  /** False where the lease is another's. */
  renewLease(holder: string, expiresAt: number): Promise<boolean>;
  /** Gives it back; whether somebody asked meanwhile for a run of the pipeline. */
  releaseLease(holder: string): Promise<boolean>;
}

/** A prediction record of one subject. */
export interface SubjectRecord {
  readonly id: string;
  /** Whether its answer is still awaited: it would be written again. */
  readonly open: boolean;
  readonly payloads: readonly { readonly bucket: string; readonly key: string }[];
}

/** Prediction records of a stage. */
export interface PredictionRecords {
  /** Records whose request named this subject. */
  of(subject: string): Promise<readonly SubjectRecord[]>;
  /** Payloads first: a record that is cut off while it goes is found again. */
  erase(record: SubjectRecord): Promise<void>;
}

/** Tells the world of a version. */
export interface Announcements {
  published(event: DatasetPublished): Promise<void>;
}
