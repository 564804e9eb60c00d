import { addExact, type ExactNumber } from './exact-number';

/** Exponent of the lowest bit of any double. */
const LOWEST = -1074;
/** 66 words of 32 bits hold every bit of a double; two more take what is carried out of them. */
const WORDS = 68;
const WORD = 2 ** 32;
/** A word takes less than 2^32 an addition and must stay below 2^53. */
const ADDITIONS_BETWEEN_CARRIES = 2 ** 20;
/** Between these a square neither overflows nor loses its rounding error below the lowest double. */
const SQUARE_FROM = 2 ** -480;
const SQUARE_BELOW = 2 ** 500;
/** Splits a double into two halves of 26 bits (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;

const double = new Float64Array(1);
/** Low word first: every machine that Node runs Lambda functions on is little-endian. */
const words = new Uint32Array(double.buffer);

/**
 * Sum of finite doubles without rounding, whatever their order: a fixed-point number as wide as all doubles are (R. Neal,
 * "Fast exact summation using small and large superaccumulators", 2015), 32 bits a word.
 */
export class ExactSum {
  private readonly words = new Float64Array(WORDS);
  private additions = 0;
  /** What does not go through the words. */
  private rest: ExactNumber = { mantissa: 0n, exponent: 0 };

  /** `value` is finite. */
  public add(value: number): void {
    double[0] = value;
    const low = words[0] as number;
    const high = words[1] as number;
    const biased = (high >>> 20) & 0x7ff;
    const mantissa = biased === 0 ? high & 0xfffff : (high & 0xfffff) | 0x100000;
    const position = biased === 0 ? 0 : biased - 1;
    const shift = position & 31;
    const word = position >>> 5;
    const sum = this.words;
    const first = (low << shift) >>> 0;
    // Shifted in two steps: a shift by 32 would be one by 0.
    const second = ((mantissa << shift) | ((low >>> 1) >>> (31 - shift))) >>> 0;
    const third = (mantissa >>> 1) >>> (31 - shift);
    if (high >>> 31 === 0) {
      sum[word] = (sum[word] as number) + first;
      sum[word + 1] = (sum[word + 1] as number) + second;
      sum[word + 2] = (sum[word + 2] as number) + third;
    } else {
      sum[word] = (sum[word] as number) - first;
      sum[word + 1] = (sum[word + 1] as number) - second;
      sum[word + 2] = (sum[word + 2] as number) - third;
    }
    if (++this.additions === ADDITIONS_BETWEEN_CARRIES) this.carry();
  }

  /** Adds the square of `value`, as exactly. */
  public addSquare(value: number): void {
    const size = Math.abs(value);
    if (size < SQUARE_FROM || size >= SQUARE_BELOW) {
      if (size !== 0) this.addTimes(value, 1, true);
      return;
    }
    const square = value * value;
    this.add(square);
    const spread = SPLITTER * value;
    const high = spread - (spread - value);
    const low = value - high;
    const error = high * high - square + 2 * high * low + low * low;
    if (error !== 0) this.add(error);
  }

  /** Adds `value`, or its square, `times` times. Slow: for counted values. */
  public addTimes(value: number, times: number, square = false): void {
    const { mantissa, exponent } = exactOf(value);
    const one = square ? { mantissa: mantissa * mantissa, exponent: 2 * exponent } : { mantissa, exponent };
    this.rest = addExact(this.rest, { mantissa: one.mantissa * BigInt(times), exponent: one.exponent });
  }

  public toExact(): ExactNumber {
    let mantissa = 0n;
    for (let i = WORDS - 1; i >= 0; i--) mantissa = (mantissa << 32n) + BigInt(this.words[i] as number);
    return addExact({ mantissa, exponent: LOWEST }, this.rest);
  }

  private carry(): void {
    const sum = this.words;
    for (let i = 0; i < WORDS - 1; i++) {
      const over = Math.floor((sum[i] as number) / WORD);
      sum[i] = (sum[i] as number) - over * WORD;
      sum[i + 1] = (sum[i + 1] as number) + over;
    }
    this.additions = 0;
  }
}

function exactOf(value: number): ExactNumber {
  double[0] = value;
  const high = words[1] as number;
  const biased = (high >>> 20) & 0x7ff;
  const upper = biased === 0 ? high & 0xfffff : (high & 0xfffff) | 0x100000;
  const mantissa = (BigInt(upper) << 32n) | BigInt(words[0] as number);
  return { mantissa: high >>> 31 === 0 ? mantissa : -mantissa, exponent: LOWEST + Math.max(0, biased - 1) };
}
