/** A number of any size without rounding: `mantissa` times 2 to the power of `exponent`. */
export interface ExactNumber {
  readonly mantissa: bigint;
  readonly exponent: number;
}

export const ZERO: ExactNumber = { mantissa: 0n, exponent: 0 };

/** Exponent of the lowest bit of any double. */
const LOWEST = -1074;

const double = new Float64Array(1);
/** Low word first: every machine that runs Lambda functions is little-endian. */
const words = new Uint32Array(double.buffer);

const TEXT = /^(?:0|(-?)([1-9a-f][0-9a-f]*)p(-?\d{1,4}))$/;

/** Sums of squares of 2^53 doubles stay below 4,300 bits; a longer text is none of ours. */
const MAX_LENGTH = 1_200;

/** Bits that a quotient must have at least, so that rounding it to 53 bits is rounding once. */
const QUOTIENT_BITS = 66;

/** `times` times a finite double. */
export function timesOf(value: number, times: number): ExactNumber {
  double[0] = value;
  const high = words[1] as number;
  const biased = (high >>> 20) & 0x7ff;
  const upper = biased === 0 ? high & 0xfffff : (high & 0xfffff) | 0x100000;
  const size = ((BigInt(upper) << 32n) | BigInt(words[0] as number)) * BigInt(times);
  return { mantissa: high >>> 31 === 0 ? size : -size, exponent: LOWEST + Math.max(0, biased - 1) };
}

/** `times` times the square of a finite double. */
export function squareOf(value: number, times: number): ExactNumber {
  const { mantissa, exponent } = timesOf(value, 1);
  return { mantissa: mantissa * mantissa * BigInt(times), exponent: 2 * exponent };
}

/** The one text of a number: hexadecimal odd mantissa, `p`, decimal exponent; `0` for zero. */
export function exactText({ mantissa, exponent }: ExactNumber): string {
  if (mantissa === 0n) return '0';
  const sign = mantissa < 0n ? '-' : '';
  const size = mantissa < 0n ? -mantissa : mantissa;
  const zeros = trailingZeros(size);
  return `${sign}${(size >> BigInt(zeros)).toString(16)}p${exponent + zeros}`;
}

/** Undefined for what `exactText` does not write. */
export function parseExact(text: string): ExactNumber | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = TEXT.exec(text);
  if (match === null) return undefined;
  const [, sign, digits, exponent] = match;
  if (digits === undefined) return ZERO;
  const size = BigInt(`0x${digits}`);
  if ((size & 1n) === 0n) return undefined;
  return { mantissa: sign === '-' ? -size : size, exponent: Number(exponent) };
}

export function addExact(a: ExactNumber, b: ExactNumber): ExactNumber {
  const exponent = Math.min(a.exponent, b.exponent);
  return { mantissa: at(a, exponent) + at(b, exponent), exponent };
}

/** `number / divisor`, rounded once to the nearest double. */
export function dividedBy({ mantissa, exponent }: ExactNumber, divisor: bigint): number {
  if (mantissa === 0n) return 0;
  const size = mantissa < 0n ? -mantissa : mantissa;
  const shift = Math.max(0, QUOTIENT_BITS + bits(divisor) - bits(size));
  const dividend = size << BigInt(shift);
  const quotient = dividend / divisor;
  // The last bit stands for everything that was cut off, so that a tie is seen to be none.
  const sticky = (quotient << 1n) | (quotient * divisor === dividend ? 0n : 1n);
  const value = scaled(sticky, exponent - shift - 1);
  return mantissa < 0n ? -value : value;
}

/** The number as a bigint in units of 2^`exponent`, which must not be above its own. */
function at(number: ExactNumber, exponent: number): bigint {
  return number.mantissa << BigInt(number.exponent - exponent);
}

/** `size` times 2^`power` for any power: a bigint of more than 1,024 bits is infinite as a number on its own. */
function scaled(size: bigint, power: number): number {
  const excess = Math.max(0, bits(size) - 2 * QUOTIENT_BITS);
  const sticky = excess > 0 && BigInt.asUintN(excess, size) !== 0n ? 1n : 0n;
  let value = Number(((size >> BigInt(excess)) << 1n) | sticky);
  let left = power + excess - 1;
  for (; left > 0; left -= Math.min(left, 512)) value *= 2 ** Math.min(left, 512);
  for (; left < 0; left += Math.min(-left, 512)) value *= 2 ** -Math.min(-left, 512);
  return value;
}

function bits(size: bigint): number {
  return size === 0n
    ? 0
    : 4 * (size.toString(16).length - 1) + (32 - Math.clz32(Number.parseInt(size.toString(16).charAt(0), 16)));
}

function trailingZeros(size: bigint): number {
  let zeros = 0;
  let left = size;
  while (BigInt.asUintN(32, left) === 0n) {
    left >>= 32n;
    zeros += 32;
  }
  const low = Number(BigInt.asUintN(32, left)) | 0;
  return zeros + 31 - Math.clz32(low & -low);
}
