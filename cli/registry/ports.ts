import type { ModelVersion, PointerChange, Pointers } from '../../protocol/model-version';
import type { LocalFile } from './content-hash';

/** A move of the pointers that holds only while they are at `expected`. */
export interface PointerMove {
  /** What was read; undefined where there were no pointers yet. */
  readonly expected: Pointers | undefined;
  readonly pointers: Pointers;
  readonly change: PointerChange & { readonly to: string };
}

/** `moved`; the pointers were no longer as expected; the version does not exist; or another write of the same items is under way. */
export type MoveOutcome = 'moved' | 'changed' | 'no-such-version' | 'busy';

/** Versions and pointers of one model. Reads see every write that has ended. */
export interface RegistryStore {
  version(version: string): Promise<ModelVersion | undefined>;
  versions(): Promise<readonly ModelVersion[]>;
  /** False where the version exists already; it is then left as it is. */
  addVersion(version: ModelVersion): Promise<boolean>;
  pointers(): Promise<Pointers | undefined>;
  /** All or nothing: checks the version, moves the pointers, appends the change. */
  movePointers(move: PointerMove): Promise<MoveOutcome>;
  /** In order of revision. */
  history(): Promise<readonly PointerChange[]>;
}

/** The bucket of artefacts. */
export interface ArtifactStore {
  readonly bucket: string;
  /** Stores a file under `prefix` and its path, and fails if what arrives does not have the file's digest. */
  upload(prefix: string, file: LocalFile): Promise<void>;
}

/** Who runs the command: the principal as the security token service names it. */
export type Identity = () => Promise<string>;

/** Dataset versions of a stage. */
export interface DatasetVersions {
  hasVersion(version: string): Promise<boolean>;
}
