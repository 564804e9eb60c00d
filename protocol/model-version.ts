/** One file of a model version's artefact. */
export interface ArtifactFile {
  /** Path within the artefact, with forward slashes. */
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** An immutable model version. Its id is derived from the digests of its files, so the same files are the same version. */
export interface ModelVersion {
  readonly model: string;
  /** `v-` and the first 16 hex digits of the content hash. */
  readonly version: string;
  /** Sha-256, hex, over the sorted paths and digests of the files. */
  readonly contentHash: string;
  readonly artifact: ModelArtifact;
  /** Versions this one was made from: of models, `v-...`, and of datasets, `d-...`. */
  readonly parents: readonly string[];
  /** Measured at training time, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly description?: string;
  /** Principal that registered it, as the security token service names it. */
  readonly registeredBy: string;
  /** ISO 8601, UTC. */
  readonly registeredAt: string;
}

/** What the id of a version looks like. */
export const VERSION_PATTERN = /^v-[0-9a-f]{16}$/;

export interface ModelArtifact {
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
  readonly files: readonly ArtifactFile[];
}

/** Which versions serve. The spine acts on `live`; `canary` and `shadow` stay null until something enforces them. */
export interface RoutingDocument {
  readonly live: string | null;
  readonly canary: null;
  readonly shadow: null;
}

export type DesiredState = 'running' | 'stopped';

/** One item per model; every change is a conditional write on `revision`. */
export interface Pointers {
  readonly revision: number;
  /** The version that was asked for last. */
  readonly desired: string | null;
  readonly desiredState: DesiredState;
  readonly routing: RoutingDocument;
  readonly changedBy: string;
  /** ISO 8601, UTC. */
  readonly changedAt: string;
}

/** Keys of the registry table: partition `pk`, sort `sk`. */
export const REGISTRY_KEYS = {
  partition: (model: string): string => `MODEL#${model}`,
  version: (version: string): string => `VERSION#${version}`,
  versionPrefix: 'VERSION#',
  pointers: 'POINTERS',
  /** One change of the pointers, padded so that the order of keys is the order of changes. */
  use: (revision: number): string => `USE#${String(revision).padStart(10, '0')}`,
  usePrefix: 'USE#',
  /** Who changes the endpoint now, and what is to be restored if they do not end it. */
  endpointLease: 'LEASE#ENDPOINT',
} as const;

/** Where all versions of a model lie in the artefact bucket. */
export function modelPrefix(model: string): string {
  return `models/${model}/`;
}

/** Where the files of a version lie in the artefact bucket. */
export function artifactPrefix(model: string, version: string): string {
  return `${modelPrefix(model)}${version}/`;
}

/**
 * What a change of the pointers is, where an endpoint controller makes it: `asked` moves what is desired, `served` writes what
 * was verified to serve, `restored` takes back what was asked.
 */
export type PointerChangeKind = 'asked' | 'served' | 'restored';

/** The audit item of one change of the pointers, written in the transaction that makes it. Never changed afterwards. */
export interface PointerChange {
  readonly model: string;
  readonly revision: number;
  readonly from: string | null;
  /** Null only where asking for the first version was taken back. */
  readonly to: string | null;
  readonly changedBy: string;
  /** ISO 8601, UTC. */
  readonly changedAt: string;
  /** Without it, asking and serving are one: backends that route by the pointers. */
  readonly kind?: PointerChangeKind;
  /** What it left as desired state, where a controller made it. */
  readonly desiredState?: DesiredState;
  /** Why, in the words of whoever asked. */
  readonly reason?: string;
  /** Execution of the controller that made it. */
  readonly execution?: string;
}
