import { OPEN_SHARDS } from '../../protocol/prediction';
import type { Diagnostics } from '../shared/diagnostics';

/** An open record whose time is over. */
export interface Abandoned {
  readonly id: string;
  readonly openUntil: number;
}

export interface Page {
  readonly records: readonly Abandoned[];
  /** Where the next page starts; undefined after the last. */
  readonly next: unknown;
}

export interface OpenRecords {
  /** Open records of one shard with `openUntil` before a time, oldest first. */
  page(shard: number, before: number, from: unknown): Promise<Page>;
  /** Closes one as `cut`, if it is still open as it was seen; false when it was closed or taken over meanwhile. */
  cut(record: Abandoned): Promise<boolean>;
}

/** Clocks of hosts differ; nobody waits for the sweep, because readers see an overdue record as cut already. */
const GRACE_MS = 30_000;
/** Time kept for the last page and the metric line. */
const LEAST_TIME_MS = 5_000;

export interface Swept {
  readonly cut: number;
  /** Records and pages that could not be dealt with; the next run meets them again. */
  readonly failures: number;
  /** Whether every shard was read to its end. */
  readonly complete: boolean;
}

export interface SweepNeeds {
  readonly open: OpenRecords;
  readonly log: Diagnostics;
  /** Milliseconds since the epoch. */
  now(): number;
  remainingMs(): number;
}

/** Closes what killed handlers left open, as long as there is time. One that fails keeps no other from being closed. */
export async function sweep(needs: SweepNeeds): Promise<Swept> {
  const before = needs.now() - GRACE_MS;
  const total = { cut: 0, failures: 0, complete: true };
  for (let shard = 0; shard < OPEN_SHARDS; shard += 1) {
    const swept = await sweepShard(shard, before, needs);
    total.cut += swept.cut;
    total.failures += swept.failures;
    total.complete &&= swept.complete;
  }
  return total;
}

async function sweepShard(shard: number, before: number, needs: SweepNeeds): Promise<Swept> {
  let cut = 0;
  let failures = 0;
  let from: unknown;
  do {
    if (needs.remainingMs() < LEAST_TIME_MS) return { cut, failures, complete: false };
    try {
      const page = await needs.open.page(shard, before, from);
      const outcomes = await Promise.all(page.records.map((record) => cutOne(record, needs)));
      cut += outcomes.filter((outcome) => outcome === 'cut').length;
      failures += outcomes.filter((outcome) => outcome === 'failed').length;
      from = page.next;
    } catch (error) {
      needs.log.error('open-records-unreadable', error, { shard });
      return { cut, failures: failures + 1, complete: false };
    }
  } while (from !== undefined);
  return { cut, failures, complete: true };
}

async function cutOne(record: Abandoned, { open, log }: SweepNeeds): Promise<'cut' | 'left' | 'failed'> {
  try {
    return (await open.cut(record)) ? 'cut' : 'left';
  } catch (error) {
    log.error('record-not-cut', error, { record: record.id });
    return 'failed';
  }
}
