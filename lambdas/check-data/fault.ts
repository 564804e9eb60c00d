import type { ColumnSchema, RowFault, RowRule } from '../../protocol/dataset';
import { BROKEN } from './column-check';

/** Characters of a value that a fault shows. */
const SHOWN = 80;
/** Allowed values that a fault names. */
const NAMED = 8;
const MASK = '***';

const TYPES: Readonly<Record<ColumnSchema['type'], string>> = {
  string: 'text',
  integer: 'a whole number of at most 2^53 - 1, without zeros in front',
  number:
    'a finite number as JSON writes it, of no more whole digits than a double holds, and not so small that it is 0',
  boolean: 'true or false',
  date: 'a date YYYY-MM-DD that exists',
  timestamp:
    'a timestamp in ISO 8601 with a zone, or an epoch number of 10 digits (seconds) or 13 (milliseconds); milliseconds are the finest',
};

/** The faults of a cell, one for each bit of `broken`. `text`: the value, as far as it may be shown. */
export function cellFaults(column: ColumnSchema, broken: number, text: string | undefined): RowFault[] {
  const { name, personal, severity } = column;
  const value = text === undefined ? undefined : personal ? MASK : cut(text);
  return (Object.keys(BROKEN) as (keyof typeof BROKEN)[])
    .filter((rule) => (broken & BROKEN[rule]) !== 0)
    .map((rule) => ({
      rule,
      severity,
      column: name,
      ...(value === undefined ? {} : { value }),
      expected: expectedBy(rule, column),
    }));
}

/** A fault of a row as a whole. */
export function rowFault(rule: RowRule, expected: string): RowFault {
  return { rule, severity: 'reject', expected };
}

/** Bytes of a value that are enough to show it. */
export const SHOWN_BYTES = SHOWN * 4;

/** By characters, not by code units: half a pair would be no text. */
function cut(text: string): string {
  const characters = [...text.slice(0, 2 * SHOWN)];
  return text.length > SHOWN ? characters.slice(0, SHOWN).join('') : text;
}

function expectedBy(rule: keyof typeof BROKEN, column: ColumnSchema): string {
  const { type, minimum, maximum, allowed = [], pattern, maxLength } = column;
  switch (rule) {
    case 'type':
      return TYPES[type];
    case 'required':
      return 'a value';
    case 'range':
      if (minimum === undefined) return `at most ${maximum}`;
      return maximum === undefined ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
    case 'allowed': {
      const more = allowed.length > NAMED ? ` or ${allowed.length - NAMED} more` : '';
      return `one of ${allowed.slice(0, NAMED).join(', ')}${more}`;
    }
    case 'pattern':
      return `text that matches ${pattern}`;
    case 'length':
      return `at most ${maxLength} characters`;
  }
}
