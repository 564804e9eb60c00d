import { addExact, type ExactNumber, squareOf, timesOf, ZERO } from './exact-number';

/** Values of the exponent field of a double. */
const EXPONENTS = 2_048;
/** Of this exponent field or a higher one, splitting would overflow. */
const TOO_LARGE = 2_016;
/**
 * A half has 26 bits, and those of one exponent are multiples of one power of two: this many of them, twice over, add up to
 * less than 53 bits.
 */
const ADDITIONS_BETWEEN_FLUSHES = 2 ** 26;
/** Between these a square neither overflows nor loses its rounding error below the lowest double. */
const SQUARE_FROM = 2 ** -480;
const SQUARE_BELOW = 2 ** 500;
/** Splits a double into two halves of 26 bits (T. J. Dekker, "A floating-point technique for extending precision", 1971). */
const SPLITTER = 2 ** 27 + 1;

const double = new Float64Array(1);
/** Low word first: every machine that runs Lambda functions is little-endian. */
const words = new Uint32Array(double.buffer);

/**
 * Sum of finite doubles without rounding, whatever their order: one accumulator for each exponent, as the large one of
 * R. M. Neal, "Fast exact summation using small and large superaccumulators" (2015), here of the two halves of a double.
 */
export class ExactSum {
  /** Upper halves, then lower halves. */
  private readonly halves = new Float64Array(2 * EXPONENTS);
  private additions = 0;
  /** What does not go through the accumulators. */
  private rest: ExactNumber = ZERO;

  /** `value` is finite. */
  public add(value: number): void {
    double[0] = value;
    const exponent = ((words[1] as number) >>> 20) & 0x7ff;
    if (exponent === 0 || exponent >= TOO_LARGE) {
      if (value !== 0) this.addExactly(timesOf(value, 1));
      return;
    }
    const spread = SPLITTER * value;
    const upper = spread - (spread - value);
    const { halves } = this;
    halves[exponent] = (halves[exponent] as number) + upper;
    halves[exponent + EXPONENTS] = (halves[exponent + EXPONENTS] as number) + (value - upper);
    if (++this.additions === ADDITIONS_BETWEEN_FLUSHES) this.flush();
  }

  /** Adds the square of `value`, as exactly. */
  public addSquare(value: number): void {
    const size = Math.abs(value);
    if (size < SQUARE_FROM || size >= SQUARE_BELOW) {
      if (size !== 0) this.addExactly(squareOf(value, 1));
      return;
    }
    const square = value * value;
    this.add(square);
    const spread = SPLITTER * value;
    const upper = spread - (spread - value);
    const lower = value - upper;
    const error = upper * upper - square + 2 * upper * lower + lower * lower;
    if (error !== 0) this.add(error);
  }

  public addExactly(number: ExactNumber): void {
    this.rest = addExact(this.rest, number);
  }

  public toExact(): ExactNumber {
    this.flush();
    return this.rest;
  }

  private flush(): void {
    for (const half of this.halves) if (half !== 0) this.addExactly(timesOf(half, 1));
    this.halves.fill(0);
    this.additions = 0;
  }
}
