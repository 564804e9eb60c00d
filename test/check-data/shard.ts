import { checkShard } from '../../lambdas/check-data/check-shard';
import { ShardKeeper } from '../../lambdas/check-data/shard-keeper';
import { readRows } from '../../lambdas/shared/dataset/row-block';
import type { ShardResult } from '../../lambdas/shared/dataset/shard-result';
import type {
  DataPipelineConfig,
  DatasetSchemaDocument,
  QuarantinedRow,
  RowRule,
  ShardTask,
  SourceObject,
} from '../../protocol/dataset';

const PARTITIONS = 3;

export function configOf(schema: DatasetSchemaDocument): DataPipelineConfig {
  return {
    dataset: 'orders',
    schema,
    holdOut: { kind: 'hash', share: 0.2, salt: 's' },
    sources: [],
    partitions: PARTITIONS,
    shardBytes: 1024,
    codeVersion: '1',
  };
}

export function taskOf(bytes: Uint8Array, more: Partial<ShardTask> = {}): ShardTask {
  const object: SourceObject = { bucket: 'source', key: 'in/a.csv', etag: '"e"', bytes: bytes.length };
  return { run: 'r1', shard: '00007', object, format: 'csv', gzip: false, delimiter: ',', firstRow: 1, ...more };
}

export interface Accepted {
  readonly row: number;
  readonly offset: number | undefined;
  readonly line: string;
  readonly raw: string;
}

/** A quarantined row in one piece, whatever it was kept in. */
export interface SetApart {
  readonly row: number;
  readonly offset: number | undefined;
  readonly raw: Buffer;
  readonly rules: readonly RowRule[];
}

export interface Checked {
  readonly result: ShardResult;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly accepted: readonly Accepted[];
  readonly lines: readonly QuarantinedRow[];
  readonly setApart: readonly SetApart[];
}

export interface Checking {
  readonly task?: Partial<ShardTask>;
  /** Sizes of the chunks in which the stream comes, again and again. */
  readonly chunks?: readonly number[];
  /** Limits of blocks and of files of quarantined rows. */
  readonly limits?: readonly [number, number];
}

/** Runs a shard whose object has these bytes, in memory. */
export async function checked(
  bytes: Buffer,
  schema: DatasetSchemaDocument,
  { task: more, chunks, limits }: Checking = {},
): Promise<Checked> {
  const files = new Map<string, Buffer>();
  const task = taskOf(bytes, more);
  const config = configOf(schema);
  const keeper = new ShardKeeper(task, config, ...(limits ?? []));
  const result = await checkShard(
    task,
    config,
    {
      open: (_object, range) => inChunks(bytes.subarray(range?.from, range?.to), chunks),
      put: async (key, body) => {
        files.set(key, Buffer.from(body));
      },
    },
    keeper,
  );
  const accepted = result.blocks.flatMap(({ key, rowOffsets }) =>
    [...readRows((files.get(key) ?? Buffer.alloc(0)).subarray(rowOffsets[0]))].map(({ row, offset, line, raw }) => ({
      row,
      offset,
      line: line.toString(),
      raw: raw.toString('latin1'),
    })),
  );
  const lines = result.quarantineFiles.flatMap((key) =>
    (files.get(key) ?? Buffer.alloc(0))
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line): QuarantinedRow => JSON.parse(line)),
  );
  return { result, files, accepted: accepted.sort((a, b) => a.row - b.row), lines, setApart: joined(lines) };
}

export async function* inChunks(bytes: Buffer, sizes: readonly number[] = [bytes.length]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let chunk = 0; at < bytes.length; chunk += 1) {
    const size = Math.max(1, sizes[chunk % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function joined(lines: readonly QuarantinedRow[]): SetApart[] {
  const rows: SetApart[] = [];
  for (const { row, offset, raw, piece = 0, faults } of lines) {
    const last = rows.at(-1);
    const bytes = Buffer.from(raw, 'base64');
    if (piece > 0 && last?.row === row) rows[rows.length - 1] = { ...last, raw: Buffer.concat([last.raw, bytes]) };
    else rows.push({ row, offset, raw: bytes, rules: faults.map(({ rule }) => rule) });
  }
  return rows;
}
