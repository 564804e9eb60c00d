import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DataStage } from '../../../cli/data/data-stage';
import type {
  Catalogue,
  CommitOutcome,
  DatasetObjects,
  ObjectVersion,
  PredictionRecords,
  ReplayMark,
  SubjectRecord,
} from '../../../cli/data/ports';
import type { ExecutionEnd, ExecutionStatus, ExecutionsPort } from '../../../cli/state-machine/follow';
import type { DatasetPublished, SourceObject } from '../../../protocol/dataset';
import type { DatasetLease, DatasetRun, DatasetVersionItem, LatestVersion } from '../../../protocol/dataset-catalogue';
import type { ModelVersion } from '../../../protocol/model-version';

/** Counts what is written, and can end it all as a killed process would. */
class Writes {
  count = 0;
  /** The write that does not happen any more, nor any after it. */
  crashAt = Number.POSITIVE_INFINITY;

  write(): void {
    if (this.count >= this.crashAt) throw new Error('killed');
    this.count += 1;
  }
}

interface MemoryVersion extends ObjectVersion {
  readonly body: Buffer;
}

/** A bucket with versions in memory. */
class MemoryObjects implements DatasetObjects {
  readonly bucket = 'datasets';
  readonly all: MemoryVersion[] = [];
  /** By key or by version. */
  readonly locks = new Map<string, string>();
  private next = 0;

  constructor(private readonly writes: Writes) {}

