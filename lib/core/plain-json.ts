import { Token } from 'aws-cdk-lib';

/** Deeper values are refused, and with them those that hold themselves. */
const MAX_DEPTH = 100;

interface UnplainPart {
  /** JSON pointer to it; empty for the whole. */
  readonly pointer: string;
  readonly value: unknown;
}

/**
 * The first part of a value that would not be read from a file of JSON as it was written: a token, a function, a date, NaN, a
 * value that holds itself. Members that are undefined are left out, as JSON does.
 */
export function unplainPart(value: unknown, pointer = '', depth = 0): UnplainPart | undefined {
  if (Token.isUnresolved(value) || depth > MAX_DEPTH) return { pointer, value };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { pointer, value };
  if (typeof value !== 'object' || !isPlain(value))
    return value === undefined && depth === 0 ? undefined : { pointer, value };
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined && !Array.isArray(value)) continue;
    const part = unplainPart(member, `${pointer}/${name}`, depth + 1);
    if (part !== undefined) return part;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not compared with `Object.prototype`: an object of another realm, as test runners have them, is as plain.
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}
