import { endOfString } from './json-text';

/** Doubles hold every integer of fewer digits. */
const MAY_LOSE_DIGITS = /\d{16}/;
const LEAST_DIGITS = 16;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** An array or object that the scan is in. */
interface Level {
  readonly isArray: boolean;
  /** Of the element or member that the scan is at. */
  index: number;
  /** The member's name as JSON text. */
  name: string;
}

/**
 * Paths to integers that `JSON.parse` rounds: written out again they have other digits, so that nobody behind it would see what
 * was sent. Decimals and exponents are doubles by nature, and integers that a double wrote come back as they were. `text` is
 * one that `JSON.parse` accepted.
 */
export function roundedIntegers(text: string, most: number): string[][] {
  const found: string[][] = [];
  if (!MAY_LOSE_DIGITS.test(text)) return found;
  const levels: Level[] = [];
  let level: Level | undefined;
  for (let index = 0; index < text.length && found.length < most; index += 1) {
    const char = text.charAt(index);
    if (char === '"') {
      const end = endOfString(text, index);
      // A value's string is overwritten by the next name before anybody reads it.
      if (level !== undefined) level.name = text.slice(index, end + 1);
      index = end;
    } else if (char === '{' || char === '[') {
      level = { isArray: char === '[', index: 0, name: '""' };
      levels.push(level);
    } else if (char === '}' || char === ']') {
      levels.pop();
      level = levels.at(-1);
    } else if (char === ',') {
      if (level !== undefined) level.index += 1;
    } else if (char === '-' || isDigit(char)) {
      NUMBER.lastIndex = index;
      const literal = NUMBER.exec(text)?.[0] ?? char;
      if (isRounded(literal)) found.push(levels.map(nameOf));
      index += literal.length - 1;
    }
  }
  return found;
}

function nameOf({ isArray, index, name }: Level): string {
  return isArray ? String(index) : JSON.parse(name);
}

/** Whether a double would give a whole number back with other digits. */
function isRounded(literal: string): boolean {
  if (literal.length < LEAST_DIGITS || /[.eE]/.test(literal)) return false;
  return digitsOf(Number(literal)) !== literal;
}

/** The digits by which JSON writes a whole number; the exponent that it uses from 1e21 on is written out. */
function digitsOf(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e+');
  if (exponent === undefined) return mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  return whole + fraction.padEnd(Number(exponent), '0');
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}
