import type { Readable } from 'node:stream';
import type { DatasetPublished, DatasetRun, SourceObject } from '../../protocol/dataset';

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
  /** For good. */
  erase(versions: readonly ObjectVersion[]): Promise<void>;
  /** Until when an object is locked against that; undefined where it is not. */
  lockedUntil(key: string): Promise<string | undefined>;
}

/** Objects as they lay in source buckets. */
export interface SourceObjects {
  read(object: SourceObject): Promise<Readable>;
}

/** What is remembered of a replay: the quarantine of a run is replayed once. */
export interface ReplayMark {
  /** Whose quarantine it was. */
  readonly run: string;
  readonly rows: number;
  readonly objects: readonly string[];
  /** ISO 8601, UTC. */
  readonly replayedAt: string;
  readonly replayedBy: string;
}

/** Whether the dataset was free; or who has it. */
export type LeaseTaken = { readonly taken: true } | { readonly taken: false; readonly reason: string };

/** The catalogue of one dataset. Reads see every write that has ended. */
export interface Catalogue {
  readonly dataset: string;
  /** Versions by id, in no order. */
  versions(): Promise<readonly string[]>;
  /** Undefined until something was published. */
  latest(): Promise<string | undefined>;
  runs(): Promise<readonly DatasetRun[]>;
  run(run: string): Promise<DatasetRun | undefined>;
  /** Source objects that were taken by a run. */
  sources(): Promise<readonly SourceObject[]>;
  /** Forgets that an object was taken: the object is no more. */
  dropSource(object: SourceObject): Promise<void>;
  replays(): Promise<readonly ReplayMark[]>;
  markReplay(mark: ReplayMark): Promise<void>;
  dropReplay(run: string): Promise<void>;
  /** Adds a version if it is not there, and makes it the latest, if `parent` still is that. */
  publish(published: PublishedVersion): Promise<void>;
  /** Takes the lease that keeps pipeline runs away, for some minutes. Repeated, it prolongs its own. */
  takeLease(holder: string): Promise<LeaseTaken>;
  releaseLease(holder: string): Promise<void>;
}

export interface PublishedVersion {
  readonly version: string;
  readonly parent: string;
  readonly manifestKey: string;
  readonly contentHash: string;
  readonly rows: { readonly train: number; readonly holdout: number };
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
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
