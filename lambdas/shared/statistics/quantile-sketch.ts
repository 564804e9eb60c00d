import { CountTable } from './count-table';
import { bucketLimit, doubleBucket, type Scale, stepOf, widened } from './scale';

/** A sketch as JSON. The same numbers give the same one, in whatever order and parts they came. */
export interface QuantileSketchProfile {
  /** Doublings of the width of buckets. */
  readonly shift: number;
  /** How many zeros; of doubles only. */
  readonly zeros: number;
  /** Bucket and count of the first, then of each next one the distance to the bucket before and its count. */
  readonly buckets: readonly number[];
}

/**
 * Counts of numbers in buckets. In the manner of DDSketch (Masson, Rim, Lee, 2019) the width of a bucket is relative to the
 * number; in that of UDDSketch (Epicoco and others, 2020) all widths double when there are too many. Buckets can only get
 * more with more numbers, so the width is a function of the set of numbers, not of their order: merging is exact.
 */
export class QuantileSketch {
  private table = new CountTable('integers');
  private shift = 0;
  private zeros = 0;
  private limit: number;
  private readonly doubles: boolean;

  public constructor(private readonly scale: Scale) {
    this.doubles = scale === 'double';
    this.limit = bucketLimit(scale, 0);
  }

  /** `value` is finite. */
  public add(value: number, count: number): void {
    if (!this.doubles) this.table.add(widened(stepOf(this.scale, value), this.shift), count);
    else if (value !== 0) this.table.add(doubleBucket(this.shift, value), count);
    else this.zeros += count;
    if (this.table.size > this.limit) this.coarsen();
  }

  /** Takes over the counts of another sketch of the same scale. */
  public absorb({ shift, zeros, buckets }: QuantileSketchProfile): void {
    while (this.shift < shift) this.widen();
    this.zeros += zeros;
    eachBucket(buckets, (bucket, count) => {
      this.table.add(widened(bucket, this.shift - shift), count);
    });
    this.coarsen();
  }

  public toProfile(): QuantileSketchProfile {
    const buckets: number[] = [];
    let before = 0;
    for (const [bucket, count] of this.table.sorted()) {
      buckets.push(bucket - before, count);
      before = bucket;
    }
    return { shift: this.shift, zeros: this.zeros, buckets };
  }

  private coarsen(): void {
    while (this.table.size > this.limit) this.widen();
  }

  private widen(): void {
    const wider = new CountTable('integers');
    this.table.forEach((bucket, count) => {
      wider.add(widened(bucket, 1), count);
    });
    this.table = wider;
    this.shift++;
    this.limit = bucketLimit(this.scale, this.shift);
  }
}

/** Visits the buckets in ascending order. */
export function eachBucket(buckets: readonly number[], visit: (bucket: number, count: number) => void): void {
  let bucket = 0;
  for (let i = 0; i + 1 < buckets.length; i += 2) {
    bucket += buckets[i] as number;
    visit(bucket, buckets[i + 1] as number);
  }
}
