import { DATASET_VERSION_PATTERN } from '../../protocol/dataset';
import { artifactPrefix, type ModelVersion, type PointerChange, type Pointers } from '../../protocol/model-version';
import { inParallel } from '../in-parallel';
import { hashArtifact } from './content-hash';
import type { ArtifactStore, DatasetVersions, Identity, PointerMove, RegistryStore } from './ports';
import { ArtifactRefused, NoSuchVersion, PointerConflict, RegistryRefused } from './registry-error';

export interface ModelRegistryOptions {
  readonly model: string;
  readonly store: RegistryStore;
  readonly artifacts: ArtifactStore;
  readonly identity: Identity;
  /** Undefined where the stage makes no datasets: then no model has one as parent. */
  readonly datasets?: DatasetVersions;
  readonly now?: () => Date;
}

export interface RegisterOptions {
  /** File or folder. */
  readonly path: string;
  /** Model versions and dataset versions that it was made from. */
  readonly parents?: readonly string[];
  readonly metrics?: Readonly<Record<string, number>>;
  readonly description?: string;
}

export interface Registration {
  readonly version: ModelVersion;
  /** False when the same files were registered before: nothing was changed. */
  readonly created: boolean;
  /** Members of this registration that the existing version has otherwise, and keeps. */
  readonly differs: readonly ('parents' | 'metrics' | 'description')[];
}

/** Where a version can serve. */
export type Role = 'live' | 'canary' | 'shadow';

export interface UseOptions {
  /** Principal that moves the pointers. Default: who runs this. */
  readonly by?: string;
  /** Only `live` is enforced so far; the others are refused. */
  readonly as?: Role;
}

export interface UseResult {
  /** False when the version was in use already: nothing was changed. */
  readonly changed: boolean;
  readonly from: string | null;
  readonly pointers: Pointers;
}

// Parallel uploads share one connection to the internet: more would only make each slower to fail.
const PARALLEL_UPLOADS = 4;
// A transaction of another writer lasts milliseconds; whoever still meets one after this is told.
const MOVE_ATTEMPTS = 4;
const BUSY_WAIT_MS = 50;

/** The model versions of a stage and the pointers to what serves. */
export class ModelRegistry {
  private readonly now: () => Date;

  constructor(private readonly options: ModelRegistryOptions) {
    this.now = options.now ?? (() => new Date());
  }

