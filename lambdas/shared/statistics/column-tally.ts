import type { ColumnSchema } from '../../../protocol/dataset';
import type { ColumnProfile, ProfiledValue } from './dataset-profile';
import { DistinctSketch } from './distinct-sketch';
import { NumberTally } from './number-profile';
import { scaleOf } from './scale';
import { TextCounts } from './value-counts';

/** The latest moment that a Date can hold, in milliseconds, and the earliest below 0. */
const MAX_TIME = 8.64e15;

/** Counts the cells of one column. */
export class ColumnTally {
  private readonly largest: number;
  private rows = 0;
  private nulls = 0;
  private unusable = 0;
  private trues = 0;
  private falses = 0;
  /** Undefined while the values themselves are counted. */
  private distinct: DistinctSketch | undefined;
  /** Undefined for columns of another type, and personal ones. */
  private readonly numbers: NumberTally | undefined;
  private readonly lengths: NumberTally | undefined;
  /** Undefined for columns of another type and personal ones, and once there were too many. */
  private texts: TextCounts | undefined;

  public constructor(private readonly schema: ColumnSchema) {
    const { type, personal } = schema;
    const time = type === 'date' || type === 'timestamp';
    this.largest = time ? MAX_TIME : Number.MAX_VALUE;
    if (personal) this.distinct = new DistinctSketch();
    else if (type === 'string') this.texts = new TextCounts();
    else if (type !== 'boolean') this.numbers = new NumberTally(scaleOf(type), (value) => this.addDistinct(value));
    if (type === 'string') this.lengths = new NumberTally('double');
  }

  public add(value: ProfiledValue): void {
    this.rows++;
    if (value === undefined || value === null) {
      this.nulls++;
      return;
    }
    const { type } = this.schema;
    if (typeof value === 'string') {
      if (type !== 'string') this.refuse(value);
      this.addText(value);
    } else if (typeof value === 'number') {
      if (type === 'string' || type === 'boolean') this.refuse(value);
      // NaN is not below anything; -0 becomes 0.
      if (Math.abs(value) <= this.largest) this.addNumber(value + 0);
      else this.unusable++;
    } else {
      if (type !== 'boolean') this.refuse(value);
      this.addBoolean(value);
    }
  }

  /** A text that lies in `bytes` as ASCII; false, and nothing added, where it must be given as a text. */
  public addAscii(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.texts !== undefined || this.distinct?.addAscii(bytes, from, to) !== true) return false;
    this.rows++;
    this.lengths?.add(to - from);
    return true;
  }

  public toProfile(): ColumnProfile {
    const { name, type, personal } = this.schema;
    return {
      name,
      type,
      personal,
      rows: this.rows,
      nulls: this.nulls,
      unusable: this.unusable,
      distinct: this.distinct?.toText() ?? null,
      ...(this.numbers && { numbers: this.numbers.toProfile() }),
      ...(this.lengths && { lengths: this.lengths.toProfile() }),
      ...(type === 'string' && !personal && { texts: this.texts?.sorted() ?? null }),
      ...(type === 'boolean' && !personal && { booleans: { false: this.falses, true: this.trues } }),
    };
  }

  private addNumber(value: number): void {
    const { numbers } = this;
    if (numbers === undefined || !numbers.add(value)) this.distinct?.addNumber(value);
  }

  /** The numbers that were counted one by one until there were too many. */
  private addDistinct(value: number): void {
    this.distinct ??= new DistinctSketch();
    this.distinct.addNumber(value);
  }

  private addText(text: string): void {
    this.lengths?.add(text.length);
    const { texts } = this;
    if (texts === undefined) {
      this.distinct?.addText(text);
      return;
    }
    if (texts.add(text, 1)) return;
    const sketch = new DistinctSketch();
    texts.forEach((earlier) => {
      sketch.addText(earlier);
    });
    sketch.addText(text);
    this.distinct = sketch;
    this.texts = undefined;
  }

  private addBoolean(value: boolean): void {
    if (this.schema.personal) this.distinct?.addNumber(value ? 1 : 0);
    else if (value) this.trues++;
    else this.falses++;
  }

  /** Names the column and types, never the value. */
  private refuse(value: ProfiledValue): never {
    throw new TypeError(`column "${this.schema.name}" is profiled as ${this.schema.type}, not ${typeof value}`);
  }
}
