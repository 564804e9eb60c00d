import type { NumberProfile } from './number-profile';
import { eachBucket } from './quantile-sketch';
import { bucketValue, doubleBucket, type Scale, stepOf, widened } from './scale';

/** Two distributions over the same values in ascending order; a value stands for a bucket where sketches are read. */
export interface CommonAtoms {
  readonly values: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Values that neither profile can tell from each other are one: the finest division that both have. */
export function commonAtoms(scale: Scale, a: NumberProfile, b: NumberProfile): CommonAtoms {
  const shift =
    a.sketch === null && b.sketch === null ? undefined : Math.max(a.sketch?.shift ?? 0, b.sketch?.shift ?? 0);
  const [inA, inB] = [placed(scale, shift, a), placed(scale, shift, b)];
  const places = [...new Set([...inA.keys(), ...inB.keys()])].sort((x, y) => x - y);
  return {
    values: places.map((place) => within(valueAt(scale, shift, place), a, b)),
    a: places.map((place) => inA.get(place) ?? 0),
    b: places.map((place) => inB.get(place) ?? 0),
  };
}

/** The value below or at which a share of the numbers lies, 0 to 1; null where there are none. */
export function quantileOf(scale: Scale, profile: NumberProfile, share: number): number | null {
  if (profile.count === 0) return null;
  const rank = Math.min(profile.count, Math.max(1, Math.ceil(share * profile.count)));
  // The ends are known exactly.
  if (rank === 1) return profile.minimum;
  if (rank === profile.count) return profile.maximum;
  const { values, a } = commonAtoms(scale, profile, profile);
  let below = 0;
  for (let i = 0; i < values.length; i++) {
    below += a[i] as number;
    if (below >= rank) return values[i] as number;
  }
  return profile.maximum;
}

/** Counts by place: the number itself without a shift; else its bucket, of doubles with a place between them for 0. */
function placed(scale: Scale, shift: number | undefined, { values, sketch }: NumberProfile): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (place: number, count: number): void => {
    counts.set(place, (counts.get(place) ?? 0) + count);
  };
  for (const [value, count] of values ?? []) {
    if (shift === undefined) add(value, count);
    else if (scale !== 'double') add(widened(stepOf(scale, value), shift), count);
    else add(value === 0 ? 0 : besideZero(doubleBucket(shift, value)), count);
  }
  if (sketch === null || shift === undefined) return counts;
  if (sketch.zeros > 0) add(0, sketch.zeros);
  eachBucket(sketch.buckets, (bucket, count) => {
    const wide = widened(bucket, shift - sketch.shift);
    add(scale === 'double' ? besideZero(wide) : wide, count);
  });
  return counts;
}

function besideZero(bucket: number): number {
  return bucket >= 0 ? bucket + 1 : bucket;
}

function valueAt(scale: Scale, shift: number | undefined, place: number): number {
  if (shift === undefined) return place;
  if (scale !== 'double') return bucketValue(scale, shift, place);
  return place === 0 ? 0 : bucketValue(scale, shift, place > 0 ? place - 1 : place);
}

/** What stands for a bucket at the end may lie beyond the last number. */
function within(value: number, a: NumberProfile, b: NumberProfile): number {
  const lowest = Math.min(a.minimum ?? Number.POSITIVE_INFINITY, b.minimum ?? Number.POSITIVE_INFINITY);
  const highest = Math.max(a.maximum ?? Number.NEGATIVE_INFINITY, b.maximum ?? Number.NEGATIVE_INFINITY);
  return Math.min(highest, Math.max(lowest, value));
}
