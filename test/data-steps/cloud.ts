import { createHash } from 'node:crypto';
import type { Catalogue, World } from '../../lambdas/data-steps/ports';
import { runStep } from '../../lambdas/data-steps/steps';
import { matchPartition } from '../../lambdas/match-keys/match-partition';
import type { ByteRange, ObjectStore } from '../../lambdas/shared/dataset/object-store';
import { SourceLost } from '../../lambdas/shared/dataset/source-lost';
import type { MetricValues } from '../../lambdas/shared/emf';
import { splitPartition } from '../../lambdas/split-data/split-partition';
import { DATA_STEP, type DataStep, type PartitionTask, type PipelineRun } from '../../protocol/data-pipeline';
import type {
  DataPipelineConfig,
  DatasetManifest,
  DatasetPublished,
  ShardTask,
  SourceObject,
} from '../../protocol/dataset';
import {
  CATALOGUE_KEYS,
  type DatasetLease,
  type DatasetRun,
  type DatasetVersionItem,
  type LatestVersion,
} from '../../protocol/dataset-catalogue';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';

const BUCKET = 'dataset';
const PAGE = 3;
/** Bytes that a source is read by at once. */
const CHUNK = 40;

/** A process that was killed: nothing after it happens. */
export class Killed extends Error {}

/** Called before and after every write; it may throw, as a killed process does. */
export type Hook = (write: string, when: 'before' | 'after') => void;

/** Checks one shard; what it finds goes to the store. */
export type Check = (store: ObjectStore, task: ShardTask, config: DataPipelineConfig, source: Buffer) => Promise<void>;

export interface Ended {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'KILLED';
  readonly answers: readonly PipelineRun[];
}

/** S3, DynamoDB and Step Functions as far as a data pipeline sees them, in memory, with a clock of its own. */
export class Cloud {
  time = Date.UTC(2026, 10, 25);
  readonly objects = new Map<string, Buffer>();
  /** Objects of the source bucket `mail`, by key. */
  readonly sources = new Map<string, Buffer>();
  readonly archived = new Set<string>();
  lease: DatasetLease | undefined;
  readonly runs = new Map<string, DatasetRun>();
  readonly versions = new Map<string, DatasetVersionItem>();
  latest: LatestVersion | undefined;
  readonly taken = new Map<string, string>();
  /** Keys of objects that may go with time. */
  readonly tagged = new Set<string>();
  readonly ends = new Map<string, number | 'running'>();
  readonly events: DatasetPublished[] = [];
  readonly metrics: MetricValues[] = [];
  hook: Hook = () => {};
  /** Called between two states of an execution. */
  between: (state: string) => Promise<void> = async () => {};
  private executions = 0;

  constructor(
    /** A later deployment may change it. */
    public config: DataPipelineConfig,
    private readonly check: Check,
  ) {}

  deliver(key: string, content: string | Buffer): void {
    this.sources.set(key, Buffer.from(content));
  }

  manifest(version: string | undefined = this.latest?.version): DatasetManifest {
    const found = this.objects.get(DATASET_OBJECTS.manifest(version ?? ''));
    if (found === undefined) throw new Error(`there is no manifest of ${version}`);
    return JSON.parse(found.toString('utf8'));
  }

  read<T>(key: string): T {
    return JSON.parse(this.objects.get(key)?.toString('utf8') ?? 'null');
  }

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** One execution of the state machine. */
  async run(): Promise<Ended> {
    this.executions += 1;
    const execution = `arn:aws:states:eu-west-1:0:execution:demo:${this.executions}`;
    const startedAt = new Date(this.time).toISOString();
    this.ends.set(execution, 'running');
    const answers: PipelineRun[] = [];
    let run: PipelineRun | undefined;
    const step = async (name: DataStep, crash?: string): Promise<PipelineRun> => {
      await this.between(name);
      this.time += 1000;
      run = await runStep(this.world(), { step: name, execution, startedAt, run, crash });
      answers.push(run);
      return run;
    };
    try {
      for (;;) {
        run = undefined;
        const ended = await this.round(step);
        if (ended !== 'again') return { status: ended, answers };
      }
    } catch (error) {
      if (error instanceof Killed) return { status: 'KILLED', answers };
      throw error;
    } finally {
      this.ends.set(execution, this.time);
    }
  }

