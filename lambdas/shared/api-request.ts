import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Actor, actorOf } from '../../protocol/actor';
import { MAX_BODY_BYTES } from '../../protocol/prediction';
import { roundedIntegers } from './json-integers';
import { hasInfiniteNumber, shapeOfJson } from './json-text';
import type { Refusal } from './problem-response';
import { safePointer } from './safe-pointer';

/** A value, or why there is none. */
export type Read<T> = { readonly value: T } | { readonly refusal: Refusal };

export function isRefused<T>(read: Read<T>): read is { readonly refusal: Refusal } {
  return 'refusal' in read;
}

/**
 * Levels of arrays and objects that a body may have. Far above what a model takes, far below where recursion over it would
 * exhaust the stack.
 */
const MAX_DEPTH = 100;
/** Faults that one answer names. */
const MAX_ERRORS = 20;
const NO_NAMES: ReadonlySet<string> = new Set();

export function callerOf(event: APIGatewayProxyEvent): Read<Actor> {
  const value = event.requestContext === undefined ? undefined : actorOf(event.requestContext);
  return value === undefined ? refused('unauthenticated', 'sign the request, or send a token') : { value };
}

/** All values of a header, whatever the case of its name. */
export function headerValues(event: APIGatewayProxyEvent, name: string): string[] {
  const values = valuesIn(event.multiValueHeaders ?? {}, name);
  return values.length > 0 ? values : valuesIn(event.headers ?? {}, name);
}

function valuesIn(headers: Readonly<Record<string, string | string[] | undefined>>, name: string): string[] {
  return Object.entries(headers)
    .filter(([header]) => header.toLowerCase() === name.toLowerCase())
    .flatMap(([, value]) => value ?? [])
    .filter((value) => typeof value === 'string');
}

export interface JsonBody {
  /** As they were sent: what an Idempotency-Key is compared by. */
  readonly bytes: Buffer;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * The body as a JSON object with no members but the allowed ones. `inner` are names further down that are no text of the
 * caller's: pointers may repeat them.
 */
export function readJsonObject(
  event: APIGatewayProxyEvent,
  allowed: readonly string[],
  inner: ReadonlySet<string> = NO_NAMES,
): Read<JsonBody> {
  const media = checkMediaType(event);
  if (media !== undefined) return { refusal: media };
  const bytes = bodyBytes(event);
  if (bytes.length > MAX_BODY_BYTES) {
    return refused('tooLarge', `the body has ${bytes.length} bytes, at most ${MAX_BODY_BYTES} are taken; send less`);
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return refused('malformedRequest', 'the body is not valid UTF-8');
  if (text.trim() === '') return refused('malformedRequest', 'the body is empty; send a JSON object');
  const parsed = parseJson(text);
  if (parsed === undefined) return refused('malformedRequest', 'the body is not valid JSON');
  const fault = bodyFault(text, parsed.value, allowed, inner);
  return fault === undefined ? { value: { bytes, members: parsed.value as JsonBody['members'] } } : { refusal: fault };
}

function bodyFault(
  text: string,
  value: unknown,
  allowed: readonly string[],
  inner: ReadonlySet<string>,
): Refusal | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed(`the body is not a JSON object; its members are ${allowed.join(', ')}`);
  }
  const { names, depth } = shapeOfJson(text);
  if (depth > MAX_DEPTH) return malformed(`the body is nested ${depth} levels deep, at most ${MAX_DEPTH} are taken`);
  const errors = nameFaults(value, names, allowed);
  if (errors.length > 0) return malformed('the body has members that it must not have', errors);
  if (hasInfiniteNumber(text, value)) {
    return malformed('the body has a number beyond 1.8e308, which JSON numbers cannot carry here');
  }
  const rounded = roundedFaults(text, value, new Set([...allowed, ...inner]));
  return rounded.length > 0 ? malformed('the body has integers that would lose digits', rounded) : undefined;
}

function malformed(detail: string, errors?: Refusal['errors']): Refusal {
  return { problem: 'malformedRequest', detail, errors };
}

function nameFaults(
  value: object,
  names: readonly string[],
  allowed: readonly string[],
): NonNullable<Refusal['errors']> {
  const known = new Set(allowed);
  const seen = new Set<string>();
  const faults = new Map<string, string>();
  for (const name of names) {
    if (!known.has(name)) faults.set(name, `unknown member; allowed are ${allowed.join(', ')}`);
    else if (seen.has(name)) faults.set(name, 'the member is given more than once');
    seen.add(name);
  }
  return [...faults]
    .slice(0, MAX_ERRORS)
    .map(([name, detail]) => ({ pointer: safePointer(value, [name], known), detail }));
}

function roundedFaults(text: string, value: object, known: ReadonlySet<string>): NonNullable<Refusal['errors']> {
  return roundedIntegers(text, MAX_ERRORS).map((path) => ({
    pointer: safePointer(value, path, known),
    detail: 'has more digits than a JSON number carries here (about 16); send it as text',
  }));
}

/** A string of 1 to `max` characters that can be stored: no half of a surrogate pair. */
export function readText(members: Readonly<Record<string, unknown>>, name: string, max: number): Read<string> {
  const value = members[name];
  const pointer = `/${name}`;
  const fault = (detail: string) => refused('malformedRequest', `${name} is not valid`, [{ pointer, detail }]);
  if (value === undefined) return fault(`required; a string of 1 to ${max} characters`);
  if (typeof value !== 'string') return fault(`not a string; expected 1 to ${max} characters`);
  if (value.length === 0 || value.length > max) return fault(`has ${value.length} characters, expected 1 to ${max}`);
  if (!isWellFormed(value)) return fault('has half of a surrogate pair; send well-formed Unicode');
  return { value };
}

export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function refused(
  problem: Refusal['problem'],
  detail: string,
  errors?: Refusal['errors'],
): { readonly refusal: Refusal } {
  return { refusal: { problem, detail, errors } };
}

/** Only `application/json`, in UTF-8, not compressed. */
function checkMediaType(event: APIGatewayProxyEvent): Refusal | undefined {
  const refusal: Refusal = {
    problem: 'unsupportedMediaType',
    detail: 'send Content-Type: application/json, in UTF-8, without Content-Encoding',
  };
  const types = headerValues(event, 'content-type');
  const [type] = types;
  if (types.length !== 1 || type === undefined || !isJsonType(type)) return refusal;
  const encodings = headerValues(event, 'content-encoding').filter(
    (encoding) => encoding.trim().toLowerCase() !== 'identity',
  );
  return encodings.length > 0 ? refusal : undefined;
}

function isJsonType(type: string): boolean {
  const [essence, ...parameters] = type
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (essence !== 'application/json') return false;
  return parameters.every((parameter) => parameter === '' || /^charset="?utf-?8"?$/.test(parameter));
}

function bodyBytes(event: APIGatewayProxyEvent): Buffer {
  return Buffer.from(event.body ?? '', event.isBase64Encoded === true ? 'base64' : 'utf8');
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    // A byte order mark stays, and is no JSON.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
