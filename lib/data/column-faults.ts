import type { ColumnType } from '../../protocol/dataset';
import { checkBoolean, checkNumber, checkText, faultsOf, show } from '../core/checks';
import { repeatsAmbiguously } from './pattern-safety';

/** What is expected of a column, whatever its type. */
export interface ColumnRules {
  readonly required?: boolean;
  readonly personal?: boolean;
  readonly maxNullShare?: number;
  readonly maxPsi?: number;
  readonly allowed?: readonly (string | number)[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: string | number;
  readonly maximum?: string | number;
}

/** Everything that is wrong with a column. */
export function columnFaults(columnName: unknown, type: ColumnType, options: ColumnRules): string[] {
  const name = `column ${show(columnName)}`;
  return faultsOf(
    checkText('the name of a column', columnName, {
      required: true,
      known: true,
      pattern: /^[^\p{Cc}]{1,128}$/u,
      expected: '1 to 128 characters',
      fix: 'name it as the source does',
    }),
    ...unknownOptions(name, type, options),
    checkBoolean(`${name}: required`, options.required),
    checkBoolean(`${name}: personal`, options.personal),
    checkNumber(`${name}: maxNullShare`, options.maxNullShare, share('a share, such as 0.05')),
    options.required === true && options.maxNullShare !== undefined
      ? `${name}: maxNullShare is stated beside required, expected one of them; empty values of a required column are set apart before they are counted`
      : undefined,
    checkNumber(`${name}: maxPsi`, options.maxPsi, {
      min: 0.001,
      max: 10,
      known: true,
      fix: 'an index of 0.1 is a small shift, 0.25 a large one',
    }),
    options.personal === true && options.maxPsi !== undefined
      ? `${name}: maxPsi is stated of a personal column, expected none; nothing of its values is kept that could be compared`
      : undefined,
    checkNumber(`${name}: maxLength`, options.maxLength, {
      min: 1,
      max: 10_000_000,
      integer: true,
      known: true,
      fix: 'give a number of characters',
    }),
    ...rangeFaults(name, type, options),
    ...allowedFaults(name, type, options),
    ...patternFaults(name, options),
  );
}

/** What `checkNumber` takes of a share. */
export function share(fix: string) {
  return { min: 0, max: 1, known: true, fix: `give ${fix}` } as const;
}

const OF_ALL = ['required', 'personal', 'onFault', 'maxNullShare', 'maxPsi'];
const OF_TYPE: Readonly<Record<ColumnType, readonly string[]>> = {
  string: ['allowed', 'pattern', 'maxLength'],
  integer: ['minimum', 'maximum', 'allowed'],
  number: ['minimum', 'maximum', 'allowed'],
  boolean: [],
  date: ['minimum', 'maximum'],
  timestamp: ['minimum', 'maximum'],
};

/** A misspelt rule would check nothing, without a word. */
function unknownOptions(name: string, type: ColumnType, options: ColumnRules): string[] {
  const known = [...OF_ALL, ...OF_TYPE[type]];
  return Object.keys(options)
    .filter((option) => !known.includes(option))
    .map(
      (option) => `${name}: ${show(option)} is no option of ${type} columns, expected ${known.join(', ')}; correct it`,
    );
}

function rangeFaults(name: string, type: ColumnType, { minimum, maximum }: ColumnRules): string[] {
  const faults = [...boundFaults(`${name}: minimum`, type, minimum), ...boundFaults(`${name}: maximum`, type, maximum)];
  if (faults.length > 0 || minimum === undefined || maximum === undefined) return faults;
  if (orderOf(minimum) <= orderOf(maximum)) return [];
  return [`${name}: minimum is ${show(minimum)}, expected at most maximum (${show(maximum)}); no value could be right`];
}

function orderOf(bound: string | number): number {
  return typeof bound === 'number' ? bound : Date.parse(bound);
}

function boundFaults(name: string, type: ColumnType, bound: unknown): string[] {
  if (bound === undefined) return [];
  if (type === 'date' || type === 'timestamp') return timeFaults(name, type, bound);
  return faultsOf(
    checkNumber(name, bound, {
      min: -Number.MAX_SAFE_INTEGER,
      max: Number.MAX_SAFE_INTEGER,
      integer: type === 'integer',
      known: true,
      fix: 'give the value itself',
    }),
  );
}

const TIME = {
  date: { pattern: /^\d{4}-\d{2}-\d{2}$/, expected: 'a day such as "2026-03-01"' },
  timestamp: {
    pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/,
    expected: 'a moment with a zone, such as "2026-03-01T00:00:00Z"',
  },
} as const;

/** Faults of a date or timestamp that is written in code. */
export function timeFaults(name: string, type: 'date' | 'timestamp', value: unknown): string[] {
  const { pattern, expected } = TIME[type];
  const right = typeof value === 'string' && pattern.test(value) && isRealTime(value);
  return right ? [] : [`${name} is ${show(value)}, expected ${expected}; correct it`];
}

/** The 30th of February becomes the 2nd of March. */
function isRealTime(value: string): boolean {
  const day = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(Date.parse(value)) && day.toISOString().slice(0, 10) === value.slice(0, 10);
}

function allowedFaults(
  name: string,
  type: ColumnType,
  { allowed, pattern, maxLength, ...range }: ColumnRules,
): string[] {
  if (allowed === undefined) return [];
  if (!Array.isArray(allowed) || allowed.length === 0) {
    return [`${name}: allowed is ${show(allowed)}, expected a list of values; leave it out where any is right`];
  }
  const right = (value: unknown) =>
    type === 'string'
      ? typeof value === 'string'
      : Number.isFinite(value) && (type !== 'integer' || Number.isInteger(value));
  const wrong = allowed.filter((value) => !right(value));
  const faults = wrong.map(
    (value) => `${name}: allowed has ${show(value)}, expected values of type ${type}; no row could have it`,
  );
  const again = allowed.find((value, index) => allowed.indexOf(value) < index);
  if (again !== undefined) faults.push(`${name}: allowed has ${show(again)} more than once; state it once`);
  for (const [rule, value] of Object.entries({ pattern, maxLength, minimum: range.minimum, maximum: range.maximum })) {
    if (value === undefined) continue;
    faults.push(`${name}: ${rule} is stated beside allowed, expected one of them; the values say it all`);
  }
  return faults;
}

function patternFaults(name: string, { pattern }: ColumnRules): string[] {
  if (pattern === undefined) return [];
  if (typeof pattern !== 'string' || pattern === '') {
    return [`${name}: pattern is ${show(pattern)}, expected a regular expression as text; write it without slashes`];
  }
  try {
    // By itself, as it is written: what is only right inside of a group would not match as a whole.
    new RegExp(pattern, 'u');
  } catch (error) {
    const why = error instanceof Error ? error.message.split(': ').at(-1) : String(error);
    return [`${name}: pattern is ${show(pattern)}, expected a regular expression that compiles (${why}); correct it`];
  }
  if (!repeatsAmbiguously(pattern)) return [];
  return [
    `${name}: pattern is ${show(pattern)}, expected none that repeats what can repeat in several ways; a value that almost matches would take exponential time: let each repetition begin with a character of its own`,
  ];
}
