import { CELL, Cells } from './cells';
import type { Window } from './window';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a line is. */
export const JSON_LINE = { object: 0, broken: 1, other: 2, surrogate: 3, repeated: 4, unknown: 5 } as const;

/** One half of a pair: no text of Unicode has it alone, and no UTF-8 can be written of it. */
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * Objects of JSON Lines, on bytes: names and simple values are told apart without making texts of them. Cells lie in the order of
 * the columns. Only what is rare is given to `JSON.parse`: names and texts with backslashes, and lines with arrays or objects.
 */
export class JsonObjectReader {
  readonly cells = new Cells();
  /** Names that no column has, of the line that was read last. */
  readonly unknown = new Set<string>();
  private readonly columnOf = new Map<string, number>();
  private readonly names: readonly Buffer[];
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private end = 0;
  private nested = false;
  private halfPair = false;
  private repeated = false;

  constructor(columns: readonly string[]) {
    this.names = columns.map((name) => Buffer.from(JSON.stringify(name)));
    columns.forEach((name, index) => {
      this.columnOf.set(name, index);
    });
    this.cells.count = columns.length;
  }

  /** Reads the line and answers what it is, of `JSON_LINE`; cells are good only of an object without faults. */
  read(window: Window, from: number, to: number): number {
    this.bytes = window.bytes;
    this.at = from;
    this.end = to;
    this.unknown.clear();
    this.nested = false;
    this.halfPair = false;
    this.repeated = false;
    this.cells.kinds.fill(UNSEEN, 0, this.names.length);
    if (this.next() !== 0x7b) return this.isJson(from) ? JSON_LINE.other : JSON_LINE.broken;
    if (!this.members(window) || !this.atEnd()) return JSON_LINE.broken;
    if (this.nested && !this.isJson(from)) return JSON_LINE.broken;
    const { kinds } = this.cells;
    for (let cell = 0; cell < this.names.length; cell += 1) if (kinds[cell] === UNSEEN) kinds[cell] = CELL.none;
    if (this.halfPair) return JSON_LINE.surrogate;
    if (this.repeated) return JSON_LINE.repeated;
    return this.unknown.size > 0 ? JSON_LINE.unknown : JSON_LINE.object;
  }

  private members(window: Window): boolean {
    this.at += 1;
    if (this.next() === 0x7d) {
      this.at += 1;
      return true;
    }
    let expected = 0;
    for (;;) {
      if (this.next() !== QUOTE) return false;
      const column = this.name(expected);
      if (column === NO_NAME) return false;
      if (this.next() !== 0x3a) return false;
      this.at += 1;
      this.next();
      if (!this.value(window, column)) return false;
      expected = column + 1;
      const after = this.next();
      this.at += 1;
      if (after === 0x7d) return true;
      if (after !== 0x2c) return false;
      this.next();
    }
  }

  /** Column of the name at hand: first the one behind the last is tried, for objects tend to have the same order. */
  private name(expected: number): number {
    const { bytes, at, names } = this;
    const likely = names[expected];
    if (likely !== undefined && this.isAt(likely)) {
      this.at = at + likely.length;
      return this.seen(expected);
    }
    if (this.string() === undefined) return NO_NAME;
    const name = parsed<string>(bytes.toString('utf8', at, this.at));
    if (name === undefined) return NO_NAME;
    const column = this.columnOf.get(name);
    if (column !== undefined) return this.seen(column);
    this.unknown.add(name);
    return UNKNOWN_NAME;
  }

  private seen(column: number): number {
    if (this.cells.kinds[column] !== UNSEEN) this.repeated = true;
    return column;
  }

  private isAt(name: Buffer): boolean {
    const { bytes, at } = this;
    const { length } = name;
    if (at + length > this.end) return false;
    for (let i = 0; i < length; i += 1) if (bytes[at + i] !== name[i]) return false;
    return true;
  }

