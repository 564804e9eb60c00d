import type { DataPipelineConfig, ShardTask, SourceObject } from '../../protocol/dataset';
import { CsvScanner } from '../shared/dataset/read/csv-scanner';
import { LineScanner } from '../shared/dataset/read/line-scanner';
import { RecordStream } from '../shared/dataset/read/record-stream';
import type { ShardResult } from '../shared/dataset/shard-result';
import { CsvRows } from './csv-rows';
import { JsonRows } from './json-rows';
import { RowCheck } from './row-check';
import { ShardKeeper } from './shard-keeper';
import type { ShardRows } from './shard-rows';

/** Bytes of an object from `from` to before `to`. */
export interface ObjectBytes {
  open(object: SourceObject, range?: { readonly from: number; readonly to?: number }): AsyncIterable<Uint8Array>;
}

export interface ShardPorts extends ObjectBytes {
  put(key: string, bytes: Buffer): Promise<void>;
}

/** A stream of records, with who makes rows of them. */
interface Reading {
  readonly stream: RecordStream;
  readonly rows: ShardRows;
}

/** Reads a shard, checks it row by row, and puts blocks of good rows and files of bad ones into the dataset bucket. */
export async function checkShard(
  task: ShardTask,
  config: DataPipelineConfig,
  ports: ShardPorts,
  keeper = new ShardKeeper(task, config),
): Promise<ShardResult> {
  const reading = readingOf(task, config, keeper);
  keeper.rows = reading.rows;
  const flush = async () => {
    for (const { key, bytes } of keeper.takeUploads()) await ports.put(key, bytes);
  };
  for await (const chunk of ports.open(task.object, task.range)) {
    for (let at = 0; at < chunk.length; await flush()) at += reading.stream.take(chunk, at);
  }
  while (!reading.stream.end()) await flush();
  keeper.finish();
  await flush();
  return keeper.result();
}

function readingOf(task: ShardTask, { schema }: DataPipelineConfig, keeper: ShardKeeper): Reading {
  const { format, delimiter, range, header, firstRow } = task;
  const check = new RowCheck(schema.columns);
  if (format === 'csv') {
    const scanner = new CsvScanner(delimiter);
    const stream = new RecordStream(scanner, range?.from);
    const rows = new CsvRows(stream, scanner, schema, check, keeper, header, firstRow - 1);
    stream.handTo(rows);
    return { stream, rows };
  }
  const stream = new RecordStream(new LineScanner(), range?.from);
  const rows = new JsonRows(stream, schema, check, keeper, firstRow - 1, format === 'jsonl');
  stream.handTo(rows);
  return { stream, rows };
}
