import { isRounded } from '../shared/json-integers';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
/** Any whole number of so many digits is below 2^53. */
const EXACT_DIGITS = 15;

/** A number as JSON writes it; what is longer is cut off before: it cannot be written shorter by a double. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const LONGEST = 400;

/** The whole number in these bytes, or NaN: digits with or without a minus, no zeros in front, at most 2^53 - 1. */
export function integerIn(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  const first = negative ? from + 1 : from;
  if (to === first || (bytes[first] === ZERO && to > first + 1)) return Number.NaN;
  if (to - first > EXACT_DIGITS) return longInteger(bytes, from, to);
  let value = 0;
  for (let at = first; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte < ZERO || byte > NINE) return Number.NaN;
    value = value * 10 + (byte - ZERO);
  }
  return negative ? 0 - value : value;
}

function longInteger(bytes: Buffer, from: number, to: number): number {
  if (to - from > EXACT_DIGITS + 2) return Number.NaN;
  const text = bytes.toString('latin1', from, to);
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/**
 * The number in these bytes, or NaN: as JSON writes numbers (no plus, no zeros in front, digits on both sides of the point), and
 * finite. A whole number that a double would round is none: its digits would be lost without a word.
 */
export function numberIn(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  const first = negative ? from + 1 : from;
  if (to === first) return Number.NaN;
  let value = 0;
  let point = -1;
  for (let at = first; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
    } else if (byte === POINT && point === -1) {
      point = at;
    } else {
      return otherNumber(bytes, from, to);
    }
  }
  const whole = point === -1 ? to : point;
  if (whole === first || point === to - 1 || (bytes[first] === ZERO && whole > first + 1)) return Number.NaN;
  // Fewer digits than a double holds, by a power of ten that it holds: the quotient is rounded once (Clinger, 1990).
  if (to - first > EXACT_DIGITS + 1) return otherNumber(bytes, from, to);
  const scaled = point === -1 ? value : value / (POWERS[to - point - 1] as number);
  return negative ? 0 - scaled : scaled;
}

function otherNumber(bytes: Buffer, from: number, to: number): number {
  if (to - from > LONGEST) return Number.NaN;
  const text = bytes.toString('latin1', from, to);
  if (!NUMBER.test(text)) return Number.NaN;
  const value = Number(text);
  if (!Number.isFinite(value)) return Number.NaN;
  return isRounded(text) ? Number.NaN : value + 0;
}