  async list(prefix: string) {
    return this.all
      .filter(({ key, latest }) => latest && key.startsWith(prefix))
      .map(({ key, body }) => ({ key, bytes: body.length }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }
  async versions(prefix: string) {
    return this.all.filter(({ key }) => key.startsWith(prefix));
  }
  async read(key: string) {
    const body = this.text(key);
    return body === undefined ? undefined : Readable.from([body]);
  }
  async write(key: string, body: Buffer) {
    this.writes.write();
    this.put(key, body);
  }
  async writeOnce(key: string, body: Buffer) {
    this.writes.write();
    if (this.text(key) === undefined) this.put(key, body);
  }
  async erase(versions: readonly ObjectVersion[]) {
    // One after the other, as S3 does: a crash can come between any two.
    for (const { versionId } of versions) {
      this.writes.write();
      const at = this.all.findIndex((one) => one.versionId === versionId);
      const [gone] = at === -1 ? [] : this.all.splice(at, 1);
      const before = this.all.findLastIndex(({ key }) => key === gone?.key);
      const last = this.all[before];
      if (gone?.latest === true && last !== undefined) this.all[before] = { ...last, latest: true };
    }
  }
  async lockedUntil({ key, versionId }: ObjectVersion) {
    return this.locks.get(versionId) ?? this.locks.get(key);
  }

  /** What a reader gets. */
  text(key: string): Buffer | undefined {
    return this.all.find((one) => one.key === key && one.latest)?.body;
  }
  put(key: string, body: Buffer | string): void {
    this.all.forEach((one, index) => {
      if (one.key === key) this.all[index] = { ...one, latest: false };
    });
    this.next += 1;
    this.all.push({ key, versionId: `v${this.next}`, latest: true, body: Buffer.from(body) });
  }
}

/** A catalogue in memory, with the conditions that DynamoDB would check. */
class MemoryCatalogue implements Catalogue {
  readonly dataset = 'demo';
  newest: LatestVersion | undefined;
  readonly items = new Map<string, DatasetVersionItem>();
  readonly allRuns = new Map<string, DatasetRun>();
  readonly taken: SourceObject[] = [];
  readonly marks = new Map<string, ReplayMark>();
  held: DatasetLease | undefined;

  constructor(private readonly writes: Writes) {}

  async latest() {
    return this.newest;
  }
  async versions() {
    return [...this.items.values()];
  }
  async runs() {
    return [...this.allRuns.values()];
  }
  async run(run: string) {
    return this.allRuns.get(run);
  }
  async sources() {
    return this.taken;
  }
  async replays() {
    return [...this.marks.values()];
  }
  async markReplay(mark: ReplayMark) {
    this.writes.write();
    this.marks.set(mark.run, mark);
  }
  async dropReplay(run: string) {
    this.writes.write();
    this.marks.delete(run);
  }
  async commit(version: DatasetVersionItem, run: DatasetRun, parent: string, holder: string): Promise<CommitOutcome> {
    this.writes.write();
    if (this.held?.holder !== holder) return 'lost';
    if (this.newest?.version !== parent) return 'moved';
    if (!this.items.has(version.version)) this.items.set(version.version, version);
    this.newest = { version: version.version, run: run.run, publishedAt: version.publishedAt };
    this.allRuns.set(run.run, run);
    return 'done';
  }
  async correctNewestEvent(version: string, newestEvent: string | undefined) {
    this.writes.write();
    const item = this.items.get(version);
    if (item !== undefined) this.items.set(version, { ...item, newestEvent });
    if (this.newest?.version === version) this.newest = { ...this.newest, newestEvent };
  }
  async lease() {
    return this.held;
  }
  async takeLease(lease: DatasetLease, seen: DatasetLease | undefined) {
    this.writes.write();
    if (this.held?.holder !== seen?.holder || this.held?.expiresAt !== seen?.expiresAt) return false;
    this.held = lease;
    return true;
  }
  async renewLease(holder: string, expiresAt: number) {
    if (this.held?.holder !== holder) return false;
    this.held = { ...this.held, expiresAt };
    return true;
  }
  async releaseLease(holder: string) {
    // A killed process gives nothing back.
    this.writes.write();
    if (this.held?.holder !== holder) return false;
    const { again = false } = this.held;
    this.held = undefined;
    return again;
  }
}

/** Prediction records in memory, by subject. */
class MemoryRecords implements PredictionRecords {
  readonly bySubject = new Map<string, SubjectRecord[]>();

  constructor(private readonly writes: Writes) {}

  async of(subject: string) {
    return this.bySubject.get(subject) ?? [];
  }
  async erase({ id }: SubjectRecord) {
    this.writes.write();
    for (const [subject, records] of this.bySubject) {
      this.bySubject.set(
        subject,
        records.filter((record) => record.id !== id),
      );
    }
  }
}

export const EXECUTION = 'arn:aws:states:eu-west-1:111122223333:execution:demo-pilot-data-pipeline:one';

/** A state machine whose executions do `work`, enter these states, one with each look, and end. */
class MemoryPipeline implements ExecutionsPort {
  readonly inputs: unknown[] = [];
  readonly running = new Set<string>();
  states: readonly string[] = ['Begin', 'PlanRun', 'CheckShards', 'EndRun'];
  end: ExecutionEnd = { kind: 'succeeded', output: { run: 'r', outcome: 'ended' } };
  work: () => Promise<void> = async () => {};
  private looks = 0;

  async start(input: unknown) {
    this.inputs.push(input);
    await this.work();
    return EXECUTION;
  }
  async status(execution: string): Promise<ExecutionStatus> {
    if (execution !== EXECUTION) return this.running.has(execution) ? { kind: 'running' } : this.end;
    this.looks += 1;
    return this.looks < this.states.length ? { kind: 'running' } : this.end;
  }
  async entered(_execution: string, after: number) {
    return this.states.slice(after, this.looks).map((state, index) => ({
      id: after + index + 1,
      state,
      at: new Date(Date.UTC(2026, 0, 1, 9, 0, after + index)),
    }));
  }
}

/** A whole stage in memory. */
export class MemoryStage implements DataStage {
  readonly writes = new Writes();
  readonly deployment = 'demo-pilot';
  readonly objects = new MemoryObjects(this.writes);
  readonly catalogue = new MemoryCatalogue(this.writes);
  readonly records = new MemoryRecords(this.writes);
  readonly pipeline = new MemoryPipeline();
  readonly allModels: ModelVersion[] = [];
  readonly models = { list: async () => this.allModels };
  /** Bytes of source objects by bucket and key. */
  readonly sourceBytes = new Map<string, Buffer>();
  readonly sources = {
    list: async (bucket: string, prefix: string): Promise<SourceObject[]> =>
      [...this.sourceBytes]
        .filter(([name]) => name.startsWith(`${bucket}/${prefix}`))
        .map(([name, bytes]) => {
          const key = name.slice(bucket.length + 1);
          return { bucket, key, etag: `etag-${key}`, bytes: bytes.length };
        }),
    read: async ({ bucket, key }: SourceObject) => {
      const bytes = this.sourceBytes.get(`${bucket}/${key}`);
      // In small parts, so that what is looked for is cut.
      return bytes === undefined ? undefined : Readable.from(parts(bytes));
    },
  };
  readonly events: DatasetPublished[] = [];
  readonly announcements = {
    published: async (event: DatasetPublished) => {
      this.writes.write();
      this.events.push(event);
    },
  };
  readonly identity = async () => 'arn:ada';
}

function parts(bytes: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 7) all.push(bytes.subarray(at, at + 7));
  return all;
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
