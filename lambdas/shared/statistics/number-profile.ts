import { CountTable } from './count-table';
import { addExact, type ExactNumber, exactText, parseExact, squareOf, timesOf, ZERO } from './exact-number';
import { ExactSum } from './exact-sum';
import { ProfileError } from './profile-error';
import { QuantileSketch, type QuantileSketchProfile } from './quantile-sketch';
import type { Scale } from './scale';
import { MAX_VALUES } from './value-counts';

/** What is kept of many numbers, as JSON; times are milliseconds since 1970. */
export interface NumberProfile {
  readonly count: number;
  /** Null where there are none. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Exact, as `exactText` writes it. */
  readonly sum: string;
  /** Exact sum of the squares. */
  readonly squares: string;
  /** Each number and how often it came, ascending; null where there are more than `MAX_VALUES`. */
  readonly values: readonly (readonly [number, number])[] | null;
  /** Null where `values` tells all. */
  readonly sketch: QuantileSketchProfile | null;
}

/** Counts numbers one by one while different ones are few, in a sketch from then on. */
export class NumberTally {
  private few: CountTable | undefined = new CountTable('doubles');
  private many: Measures | undefined;

  public constructor(
    private readonly scale: Scale,
    /** Told each number that was counted one by one, when there are too many to go on so. */
    private readonly spilled: (value: number) => void = () => undefined,
  ) {}

  /** `value` is finite and not -0. Answers whether different numbers are still counted one by one. */
  public add(value: number): boolean {
    const { few } = this;
    if (few === undefined) {
      this.many?.add(value);
      return false;
    }
    few.add(value, 1);
    if (few.size <= MAX_VALUES) return true;
    this.spill(few);
    return false;
  }

  public toProfile(): NumberProfile {
    return this.many?.toProfile() ?? fewNumbers(this.few?.sorted() ?? []);
  }

  private spill(few: CountTable): void {
    const many = new Measures(this.scale);
    few.forEach((value, count) => {
      this.spilled(value);
      many.addTimes(value, count);
    });
    this.many = many;
    this.few = undefined;
  }
}

/** Of numbers that are too many to be counted one by one. */
class Measures {
  private readonly sketch: QuantileSketch;
  private readonly sum = new ExactSum();
  private readonly squares = new ExactSum();
  private count = 0;
  private minimum = Number.POSITIVE_INFINITY;
  private maximum = Number.NEGATIVE_INFINITY;

  public constructor(scale: Scale) {
    this.sketch = new QuantileSketch(scale);
  }

  public add(value: number): void {
    this.count++;
    if (value < this.minimum) this.minimum = value;
    if (value > this.maximum) this.maximum = value;
    this.sum.add(value);
    this.squares.addSquare(value);
    this.sketch.add(value, 1);
  }

  public addTimes(value: number, times: number): void {
    this.count += times;
    if (value < this.minimum) this.minimum = value;
    if (value > this.maximum) this.maximum = value;
    this.sum.addExactly(timesOf(value, times));
    this.squares.addExactly(squareOf(value, times));
    this.sketch.add(value, times);
  }

  public toProfile(): NumberProfile {
    return {
      count: this.count,
      minimum: this.minimum,
      maximum: this.maximum,
      sum: exactText(this.sum.toExact()),
      squares: exactText(this.squares.toExact()),
      values: null,
      sketch: this.sketch.toProfile(),
    };
  }
}

/** Both profiles in one; the same whichever is first. */
export function mergeNumbers(scale: Scale, a: NumberProfile, b: NumberProfile): NumberProfile {
  if (a.values !== null && b.values !== null) {
    const table = new CountTable('doubles');
    for (const [value, count] of [...a.values, ...b.values]) table.add(value, count);
    if (table.size <= MAX_VALUES) return fewNumbers(table.sorted());
  }
  const sketch = new QuantileSketch(scale);
  for (const { values, sketch: other } of [a, b]) {
    if (other !== null) sketch.absorb(other);
    for (const [value, count] of values ?? []) sketch.add(value, count);
  }
  return {
    count: a.count + b.count,
    minimum: chosen(Math.min, a.minimum, b.minimum),
    maximum: chosen(Math.max, a.maximum, b.maximum),
    sum: exactText(addExact(exactOf(a.sum), exactOf(b.sum))),
    squares: exactText(addExact(exactOf(a.squares), exactOf(b.squares))),
    values: null,
    sketch: sketch.toProfile(),
  };
}

export function exactOf(text: string): ExactNumber {
  const exact = parseExact(text);
  if (exact === undefined)
    throw new ProfileError('a sum of a profile is damaged: take the profile through readProfile first');
  return exact;
}

function fewNumbers(values: [number, number][]): NumberProfile {
  let sum = ZERO;
  let squares = ZERO;
  let total = 0;
  for (const [value, count] of values) {
    total += count;
    sum = addExact(sum, timesOf(value, count));
    squares = addExact(squares, squareOf(value, count));
  }
  return {
    count: total,
    minimum: values[0]?.[0] ?? null,
    maximum: values.at(-1)?.[0] ?? null,
    sum: exactText(sum),
    squares: exactText(squares),
    values,
    sketch: null,
  };
}

/** Of two ends; a side without numbers has none. */
function chosen(of: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : of(a, b);
}
