import type { ColumnType } from '../../../protocol/dataset';

/**
 * How numbers fall into buckets of a sketch. `double`: by exponent and leading bits of the mantissa, so that the width of a
 * bucket grows with the number. `millisecond` and `day`: by equal steps, because 1 % of the time since 1970 is half a year.
 */
export type Scale = 'double' | 'millisecond' | 'day';

const MILLISECONDS_A_DAY = 86_400_000;

/** Each doubling of widths is one; with these, a bucket of doubles is an octave, and one of times covers all of one sign. */
export const MAX_SHIFT: Readonly<Record<Scale, number>> = { double: 20, millisecond: 53, day: 27 };

/** Shift at which doubles stand in 64 buckets an octave: the relative error is at most 1/129. */
const STATED_SHIFT = 14;
/** Buckets while they are narrower than they need to be. */
const FINE_BUCKETS = 1_024;
/** Buckets of the stated error or wider. */
const COARSE_BUCKETS = 4_096;

/** 2^-n: a table, because a power costs more than all the rest. */
const SHRUNK = Float64Array.from({ length: 64 }, (_, times) => 2 ** -times);

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

export function scaleOf(type: ColumnType): Scale {
  if (type === 'date') return 'day';
  return type === 'timestamp' ? 'millisecond' : 'double';
}

/** Buckets that a sketch may have before it doubles their width. */
export function bucketLimit(scale: Scale, shift: number): number {
  return scale === 'double' && shift >= STATED_SHIFT ? COARSE_BUCKETS : FINE_BUCKETS;
}

/** Bucket of a finite double other than 0: buckets are ordered as the numbers are. */
export function doubleBucket(shift: number, value: number): number {
  double[0] = value;
  const high = words[1] as number;
  return (high < 0 ? ~(high & 0x7fffffff) : high) >> shift;
}

/** Bucket of a time at shift 0. */
export function stepOf(scale: Scale, time: number): number {
  return Math.floor(scale === 'day' ? time / MILLISECONDS_A_DAY : time);
}

/** The bucket of a bucket, when widths have doubled `times` times. */
export function widened(bucket: number, times: number): number {
  return Math.floor(bucket * (SHRUNK[times] as number));
}

/** The number that stands for a bucket: of doubles the one whose relative error is smallest at both ends. */
export function bucketValue(scale: Scale, shift: number, bucket: number): number {
  if (scale === 'double') return bucket < 0 ? -magnitude(shift, -1 - bucket) : magnitude(shift, bucket);
  const unit = scale === 'day' ? MILLISECONDS_A_DAY : 1;
  const width = 2 ** shift;
  return (bucket * width + Math.floor((width - 1) / 2)) * unit;
}

function magnitude(shift: number, bucket: number): number {
  const from = lowerEnd(shift, bucket);
  const to = Math.min(lowerEnd(shift, bucket + 1), Number.MAX_VALUE);
  return from === 0 ? to / 2 : from * (2 / (1 + from / to));
}

function lowerEnd(shift: number, bucket: number): number {
  const high = bucket * 2 ** shift;
  words[0] = 0;
  words[1] = high;
  return high >= 0x7ff00000 ? Number.POSITIVE_INFINITY : (double[0] as number);
}

/**
 * Largest error of a quantile. Of doubles relative to the quantile (below 2^-1022, where doubles have fewer bits, at most
 * 2^-1022 times it); of times in milliseconds.
 */
export function bucketError(scale: Scale, shift: number): number {
  if (scale === 'double') return 1 / (2 * 2 ** (20 - shift) + 1);
  return Math.ceil((2 ** shift - 1) / 2) * (scale === 'day' ? MILLISECONDS_A_DAY : 1);
}
