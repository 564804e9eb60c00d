import type { ColumnSchema, ColumnType, RowRule } from '../../protocol/dataset';
import { CELL } from '../shared/dataset/read/cells';
import { integerIn, numberIn, wholeNumberIn } from './number-text';
import { TextMemo } from './text-memo';
import { dateIn, epochIn, timestampIn } from './time-text';

/** Rules that a cell can break, as bits. */
export const BROKEN = {
  type: 1,
  required: 2,
  range: 4,
  allowed: 8,
  pattern: 16,
  length: 32,
} as const satisfies Partial<Record<RowRule, number>>;

/** Types as numbers: the choice among them is made for every cell. */
const TYPE: Readonly<Record<ColumnType, number>> = {
  string: 0,
  integer: 1,
  number: 2,
  boolean: 3,
  date: 4,
  timestamp: 5,
};

const TRUE = ['true', 'True', 'TRUE'];
const FALSE = ['false', 'False', 'FALSE'];

/** What a column demands of a cell, compiled once. */
export class ColumnCheck {
  private readonly type: number;
  private readonly minimum: number;
  private readonly maximum: number;
  private readonly allowedNumbers: ReadonlySet<number> | undefined;
  private readonly allowedTexts: TextMemo | undefined;
  private readonly pattern: RegExp | undefined;
  private readonly maxLength: number;
  /** Number of the text among the allowed ones that was checked last; -1 where the column has no such list. */
  text = -1;

  constructor(readonly column: ColumnSchema) {
    const { type, allowed, pattern, maxLength, minimum, maximum } = column;
    this.type = TYPE[type];
    this.minimum = minimum === undefined ? Number.NEGATIVE_INFINITY : this.valueOf(minimum);
    this.maximum = maximum === undefined ? Number.POSITIVE_INFINITY : this.valueOf(maximum);
    this.maxLength = maxLength ?? Number.POSITIVE_INFINITY;
    this.pattern = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u');
    if (allowed !== undefined && type === 'string') {
      this.allowedTexts = new TextMemo();
      for (const text of allowed) {
        const bytes = Buffer.from(String(text));
        if (this.allowedTexts.find(bytes, 0, bytes.length) !== -1) continue;
        if (this.allowedTexts.add(bytes, 0, bytes.length) === -1) {
          throw new Error(`column "${column.name}" allows more values than can be held; use a pattern`);
        }
      }
    } else if (allowed !== undefined) {
      this.allowedNumbers = new Set(allowed.map((value) => this.valueOf(value)));
    }
  }

  /** Text that is the last allowed one to have been checked. */
  get allowedText(): string | undefined {
    return this.text === -1 ? undefined : this.allowedTexts?.texts[this.text];
  }

  /** Bits of `BROKEN`. The value goes into `values` at `index`; a text has none. */
  check(bytes: Buffer, from: number, to: number, kind: number, values: Float64Array, index: number): number {
    if (kind === CELL.none) return this.column.required ? BROKEN.required : 0;
    if (this.type === 0) {
      return kind === CELL.text || kind === CELL.string ? this.checkText(bytes, from, to) : BROKEN.type;
    }
    const value = this.read(bytes, from, to, kind);
    if (Number.isNaN(value)) return BROKEN.type;
    values[index] = value;
    let broken = 0;
    if (value < this.minimum || value > this.maximum) broken = BROKEN.range;
    if (this.allowedNumbers !== undefined && !this.allowedNumbers.has(value)) broken |= BROKEN.allowed;
    return broken;
  }

  /** The number, moment or truth in a cell, or NaN. */
  private read(bytes: Buffer, from: number, to: number, kind: number): number {
    const text = kind === CELL.text;
    switch (this.type) {
      case 1:
        return text ? integerIn(bytes, from, to) : kind === CELL.number ? wholeNumberIn(bytes, from, to) : Number.NaN;
      case 2:
        return text || kind === CELL.number ? numberIn(bytes, from, to) : Number.NaN;
      case 3:
        return text || kind === CELL.boolean ? booleanIn(bytes, from, to) : Number.NaN;
      case 4:
        return text || kind === CELL.string ? dateIn(bytes, from, to) : Number.NaN;
      default:
        return text || kind === CELL.string || kind === CELL.number ? momentIn(bytes, from, to, kind) : Number.NaN;
    }
  }

  private checkText(bytes: Buffer, from: number, to: number): number {
    let broken = 0;
    if (this.allowedTexts !== undefined) {
      this.text = this.allowedTexts.find(bytes, from, to);
      if (this.text === -1) broken = BROKEN.allowed;
    }
    if (this.pattern !== undefined && !this.pattern.test(bytes.toString('utf8', from, to))) broken |= BROKEN.pattern;
    if (to - from > this.maxLength && characters(bytes, from, to) > this.maxLength) broken |= BROKEN.length;
    return broken;
  }

  /** A value of the schema as cells of this column are compared. */
  private valueOf(value: number | string | boolean): number {
    if (typeof value === 'number' && (this.type === TYPE.integer || this.type === TYPE.number)) return value;
    const bytes = Buffer.from(String(value));
    const found = this.read(bytes, 0, bytes.length, CELL.text);
    if (!Number.isNaN(found)) return found;
    throw new Error(`column "${this.column.name}" is compared with "${value}", which is no ${this.column.type}`);
  }
}

function booleanIn(bytes: Buffer, from: number, to: number): number {
  if (to - from > 5) return Number.NaN;
  const text = bytes.toString('latin1', from, to);
  if (TRUE.includes(text)) return 1;
  return FALSE.includes(text) ? 0 : Number.NaN;
}

function momentIn(bytes: Buffer, from: number, to: number, kind: number): number {
  if (kind !== CELL.number) {
    const moment = timestampIn(bytes, from, to);
    if (!Number.isNaN(moment) || kind === CELL.string) return moment;
  }
  return epochIn(bytes, from, to);
}

/** Characters of UTF-8: bytes that do not continue one. */
function characters(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) if (((bytes[at] as number) & 0xc0) !== 0x80) count += 1;
  return count;
}
