import { readFileSync } from 'node:fs';
import type { LocalFile } from '../../cli/registry/content-hash';
import type { ArtifactStore, MoveOutcome, PointerMove, RegistryStore } from '../../cli/registry/ports';
import type { ModelVersion, PointerChange, Pointers } from '../../protocol/model-version';

/** A registry table in memory, with the conditions that DynamoDB would check. */
export class MemoryStore implements RegistryStore {
  readonly items = new Map<string, ModelVersion>();
  current: Pointers | undefined;
  readonly changes: PointerChange[] = [];
  /** Called before each write: it may wait, or fail as a killed process does. */
  beforeWrite: () => Promise<void> = async () => undefined;
  /** Outcomes to give before the real one. */
  readonly outcomes: MoveOutcome[] = [];

  async version(version: string) {
    return this.items.get(version);
  }
  async versions() {
    return [...this.items.values()];
  }
  async addVersion(version: ModelVersion) {
    await this.beforeWrite();
    if (this.items.has(version.version)) return false;
    this.items.set(version.version, structuredClone(version));
    return true;
  }
  async pointers() {
    return this.current;
  }
  async movePointers({ expected, pointers, change }: PointerMove): Promise<MoveOutcome> {
    await this.beforeWrite();
    const scripted = this.outcomes.shift();
    if (scripted !== undefined) return scripted;
    if (!this.items.has(change.to)) return 'no-such-version';
    if (this.current?.revision !== expected?.revision) return 'changed';
    this.current = pointers;
    this.changes.push(change);
    return 'moved';
  }
  async history() {
    return this.changes;
  }
}

/** A bucket in memory. */
export class MemoryArtifacts implements ArtifactStore {
  readonly bucket = 'artifacts';
  readonly objects = new Map<string, string>();
  uploads = 0;

  async upload(prefix: string, file: LocalFile) {
    this.uploads++;
    this.objects.set(`${prefix}${file.path}`, readFileSync(file.source, 'utf8'));
  }
}
