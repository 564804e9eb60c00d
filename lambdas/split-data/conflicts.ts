import type { DatasetSchemaDocument, QuarantinedRow, ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { type ObjectStore, readJson, requiredObject } from '../shared/dataset/object-store';
import type { RowEntry } from '../shared/dataset/row-block';
import type { ShardResult } from '../shared/dataset/shard-result';

/** Bytes of a quarantine file, about. */
const FILE_BYTES = 16 * 1024 * 1024;

/** Sets rows apart whose key another row has; what they are is written as they come, so that no number of them fills the memory. */
export class Conflicts {
  private tasks: Map<number, ShardTask> | undefined;
  private readonly headers = new Map<string, readonly string[] | undefined>();
  private lines: Buffer[] = [];
  private bytes = 0;
  private files = 0;
  count = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly schema: DatasetSchemaDocument,
    private readonly run: string,
    private readonly partition: number,
  ) {}

  async add(entry: RowEntry): Promise<void> {
    this.tasks ??= await tasksOf(this.store, this.run);
    const task = this.tasks.get(entry.shard);
    if (task === undefined) throw new Error(`the list of shards has no shard ${entry.shard}`);
    const header = task.header ?? (await this.headerOf(task.shard));
    const line = Buffer.from(`${JSON.stringify(quarantined(entry, { ...task, header }, this.schema))}\n`);
    this.lines.push(line);
    this.bytes += line.length;
    this.count += 1;
    if (this.bytes >= FILE_BYTES) await this.flush();
  }

  /** Where a shard begins with its header, whoever checked it tells what that was. */
  private async headerOf(shard: string): Promise<readonly string[] | undefined> {
    if (!this.headers.has(shard)) {
      const { header } = await readJson<ShardResult>(this.store, DATASET_OBJECTS.checked(this.run, shard));
      this.headers.set(shard, header);
    }
    return this.headers.get(shard);
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const name = this.files === 0 ? `conflicts-${this.partition}` : `conflicts-${this.partition}-${this.files}`;
    const key = DATASET_OBJECTS.quarantineFile(this.run, name);
    await this.store.put(key, Buffer.concat(this.lines), 'application/jsonl');
    this.lines = [];
    this.bytes = 0;
    this.files += 1;
  }
}

function quarantined(
  { row, offset, raw }: RowEntry,
  { object, format, delimiter, header }: ShardTask,
  { key, keySeverity }: DatasetSchemaDocument,
): QuarantinedRow {
  const fault = {
    rule: 'unique',
    severity: keySeverity,
    ...(key.length === 1 ? { column: key[0] } : {}),
    expected: `no other row with the same ${key.join(', ')}; an earlier one has other content`,
  } as const;
  return { object, format, delimiter, header, row, offset, raw: raw.toString('base64'), faults: [fault] };
}

async function tasksOf(store: ObjectStore, run: string): Promise<Map<number, ShardTask>> {
  const list = (await requiredObject(store, DATASET_OBJECTS.shardList(run))).toString('utf8');
  const tasks = list
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ShardTask);
  return new Map(tasks.map((task) => [Number(task.shard), task]));
}
