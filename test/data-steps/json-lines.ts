import { type CellValue, canonicalLine } from '../../lambdas/shared/dataset/canonical-row';
import { writeJson } from '../../lambdas/shared/dataset/object-store';
import { RowBlockWriter } from '../../lambdas/shared/dataset/row-block';
import { RowHasher } from '../../lambdas/shared/dataset/row-hashes';
import type { ShardResult } from '../../lambdas/shared/dataset/shard-result';
import { ProfileBuilder } from '../../lambdas/shared/statistics/profile';
import type { DataPipelineConfig } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import type { Check } from './cloud';

/** Rows of a block, few, so that shards have several. */
const BLOCK_ROWS = 4;

/** Schema of mails: an id, when they came, what they say, and what they are. */
export function mails(changes: Partial<DataPipelineConfig> = {}): DataPipelineConfig {
  const column = { required: false, personal: false, severity: 'reject' } as const;
  return {
    dataset: 'mails',
    schema: {
      columns: [
        { ...column, name: 'id', type: 'string', required: true },
        { ...column, name: 'at', type: 'timestamp' },
        { ...column, name: 'text', type: 'string' },
        { ...column, name: 'label', type: 'string' },
      ],
      key: ['id'],
      keySeverity: 'reject',
      group: ['text'],
    },
    holdOut: { kind: 'hash', share: 0.3, salt: 'mails' },
    sources: [{ bucket: 'mail', prefix: 'in/' }],
    partitions: 3,
    shardBytes: 150,
    codeVersion: '1',
    ...changes,
  };
}

export interface Mail {
  readonly id: string;
  readonly at?: string;
  readonly text: string;
  readonly label?: string;
}

export function linesOf(rows: readonly (Mail | 'bad')[]): string {
  return rows.map((row) => (row === 'bad' ? 'bad' : JSON.stringify(row))).join('\n');
}

/** As `check-data` does, for JSON lines that are either good or the word `bad`. */
export const checkLines: Check = async (store, task, { schema, holdOut, partitions }, source) => {
  const { run, shard, object, range, firstRow } = task;
  const bytes = range === undefined ? source : source.subarray(range.from, range.to);
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const hasher = new RowHasher(schema, holdOut);
  const profile = ProfileBuilder.of(schema.columns);
  const writer = new RowBlockWriter(partitions);
  const blocks: ShardResult['blocks'][number][] = [];
  const bad: string[] = [];
  let newestEvent: string | undefined;
  const flush = async () => {
    const key = DATASET_OBJECTS.rowBlock(run, shard, blocks.length);
    const { bytes: block, rows, keyOffsets, rowOffsets } = writer.finish();
    await store.put(key, block, 'application/octet-stream');
    blocks.push({ key, rows, keyOffsets, rowOffsets });
  };
  for (const [index, line] of lines.entries()) {
    const row = firstRow + index;
    if (line === 'bad') {
      bad.push(JSON.stringify({ object, row, raw: line }));
      continue;
    }
    const members = JSON.parse(line);
    const values: CellValue[] = schema.columns.map(({ name, type }) =>
      type === 'timestamp' && members[name] !== undefined ? Date.parse(members[name]) : (members[name] ?? null),
    );
    values.forEach((value, column) => {
      profile.add(column, value);
    });
    const isLater = members.at !== undefined && (newestEvent === undefined || members.at > newestEvent);
    if (isLater && members.at <= (task.notAfter ?? members.at)) newestEvent = members.at;
    const text = Buffer.from(canonicalLine(schema.columns, values));
    writer.add({ hashes: hasher.of(values), shard: Number(shard), row, offset: 0, line: text, raw: Buffer.from(line) });
    if (writer.rows >= BLOCK_ROWS) await flush();
  }
  if (writer.rows > 0) await flush();
  const file = DATASET_OBJECTS.quarantineFile(run, shard);
  if (bad.length > 0) await store.put(file, Buffer.from(`${bad.join('\n')}\n`), 'application/jsonl');
  const result: ShardResult = {
    shard,
    object,
    counts: { rows: lines.length, accepted: lines.length - bad.length, quarantined: bad.length },
    faultsByRule: bad.length === 0 ? {} : { malformed: bad.length },
    failFaults: 0,
    samples: [],
    profile: profile.toProfile(),
    blocks,
    quarantineFiles: bad.length > 0 ? [file] : [],
    newestEvent,
  };
  await writeJson(store, DATASET_OBJECTS.checked(run, shard), result);
};
