import { expect, test } from 'vitest';
import { type Abandoned, type OpenRecords, sweep } from '../../lambdas/sweep-records/sweep';
import { OPEN_SHARDS } from '../../protocol/prediction';

const NOW = Date.UTC(2026, 10, 22, 12);

/** Open records by shard, in pages of two. */
class Shards implements OpenRecords {
  readonly open = new Map<string, Abandoned & { readonly shard: number }>();
  readonly closed: string[] = [];

  add(shard: number, id: string, openUntil: number): void {
    this.open.set(id, { shard, id, openUntil });
  }

  async page(shard: number, before: number, from: unknown) {
    const due = [...this.open.values()].filter(
      (one) => one.shard === shard && one.openUntil < before && one.id > String(from ?? ''),
    );
    const records = due.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, 2);
    return { records, next: due.length > 2 ? records[1]?.id : undefined };
  }

  async cut({ id, openUntil }: Abandoned): Promise<boolean> {
    if (this.open.get(id)?.openUntil !== openUntil) return false;
    this.open.delete(id);
    this.closed.push(id);
    return true;
  }
}

function needs(open: OpenRecords, remainingMs = () => 60_000) {
  const errors: string[] = [];
  const log = { info: () => {}, warn: () => {}, error: (event: string) => errors.push(event) };
  return { open, log, now: () => NOW, remainingMs, errors };
}

test('overdue records of every shard and page are cut, others are left', async () => {
  const shards = new Shards();
  for (let shard = 0; shard < OPEN_SHARDS; shard += 1) {
    for (let nth = 0; nth < 5; nth += 1) shards.add(shard, `due-${shard}-${nth}`, NOW - 30_001);
    shards.add(shard, `grace-${shard}`, NOW - 30_000);
    shards.add(shard, `open-${shard}`, NOW + 1);
  }
  expect(await sweep(needs(shards))).toEqual({ cut: 5 * OPEN_SHARDS, failures: 0, complete: true });
  expect([...shards.open.keys()].filter((id) => id.startsWith('due'))).toEqual([]);
  expect(shards.open.size).toBe(2 * OPEN_SHARDS);
});

test('a record that was taken over since the query is left alone', async () => {
  const shards = new Shards();
  shards.add(0, 'taken', NOW - 60_000);
  const stale: OpenRecords = {
    page: async (shard) => ({
      records: shard === 0 ? [{ id: 'taken', openUntil: NOW - 90_000 }] : [],
      next: undefined,
    }),
    cut: (record) => shards.cut(record),
  };
  expect(await sweep(needs(stale))).toEqual({ cut: 0, failures: 0, complete: true });
  expect(shards.open.size).toBe(1);
});

test('a record or a shard that fails keeps no other from being cut, and is counted', async () => {
  const shards = new Shards();
  shards.add(0, 'bad', NOW - 60_000);
  shards.add(0, 'good', NOW - 60_000);
  shards.add(2, 'also good', NOW - 60_000);
  const failing: OpenRecords = {
    page: (shard, before, from) => (shard === 1 ? Promise.reject(new Error('down')) : shards.page(shard, before, from)),
    cut: (record) => (record.id === 'bad' ? Promise.reject(new Error('down')) : shards.cut(record)),
  };
  const run = needs(failing);
  expect(await sweep(run)).toEqual({ cut: 2, failures: 2, complete: false });
  expect(run.errors.sort()).toEqual(['open-records-unreadable', 'record-not-cut']);
});

test('a sweep ends before its time is out, and the next goes on', async () => {
  const shards = new Shards();
  for (let nth = 0; nth < 9; nth += 1) shards.add(0, `due-${nth}`, NOW - 60_000);
  let remaining = 8_000;
  const run = needs(shards, () => {
    remaining -= 1_000;
    return remaining;
  });
  expect(await sweep(run)).toEqual({ cut: 6, failures: 0, complete: false });
  expect(await sweep(needs(shards))).toEqual({ cut: 3, failures: 0, complete: true });
});
