import type { RowFault, RowRule, ShardTask } from '../../protocol/dataset';
import { type FaultSample, MAX_SAMPLES, type ShardResult } from '../shared/dataset/shard-result';

/** Counts of a shard, and its first faults. */
export class ShardTally {
  private accepted = 0;
  private quarantined = 0;
  private failFaults = 0;
  private readonly faultsByRule: Partial<Record<RowRule, number>> = {};
  private readonly samples: FaultSample[] = [];

  accept(): void {
    this.accepted += 1;
  }

  /** A row in several pieces is one row, with the faults of its first piece. */
  reject(row: number, faults: readonly RowFault[], piece = 0): void {
    if (piece > 0) return;
    this.quarantined += 1;
    if (faults.some(({ severity }) => severity === 'fail')) this.failFaults += 1;
    for (const fault of faults) {
      this.faultsByRule[fault.rule] = (this.faultsByRule[fault.rule] ?? 0) + 1;
      if (this.samples.length < MAX_SAMPLES) this.samples.push({ row, ...fault });
    }
  }

  result({ shard, object, range }: ShardTask): Omit<ShardResult, 'header' | 'profile' | 'blocks' | 'quarantineFiles'> {
    const { accepted, quarantined, failFaults, faultsByRule, samples } = this;
    return {
      shard,
      object,
      ...(range === undefined ? {} : { range }),
      counts: { rows: accepted + quarantined, accepted, quarantined },
      faultsByRule,
      failFaults,
      samples,
    };
  }
}
