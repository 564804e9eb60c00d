import type { RowFault, RowRule, SourceObject } from '../../protocol/dataset';
import type { BlockPart } from '../shared/dataset/partition-results';
import type { ShardResult } from '../shared/dataset/shard-result';
import type { DatasetProfile } from '../shared/statistics/dataset-profile';
import { mergeProfiles } from '../shared/statistics/profile';

/** Bad rows that are told of a run, whatever the number of its shards. */
const MAX_SAMPLES = 100;

/** What the shards of a run amount to. */
export interface MergedRun {
  readonly counts: ShardResult['counts'];
  readonly faultsByRule: Partial<Record<RowRule, number>>;
  /** Rows with a fault that fails the gate. */
  readonly failFaults: number;
  readonly samples: readonly (RowFault & { readonly row: number; readonly key: string })[];
  /** Of the accepted rows; absent where there is no shard. */
  readonly profile?: DatasetProfile;
  readonly newestEvent?: string;
  /** Objects that changed or went between plan and reading. Nothing of them is counted. */
  readonly lost: readonly SourceObject[];
}

/** Adds up results of shards. Which are added first makes no difference, except to which samples are told. */
export class RunMerger {
  private counts = { rows: 0, accepted: 0, quarantined: 0 };
  private readonly faultsByRule: Partial<Record<RowRule, number>> = {};
  private failFaults = 0;
  private samples: MergedRun['samples'][number][] = [];
  private profile: DatasetProfile | undefined;
  private newestEvent: string | undefined;
  /** Parts of blocks, by partition. */
  readonly keys: BlockPart[][];
  readonly rows: BlockPart[][];

  constructor(private readonly partitions: number) {
    this.keys = Array.from({ length: partitions }, () => []);
    this.rows = Array.from({ length: partitions }, () => []);
  }

  add(result: ShardResult): void {
    const { rows, accepted, quarantined } = result.counts;
    if (rows !== accepted + quarantined)
      throw new Error(`shard ${result.shard} has ${rows} rows, of which ${accepted} are good and ${quarantined} bad`);
    this.addCounts(result.counts, result.faultsByRule, result.failFaults);
    this.addSamples(result.samples.map((sample) => ({ ...sample, key: result.object.key })));
    this.addProfile(result.profile, result.newestEvent);
    for (const block of result.blocks) {
      addParts(this.keys, block.key, block.keyOffsets, this.partitions);
      addParts(this.rows, block.key, block.rowOffsets, this.partitions);
    }
  }

  absorb(other: RunMerger): void {
    this.addCounts(other.counts, other.faultsByRule, other.failFaults);
    this.addSamples(other.samples);
    this.addProfile(other.profile, other.newestEvent);
    appendAll(this.keys, other.keys);
    appendAll(this.rows, other.rows);
  }

  finish(lost: readonly SourceObject[]): MergedRun {
    const { counts, faultsByRule, failFaults, samples, profile, newestEvent } = this;
    return { counts, faultsByRule, failFaults, samples, profile, newestEvent, lost };
  }

  private addCounts(counts: ShardResult['counts'], faults: ShardResult['faultsByRule'], failFaults: number): void {
    this.counts = {
      rows: this.counts.rows + counts.rows,
      accepted: this.counts.accepted + counts.accepted,
      quarantined: this.counts.quarantined + counts.quarantined,
    };
    for (const [rule, count] of Object.entries(faults) as [RowRule, number][])
      this.faultsByRule[rule] = (this.faultsByRule[rule] ?? 0) + count;
    this.failFaults += failFaults;
  }

  private addSamples(samples: MergedRun['samples']): void {
    this.samples.push(...samples.slice(0, MAX_SAMPLES - this.samples.length));
  }

  private addProfile(profile: DatasetProfile | undefined, newestEvent: string | undefined): void {
    if (profile !== undefined)
      this.profile = this.profile === undefined ? profile : mergeProfiles(this.profile, profile);
    this.newestEvent = later(this.newestEvent, newestEvent);
  }
}

function addParts(parts: BlockPart[][], key: string, offsets: readonly number[], partitions: number): void {
  if (offsets.length !== partitions + 1)
    throw new Error(`block ${key} has ${offsets.length - 1} partitions, expected ${partitions}`);
  parts.forEach((of, partition) => {
    const from = offsets[partition] ?? 0;
    const to = offsets[partition + 1] ?? 0;
    if (from < to) of.push({ key, from, to });
  });
}

/** One by one: of a large object there may be more parts than a call takes arguments. */
function appendAll(to: BlockPart[][], from: readonly BlockPart[][]): void {
  from.forEach((parts, partition) => {
    for (const part of parts) to[partition]?.push(part);
  });
}

/** The later of two times in ISO 8601, UTC. */
export function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(a) >= Date.parse(b) ? a : b;
}