  private async round(step: (name: DataStep, crash?: string) => Promise<PipelineRun>) {
    try {
      if ((await step(DATA_STEP.begin)).outcome === 'left') return 'SUCCEEDED';
      await this.work(step);
    } catch (error) {
      if (error instanceof Killed) throw error;
      await step(DATA_STEP.fail, 'States.TaskFailed');
    }
    const { outcome } = await step(DATA_STEP.end);
    if (outcome === 'again') return 'again';
    return outcome === 'ended' ? 'SUCCEEDED' : 'FAILED';
  }

  private async work(step: (name: DataStep) => Promise<PipelineRun>): Promise<void> {
    const planned = await step(DATA_STEP.plan);
    if (planned.outcome === 'next') {
      const { config } = this;
      const store = this.store();
      await this.each<ShardTask>(planned.shardList, 'check-data', async (task) => {
        await this.check(store, task, config, this.sourceOf(task));
      });
      await step(DATA_STEP.merge);
      await this.each<PartitionTask>(planned.partitionList, 'match-keys', (task) =>
        matchPartition(store, task, config.partitions),
      );
      await this.each<PartitionTask>(planned.partitionList, 'split-data', (task) =>
        splitPartition(store, task, config),
      );
      if ((await step(DATA_STEP.judge)).outcome !== 'next') return;
    }
    if (planned.outcome !== 'next' && planned.outcome !== 'published') return;
    const { outcome, published } = await step(DATA_STEP.publish);
    if (outcome !== 'published' || published === undefined) return;
    await this.between('event');
    await this.write('event', () => this.events.push(published));
  }

  private async each<Task>(list: string | undefined, state: string, work: (task: Task) => Promise<unknown>) {
    await this.between(state);
    const lines =
      this.objects
        .get(list ?? '')
        ?.toString('utf8')
        .trim()
        .split('\n') ?? [];
    for (const line of lines) await work(JSON.parse(line));
  }

  private sourceOf({ object: { bucket, key } }: ShardTask): Buffer {
    return (bucket === BUCKET ? this.objects.get(key) : this.sources.get(key)) ?? Buffer.alloc(0);
  }

  /** The ports of `data-steps`. */
  world(): World {
    return {
      deployment: 'demo-pilot',
      config: this.config,
      catalogue: this.catalogue(),
      sources: {
        list: (bucket, prefix) => this.listed(bucket, prefix),
        pin: async (bucket, key) => {
          const found = (bucket === BUCKET ? this.objects : this.sources).get(key);
          return found === undefined ? undefined : { bucket, key, etag: etagOf(found), bytes: found.length };
        },
        open: (object) => this.opened(object),
      },
      bucket: {
        name: BUCKET,
        ...this.store(),
        exists: async (key) => this.objects.has(key),
        copy: (from, to) => {
          const found = this.objects.get(from);
          if (found === undefined) throw new Error(`there is no ${from} to copy`);
          return this.write(`copy ${to}`, () => {
            this.objects.set(to, found);
          });
        },
        tagTaken: (objects) =>
          this.write(`tag ${objects.length}`, () => {
            for (const { key } of objects) this.tagged.add(key);
          }),
        create: (key, body) =>
          this.write(`put ${key}`, () => {
            const isNew = !this.objects.has(key);
            if (isNew) this.objects.set(key, Buffer.from(body));
            return isNew;
          }),
        copyNew: (from, to) => {
          const found = this.objects.get(from);
          if (found === undefined) throw new Error(`there is no ${from} to copy`);
          return this.write(`copy ${to}`, () => {
            if (!this.objects.has(to)) this.objects.set(to, found);
          });
        },
        list: (prefix) => pages(this.keys(prefix)),
        remove: (keys) =>
          this.write(`remove ${keys.length}`, () => {
            for (const key of keys) this.objects.delete(key);
          }),
      },
      executions: { endOf: async (execution) => this.ends.get(execution) ?? 'unknown' },
      emit: (metrics) => this.metrics.push(metrics),
      now: () => this.time,
    };
  }

