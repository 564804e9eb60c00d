import { hashAscii, hashed, hashNumber, hashText } from './hash64';

const PRECISION = 12;
const REGISTERS = 2 ** PRECISION;
/** Bits of the hash that a register counts the zeros of: the whole second word. */
const COUNTED_BITS = 32;
/** Of an estimate, relative: 1.04 / sqrt(registers) (Flajolet and others, 2007): 1.6 %. */
export const DISTINCT_STANDARD_ERROR = 1.04 / Math.sqrt(REGISTERS);

/** One character a register, `0` to `9` and `a` to `x`, for 0 to 33. */
const TEXT = new RegExp(`^[0-9a-x]{${REGISTERS}}$`);
const [ZERO, NINE, A] = [48, 57, 97] as const;

/** HyperLogLog: how many different values there are, of a fixed size whatever their number. */
export class DistinctSketch {
  private readonly registers = new Uint8Array(REGISTERS);

  public addText(text: string): void {
    hashText(text);
    this.addHashed();
  }

  /** A text that lies in `bytes` as ASCII; false, and nothing added, where it is none. */
  public addAscii(bytes: Uint8Array, from: number, to: number): boolean {
    if (!hashAscii(bytes, from, to)) return false;
    this.addHashed();
    return true;
  }

  public addNumber(value: number): void {
    hashNumber(value);
    this.addHashed();
  }

  /** Takes over what the text of another sketch has counted. */
  public absorb(text: string): void {
    for (let i = 0; i < REGISTERS; i++) {
      const rank = rankAt(text, i);
      if (rank > (this.registers[i] as number)) this.registers[i] = rank;
    }
  }

  public toText(): string {
    return Buffer.from(this.registers.map((rank) => (rank < 10 ? ZERO + rank : A + rank - 10))).toString('latin1');
  }

  private addHashed(): void {
    const register = (hashed[0] as number) >>> (32 - PRECISION);
    const rank = Math.clz32(hashed[1] as number) + 1;
    if (rank > (this.registers[register] as number)) this.registers[register] = rank;
  }
}

/** Whether a text is that of a sketch of this precision. */
export function isDistinctText(text: string): boolean {
  return TEXT.test(text);
}

/**
 * How many values a sketch has seen. The estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches" (2017), algorithm 6: without bias for few values and for many, and without tables.
 */
export function distinctEstimate(text: string): number {
  const counts = new Float64Array(COUNTED_BITS + 2);
  for (let i = 0; i < REGISTERS; i++) {
    const rank = rankAt(text, i);
    counts[rank] = (counts[rank] as number) + 1;
  }
  let z = REGISTERS * tau(1 - (counts[COUNTED_BITS + 1] as number) / REGISTERS);
  for (let rank = COUNTED_BITS; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] as number));
  z += REGISTERS * sigma((counts[0] as number) / REGISTERS);
  // Of no value at all z is infinite, and the estimate 0.
  return REGISTERS ** 2 / (2 * Math.LN2 * z);
}

function rankAt(text: string, register: number): number {
  const code = text.charCodeAt(register);
  return code <= NINE ? code - ZERO : code - A + 10;
}

/** Correction for registers that nothing has reached. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, z, before] = [share, 1, share, Number.NaN];
  while (z !== before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** Correction for registers that are full. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z, before] = [share, 1, 1 - share, Number.NaN];
  while (z !== before) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