  private value(window: Window, column: number): boolean {
    const from = this.at;
    const first = this.bytes[from] as number;
    let kind: number = CELL.none;
    let start = from;
    let to = from;
    if (from >= this.end) return false;
    if (first === QUOTE) {
      const escaped = this.string();
      if (escaped === undefined) return false;
      start = from + 1;
      to = this.at - 1;
      if (escaped) {
        const text = parsed<string>(this.bytes.toString('utf8', from, this.at));
        if (text === undefined) return false;
        if (HALF_PAIR.test(text)) this.halfPair = true;
        start = window.decodedTo;
        to = start + this.bytes.write(text, start);
        window.decodedTo = to;
      }
      kind = to > start ? CELL.string : CELL.none;
    } else if (first === 0x7b || first === 0x5b) {
      if (!this.skipNested()) return false;
      kind = CELL.nested;
      to = this.at;
    } else if (first === 0x74 || first === 0x66 || first === 0x6e) {
      const word = first === 0x74 ? TRUE : first === 0x66 ? FALSE : NULL;
      if (!this.isAt(word)) return false;
      this.at += word.length;
      to = this.at;
      if (first !== 0x6e) kind = CELL.boolean;
    } else {
      if (!this.number()) return false;
      kind = CELL.number;
      to = this.at;
    }
    if (column >= 0) {
      this.cells.kinds[column] = kind;
      this.cells.starts[column] = start;
      this.cells.ends[column] = to;
    }
    return true;
  }

  /** Goes behind the string at hand; whether it has backslashes, undefined where it is none. */
  private string(): boolean | undefined {
    const { bytes, end } = this;
    let escaped = false;
    let at = this.at + 1;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.at = at + 1;
        return escaped;
      }
      if (byte < 0x20) return undefined;
      if (byte === BACKSLASH) {
        escaped = true;
        at += 1;
      }
    }
    return undefined;
  }

  /** Goes behind the number at hand, which must be written as JSON has it. */
  private number(): boolean {
    const { bytes, end } = this;
    const first = bytes[this.at] === 0x2d ? this.at + 1 : this.at;
    const whole = bytes[first] === 0x30 ? first + 1 : digits(bytes, first, end);
    if (whole === first || whole > end) return false;
    let at = whole;
    if (at < end && bytes[at] === 0x2e) {
      const fraction = digits(bytes, at + 1, end);
      if (fraction === at + 1) return false;
      at = fraction;
    }
    if (at < end && ((bytes[at] as number) | 0x20) === 0x65) {
      const signed = at + 1 < end && (bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d);
      const exponent = signed ? at + 2 : at + 1;
      at = digits(bytes, exponent, end);
      if (at === exponent) return false;
    }
    this.at = at;
    return true;
  }

  /** Goes behind an array or object; whether it is well-formed is asked of the line as a whole. */
  private skipNested(): boolean {
    this.nested = true;
    let depth = 0;
    while (this.at < this.end) {
      const byte = this.bytes[this.at] as number;
      if (byte === QUOTE) {
        if (this.string() === undefined) return false;
        continue;
      }
      this.at += 1;
      if (byte === 0x7b || byte === 0x5b) depth += 1;
      else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return true;
    }
    return false;
  }

  /** Goes to the next byte that is no blank, and answers it; -1 at the end. */
  private next(): number {
    const { bytes, end } = this;
    while (this.at < end) {
      const byte = bytes[this.at] as number;
      if (byte !== 0x20 && byte !== 0x09) return byte;
      this.at += 1;
    }
    return -1;
  }

  private atEnd(): boolean {
    return this.next() === -1;
  }

  private isJson(from: number): boolean {
    return parsed(this.bytes.toString('utf8', from, this.end)) !== undefined;
  }
}

/** Kind of a cell whose column has not come yet. */
const UNSEEN = 0xff;
const NO_NAME = -2;
const UNKNOWN_NAME = -1;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

function digits(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at += 1;
  return at;
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