  private async *opened({ bucket, key, etag }: SourceObject): AsyncGenerator<Uint8Array> {
    const found = (bucket === BUCKET ? this.objects : this.sources).get(key);
    if (found === undefined) throw new SourceLost('gone');
    if (etagOf(found) !== etag) throw new SourceLost('changed');
    for (let at = 0; at < found.length; at += CHUNK) yield found.subarray(at, at + CHUNK);
  }

  private store(): ObjectStore {
    return {
      get: async (key: string, range?: ByteRange) => {
        const found = this.objects.get(key);
        return range === undefined ? found : found?.subarray(range.from, range.to);
      },
      put: (key: string, body: Buffer) =>
        this.write(`put ${key}`, () => {
          this.objects.set(key, Buffer.from(body));
        }),
    };
  }

  private async *listed(bucket: string, prefix: string) {
    const from = bucket === BUCKET ? this.objects : this.sources;
    const found = [...from.entries()].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    const listed = found.map(([key, content]) => ({
      key,
      etag: etagOf(content),
      bytes: content.length,
      archived: this.archived.has(key),
    }));
    for await (const page of pages(listed)) yield page;
  }

  private catalogue(): Catalogue {
    const held = (holder: string) => this.lease?.holder === holder;
    const conditional = (name: string, holds: () => boolean, change: () => void) =>
      this.write(name, () => {
        const done = holds();
        if (done) change();
        return done;
      });
    return {
      lease: async () => this.lease && { ...this.lease },
      take: (lease, seen) =>
        conditional(
          'take',
          () => JSON.stringify(this.lease) === JSON.stringify(seen),
          () => {
            this.lease = lease;
          },
        ),
      renew: (holder, run, expiresAt) =>
        conditional(
          'renew',
          () => held(holder) && this.lease?.run === run,
          () => {
            this.lease = this.lease && { ...this.lease, expiresAt };
          },
        ),
      askAgain: (holder) =>
        conditional(
          'askAgain',
          () => held(holder),
          () => {
            this.lease = this.lease && { ...this.lease, again: true };
          },
        ),
      release: (holder, unlessAsked) =>
        conditional(
          'release',
          () => held(holder) && !(unlessAsked && this.lease?.again === true),
          () => {
            this.lease = undefined;
          },
        ),
      run: async (run) => this.runs.get(run),
      addRun: (run) =>
        this.write('addRun', () => {
          if (!this.runs.has(run.run)) this.runs.set(run.run, run);
        }),
      changeRun: (run, changes) => this.write('changeRun', () => this.change(run, changes)),
      latest: async () => this.latest,
      version: async (version) => this.versions.get(version),
      commit: (holder, version) =>
        this.write('commit', () => {
          if (!held(holder) || this.lease?.run !== version.run) return 'lost';
          if (this.versions.has(version.version)) return 'moved';
          if ((this.latest?.version ?? null) !== version.parent) return 'moved';
          this.versions.set(version.version, version);
          const { run, publishedAt, newestEvent } = version;
          this.latest = { version: version.version, run, publishedAt, newestEvent };
          this.change(run, { phase: 'committed', version: version.version });
          return 'done';
        }),
      taken: async (objects) =>
        new Set(objects.map((object) => CATALOGUE_KEYS.source(object)).filter((key) => this.taken.has(key))),
      markTaken: async (sources) => {
        // In several requests, as DynamoDB takes them.
        for (const source of sources) {
          await this.write('markTaken', () => this.taken.set(CATALOGUE_KEYS.source(source), source.run));
        }
      },
    };
  }

  private change(run: string, changes: Partial<DatasetRun>): void {
    const before = this.runs.get(run);
    if (before === undefined) throw new Error(`run ${run} is changed and is not there`);
    this.runs.set(run, { ...before, ...changes });
  }

  private async write<Result>(name: string, change: () => Result): Promise<Result> {
    this.hook(name, 'before');
    const result = change();
    this.hook(name, 'after');
    return result;
  }
}

async function* pages<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let first = 0; first < items.length; first += PAGE) yield items.slice(first, first + PAGE);
}

function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}
