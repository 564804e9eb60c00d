import type { DataPipelineConfig, ShardTask } from '../../protocol/dataset';
import { CsvScanner } from '../shared/dataset/read/csv-scanner';
import { gunzip } from '../shared/dataset/read/gunzip';
import { LineScanner } from '../shared/dataset/read/line-scanner';
import { RecordStream } from '../shared/dataset/read/record-stream';
import { MAX_ROW_BYTES } from '../shared/dataset/read/window';
import type { ShardResult } from '../shared/dataset/shard-result';
import { SourceLost } from '../shared/dataset/source-lost';
import { CsvRows } from './csv-rows';
import { rowFault } from './fault';
import { JsonRows } from './json-rows';
import type { ShardPorts } from './ports';
import { RowCheck } from './row-check';
import { ShardKeeper } from './shard-keeper';
import type { ShardRows } from './shard-rows';

/** Where an object cannot be read on. */
interface Damage {
  readonly expected: string;
  /** Byte of the object as it lies there. */
  readonly offset: number;
}

/** Reads a shard, checks it row by row, and puts blocks of good rows and files of bad ones into the dataset bucket. */
export async function checkShard(
  task: ShardTask,
  config: DataPipelineConfig,
  ports: ShardPorts,
  keeper = new ShardKeeper(task, config),
): Promise<ShardResult> {
  const check = new ShardCheck(task, config, ports, keeper);
  try {
    const damage = await check.read();
    if (damage === undefined) await check.end();
    else await check.setApart(damage);
    return keeper.result();
  } catch (error) {
    if (!(error instanceof SourceLost)) throw error;
    const { quarantineFiles } = keeper.result();
    return { ...new ShardKeeper(task, config).result(), quarantineFiles, lost: error.how };
  }
}

class ShardCheck {
  private readonly stream: RecordStream;
  private readonly rows: ShardRows;

  constructor(
    private readonly task: ShardTask,
    { schema }: DataPipelineConfig,
    private readonly ports: ShardPorts,
    private readonly keeper: ShardKeeper,
  ) {
    const { format, delimiter, range, header, firstRow } = task;
    const check = new RowCheck(schema.columns);
    if (format === 'csv') {
      const scanner = new CsvScanner(delimiter);
      this.stream = new RecordStream(scanner, range?.from);
      this.rows = new CsvRows(this.stream, scanner, schema, check, keeper, header, firstRow - 1);
    } else {
      this.stream = new RecordStream(new LineScanner(), range?.from);
      this.rows = new JsonRows(this.stream, schema, check, keeper, firstRow - 1, format === 'jsonl');
    }
    this.stream.handTo(this.rows);
    keeper.rows = this.rows;
  }

  /** Reads until the end, or until where that is impossible. */
  async read(): Promise<Damage | undefined> {
    const { task, ports } = this;
    const take = (chunk: Uint8Array) => this.take(chunk);
    if (task.format === 'parquet') {
      // Readers of Parquet are large, and few shards need them.
      const { readParquet } = await import('./read-parquet');
      return readParquet(task.object, ports, take);
    }
    if (task.gzip) return gunzip(() => ports.open(task.object), take);
    for await (const chunk of ports.open(task.object, task.range)) await take(chunk);
    return undefined;
  }

  async end(): Promise<void> {
    while (!this.stream.end()) await this.flush();
    this.keeper.finish();
    await this.flush();
  }

  /** Quarantines what is left of a damaged object: what has begun of a row, and the bytes that cannot be read. One row, in pieces. */
  async setApart({ expected, offset }: Damage): Promise<void> {
    const { stream, rows, keeper, task } = this;
    while (!stream.abandon('malformed', expected)) await this.flush();
    const fault = rowFault('malformed', expected);
    let piece = stream.pieces;
    for await (const { bytes, at } of this.rest(offset)) {
      rows.remainder(fault, { bytes, from: 0, to: bytes.length, offset: at, compressed: true }, piece);
      piece += 1;
      await this.flush();
    }
    // Nothing is left, and yet something is missing: it must not go unseen.
    if (piece === 0) {
      const nothing = { bytes: Buffer.alloc(0), from: 0, to: 0, offset: task.object.bytes, compressed: true } as const;
      rows.remainder(fault, nothing, piece);
    }
    keeper.finish();
    await this.flush();
  }

  /** Bytes of the object from `from` on, in pieces that are no longer than a row. */
  private async *rest(from: number): AsyncGenerator<{ readonly bytes: Buffer; readonly at: number }> {
    const { object } = this.task;
    if (from >= object.bytes) return;
    let gathered: Uint8Array[] = [];
    let length = 0;
    let at = from;
    for await (const chunk of this.ports.open(object, { from })) {
      for (let taken = 0; taken < chunk.length; ) {
        const part = chunk.subarray(taken, taken + MAX_ROW_BYTES - length);
        gathered.push(part);
        taken += part.length;
        length += part.length;
        if (length < MAX_ROW_BYTES) continue;
        yield { bytes: Buffer.concat(gathered), at };
        at += length;
        gathered = [];
        length = 0;
      }
    }
    if (length > 0) yield { bytes: Buffer.concat(gathered), at };
  }

  private async take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; await this.flush()) at += this.stream.take(chunk, at);
  }

  private async flush(): Promise<void> {
    for (const { key, bytes } of this.keeper.takeUploads()) await this.ports.put(key, bytes);
  }
}