  /**
   * Registers an artefact. Files go first and the version's item last: a registration that was cut off has no version, and is
   * completed by repeating it.
   */
  async register(options: RegisterOptions): Promise<Registration> {
    const { model, store, artifacts, identity } = this.options;
    checkMetrics(options.metrics ?? {});
    const { files, contentHash, version } = await hashArtifact(options.path);
    const existing = await store.version(version);
    if (existing !== undefined) return asRegistered(existing, options, contentHash);

    const parents = [...new Set(options.parents ?? [])].toSorted();
    await this.requireVersions(parents);
    const registeredBy = await identity();
    const prefix = artifactPrefix(model, version);
    await inParallel(files, PARALLEL_UPLOADS, (file) => artifacts.upload(prefix, file));
    const created: ModelVersion = {
      model,
      version,
      contentHash,
      artifact: {
        bucket: artifacts.bucket,
        prefix,
        files: files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes })),
      },
      parents,
      metrics: { ...options.metrics },
      description: options.description,
      registeredBy,
      registeredAt: this.now().toISOString(),
    };
    if (await store.addVersion(created)) return { version: created, created: true, differs: [] };
    // Somebody registered the same files meanwhile.
    return asRegistered(await this.show(version), options, contentHash);
  }

  /** Makes a version the one that serves. Of two that run at once one wins, and the other fails with `PointerConflict`. */
  async use(version: string, options: UseOptions = {}): Promise<UseResult> {
    const { model, store } = this.options;
    refuseUnenforced(options.as ?? 'live');
    await this.show(version);
    const expected = await store.pointers();
    if (expected !== undefined && isInUse(expected, version)) {
      return { changed: false, from: version, pointers: expected };
    }
    const revision = (expected?.revision ?? 0) + 1;
    const by = { changedBy: options.by ?? (await this.options.identity()), changedAt: this.now().toISOString() };
    const from = expected?.routing.live ?? null;
    const pointers: Pointers = {
      revision,
      desired: version,
      desiredState: expected?.desiredState ?? 'running',
      routing: { live: version, canary: null, shadow: null },
      ...by,
    };
    const winner = await this.move({ expected, pointers, change: { model, revision, from, to: version, ...by } });
    if (winner === undefined) return { changed: true, from, pointers };
    // Somebody else wanted the same: it is as was asked.
    if (isInUse(winner, version)) return { changed: false, from: version, pointers: winner };
    throw new PointerConflict(version, winner);
  }

  /** In the order of their registration, the latest first. */
  async list(): Promise<readonly ModelVersion[]> {
    const versions = await this.options.store.versions();
    return versions.toSorted((a, b) => compare(b.registeredAt, a.registeredAt) || compare(a.version, b.version));
  }

  async show(version: string): Promise<ModelVersion> {
    const found = await this.options.store.version(version);
    if (found === undefined) {
      throw new NoSuchVersion(
        `model ${this.options.model} has no version "${version}" here; "slipway models list" shows what it has`,
      );
    }
    return found;
  }

  /** Undefined until a version was used for the first time. */
  pointers(): Promise<Pointers | undefined> {
    return this.options.store.pointers();
  }

  /** Each `use`, in order. */
  history(): Promise<readonly PointerChange[]> {
    return this.options.store.history();
  }

  /** Moves the pointers, or gives what somebody else moved them to. */
  private async move(move: PointerMove): Promise<Pointers | undefined> {
    const { store } = this.options;
    const version = move.change.to;
    for (let attempt = 1; attempt <= MOVE_ATTEMPTS; attempt++) {
      const outcome = await store.movePointers(move);
      if (outcome === 'moved') return undefined;
      if (outcome === 'no-such-version') throw new NoSuchVersion(`version "${version}" was removed meanwhile`);
      if (outcome === 'changed') {
        const winner = await store.pointers();
        if (winner !== undefined) return winner;
      }
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS * attempt));
    }
    throw new PointerConflict(version, undefined);
  }

  private async requireVersions(versions: readonly string[]): Promise<void> {
    const missing: string[] = [];
    for (const version of versions) {
      if (!(await this.isThere(version))) missing.push(version);
    }
    if (missing.length > 0) {
      throw new NoSuchVersion(
        `parents ${missing.join(', ')} are not registered here; register them first, or leave them out`,
      );
    }
  }

  private async isThere(version: string): Promise<boolean> {
    const { store, datasets } = this.options;
    if (!DATASET_VERSION_PATTERN.test(version)) return (await store.version(version)) !== undefined;
    if (datasets !== undefined) return datasets.hasVersion(version);
    throw new NoSuchVersion(
      `parent ${version} is a dataset version, and the stage has no data pipeline that makes them`,
    );
  }
}

/** Refuses a role that nothing acts on. */
export function refuseUnenforced(role: Role): void {
  if (role === 'live') return;
  throw new RegistryRefused(
    `a version cannot be used as ${role} yet: nothing routes to a ${role} version; use it as live`,
  );
}

function checkMetrics(metrics: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value))
      throw new RegistryRefused(`metric "${name}" is ${value}, expected a finite number; measure it, or leave it out`);
  }
}

function isInUse(pointers: Pointers, version: string): boolean {
  return pointers.desired === version && pointers.routing.live === version;
}

/** What registering the same files again comes to. The version is immutable, so that what differs is only told. */
function asRegistered(existing: ModelVersion, options: RegisterOptions, contentHash: string): Registration {
  if (existing.contentHash !== contentHash) {
    throw new ArtifactRefused(
      `version ${existing.version} holds other files: the first 16 digits of two content hashes are equal`,
    );
  }
  const differs: Registration['differs'][number][] = [];
  if (options.parents !== undefined && !sameMembers(existing.parents, options.parents)) differs.push('parents');
  if (options.metrics !== undefined && !sameMetrics(existing.metrics, options.metrics)) differs.push('metrics');
  if (options.description !== undefined && options.description !== existing.description) differs.push('description');
  return { version: existing, created: false, differs };
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((member) => b.includes(member));
}

function sameMetrics(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return sameMembers(Object.keys(a), Object.keys(b)) && Object.keys(a).every((name) => a[name] === b[name]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
