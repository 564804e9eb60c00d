import { describe, expect, it } from 'vitest';
import type { RowEntry } from '../../lambdas/shared/dataset/row-block';
import { Conflicts } from '../../lambdas/split-data/conflicts';
import type { QuarantinedRow, ShardTask } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { mails } from '../data-steps/json-lines';

const task: ShardTask = {
  run: 'run',
  shard: '00007',
  object: { bucket: 'mail', key: 'in/a.csv', etag: '"e"', bytes: 9 },
  format: 'csv',
  gzip: false,
  delimiter: ';',
  header: ['id', 'text'],
  firstRow: 1,
};

function storeWith(list: string) {
  const written = new Map<string, Buffer>([[DATASET_OBJECTS.shardList('run'), Buffer.from(list)]]);
  const store = {
    get: async (key: string) => written.get(key),
    put: async (key: string, body: Buffer) => {
      written.set(key, body);
    },
  };
  return { store, written };
}

function entry(changes: Partial<RowEntry> = {}): RowEntry {
  const none = Buffer.alloc(16);
  return {
    k: none,
    c: none,
    g: none,
    shard: 7,
    row: 3,
    offset: 40,
    line: none,
    raw: Buffer.from('1;"ü"\n'),
    ...changes,
  };
}

describe('rows whose key another row has', () => {
  it('are set apart with where they stood, how to read them, their bytes and the rule, and no value', async () => {
    const { store, written } = storeWith(`${JSON.stringify(task)}\n`);
    const conflicts = new Conflicts(store, mails().schema, 'run', 2);
    await conflicts.add(entry());
    await conflicts.flush();
    await conflicts.flush();
    expect(conflicts.count).toBe(1);
    const [line, ...rest] = written.get('quarantine/run/conflicts-2.jsonl')?.toString('utf8').split('\n') ?? [];
    expect(rest).toEqual(['']);
    const { object, format, delimiter, header } = task;
    expect(JSON.parse(line ?? '') as QuarantinedRow).toEqual({
      object,
      format,
      delimiter,
      header,
      row: 3,
      offset: 40,
      raw: Buffer.from('1;"ü"\n').toString('base64'),
      faults: [
        {
          rule: 'unique',
          severity: 'reject',
          column: 'id',
          expected: 'no other row with the same id; an earlier one has other content',
        },
      ],
    });
  });

  it('are told the columns that the object begins with, where the plan does not know them', async () => {
    const { header, ...whole } = task;
    const { store, written } = storeWith(`${JSON.stringify(whole)}\n`);
    written.set(DATASET_OBJECTS.checked('run', '00007'), Buffer.from(JSON.stringify({ header: ['id', 'words'] })));
    const conflicts = new Conflicts(store, mails().schema, 'run', 2);
    await conflicts.add(entry());
    await conflicts.flush();
    const row: QuarantinedRow = JSON.parse(written.get('quarantine/run/conflicts-2.jsonl')?.toString('utf8') ?? '');
    expect(header).toEqual(['id', 'text']);
    expect(row.header).toEqual(['id', 'words']);
  });

  it('are written as they come, when they are many', async () => {
    const { store, written } = storeWith(`${JSON.stringify(task)}\n`);
    const conflicts = new Conflicts(store, mails().schema, 'run', 0);
    for (let row = 0; row < 5; row += 1) await conflicts.add(entry({ row, raw: Buffer.alloc(7 * 1024 * 1024) }));
    await conflicts.flush();
    const files = [...written.keys()].filter((key) => key.startsWith('quarantine/'));
    expect(files).toEqual(
      ['conflicts-0', 'conflicts-0-1', 'conflicts-0-2'].map((name) => `quarantine/run/${name}.jsonl`),
    );
    const rows = files.flatMap((key) => written.get(key)?.toString('utf8').trim().split('\n') ?? []);
    expect(rows.map((line) => (JSON.parse(line) as QuarantinedRow).row)).toEqual([0, 1, 2, 3, 4]);
  });

  it('of a shard that was not planned fail', async () => {
    const conflicts = new Conflicts(storeWith('').store, mails().schema, 'run', 0);
    await expect(conflicts.add(entry())).rejects.toThrow('the list of shards has no shard 7');
  });
});
