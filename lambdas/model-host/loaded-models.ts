/** How models come into memory and what happens to what they leave behind. */
export interface ModelLoader<Model> {
  load(version: string): Promise<Model>;
  unload(version: string): Promise<void>;
}

interface Entry<Model> {
  readonly model: Promise<Model>;
  users: number;
}

// The live version and the one before or after it: during a change of versions both are asked for.
const KEPT = 2;

/** Models in memory, by version; the least recently used goes. Requests that come while a version loads share that load. */
export class LoadedModels<Model> {
  /** In order of use, the latest last. */
  private readonly entries = new Map<string, Entry<Model>>();

  async use<Result>(
    version: string,
    loader: ModelLoader<Model>,
    work: (model: Model) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.enter(version, loader);
    try {
      return await work(await entry.model);
    } finally {
      entry.users--;
      await this.evict(loader);
    }
  }

  private enter(version: string, loader: ModelLoader<Model>): Entry<Model> {
    const entry = this.entries.get(version) ?? this.begin(version, loader);
    entry.users++;
    this.entries.delete(version);
    this.entries.set(version, entry);
    return entry;
  }

  private begin(version: string, loader: ModelLoader<Model>): Entry<Model> {
    const entry = { model: loader.load(version), users: 0 };
    // A failed load is not kept: the next request tries again.
    entry.model.catch(() => {
      if (this.entries.get(version) === entry) this.entries.delete(version);
    });
    return entry;
  }

  private async evict(loader: ModelLoader<Model>): Promise<void> {
    const unused = [...this.entries].filter(([, { users }]) => users === 0);
    for (const [version] of unused.slice(0, Math.max(0, this.entries.size - KEPT))) {
      this.entries.delete(version);
      await loader.unload(version);
    }
  }
}
