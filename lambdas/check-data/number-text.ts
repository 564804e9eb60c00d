const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
/** Any whole number of so many digits is below 2^53. */
const EXACT_DIGITS = 15;

/** From here on a double holds no fractions: halves are rounded to whole numbers. */
const NO_FRACTIONS = 2 ** 52;

/** A number as JSON writes it, in its parts; one that is longer than 400 characters nobody meant. */
const NUMBER = /^-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
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
 * finite. A fraction is the nearest double. Whatever else a double would change is none, for it would be lost without a word: a whole
 * number of more digits than it gives back, a fraction beside so many, and what is so small that it would become 0.
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
  if (to - first > (point === -1 ? EXACT_DIGITS : EXACT_DIGITS + 1)) return otherNumber(bytes, from, to);
  const scaled = point === -1 ? value : value / (POWERS[to - point - 1] as number);
  return negative ? 0 - scaled : scaled;
}

/** The same of JSON, which has one kind of number: 1.0 and 1e3 are whole. Up to 2^53 - 1. */
export function wholeNumberIn(bytes: Buffer, from: number, to: number): number {
  const plain = integerIn(bytes, from, to);
  if (!Number.isNaN(plain)) return plain;
  const value = numberIn(bytes, from, to);
  if (!Number.isSafeInteger(value)) return Number.NaN;
  // So few digits are never rounded to a whole number; of more the nearest double may be one.
  return to - from <= EXACT_DIGITS || (decimalIn(bytes, from, to)?.exponent ?? -1) >= 0 ? value : Number.NaN;
}

/** What a text says exactly: `digits` times ten to the power of `exponent`, without zeros around the digits. */
export interface Decimal {
  /** Empty: zero, whose exponent is 0. */
  readonly digits: string;
  readonly exponent: number;
}

const ZERO_DECIMAL: Decimal = { digits: '', exponent: 0 };

/** Without its sign; undefined where the bytes are no number as JSON writes it. */
export function decimalIn(bytes: Buffer, from: number, to: number): Decimal | undefined {
  return to - from > LONGEST ? undefined : decimalOf(bytes.toString('latin1', from, to));
}

function decimalOf(text: string): Decimal | undefined {
  const parts = NUMBER.exec(text);
  if (parts === null) return undefined;
  const [, whole = '', fraction = '', power = '0'] = parts;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return ZERO_DECIMAL;
  return { digits, exponent: Number(power) - fraction.length + all.length - digits.length };
}

function otherNumber(bytes: Buffer, from: number, to: number): number {
  if (to - from > LONGEST) return Number.NaN;
  const text = bytes.toString('latin1', from, to);
  if (!NUMBER.test(text)) return Number.NaN;
  const value = Number(text);
  // Whole numbers below are held exactly.
  if (value !== 0 && Math.abs(value) < NO_FRACTIONS) return value;
  const { digits, exponent } = decimalOf(text) ?? ZERO_DECIMAL;
  if (!Number.isFinite(value) || exponent < 0) return Number.NaN;
  if (value === 0) return digits === '' ? 0 : Number.NaN;
  const written = decimalOf(String(value).replace('e+', 'e'));
  return written?.digits === digits && written.exponent === exponent ? value : Number.NaN;
}
