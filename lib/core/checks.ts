import { type Duration, Token } from 'aws-cdk-lib';

/**
 * Checks of single values. Each gives the fault as text, or undefined: the value is right, absent, or a token whose value
 * only the deployment knows. Callers collect, so that all faults are reported together.
 */
type Fault = string | undefined;

interface Knowledge {
  /**
   * Whether something is computed from the value at synthesis, so that a token is a fault: its encoding would be taken for
   * the value, and a threshold of -1.8e289 be deployed without a word.
   */
  readonly known?: boolean;
  /** Whether leaving the value out, as plain JavaScript can, is a fault. */
  readonly required?: boolean;
  /** What to do, as a clause after a semicolon. */
  readonly fix: string;
}

interface NumberRange extends Knowledge {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

export function checkNumber(name: string, value: unknown, range: NumberRange): Fault {
  const kind = range.integer ? 'a whole number' : 'a number';
  const allowed = `${kind} from ${range.min} to ${range.max}`;
  if (value === undefined) return absenceFault(name, allowed, range);
  if (Token.isUnresolved(value)) return tokenFault(name, allowed, range);
  const right =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= range.min &&
    value <= range.max &&
    (!range.integer || Number.isInteger(value));
  return right ? undefined : `${name} is ${show(value)}, expected ${allowed}; ${range.fix}`;
}

interface DurationRange extends Knowledge {
  readonly minMs: number;
  readonly maxMs: number;
  /** Whether it must be whole days, as lifecycles of S3 are. */
  readonly wholeDays?: boolean;
  /** Whether it must be whole seconds, as times of SageMaker are. */
  readonly wholeSeconds?: boolean;
}

const DAY_MS = 86_400_000;

export function checkDuration(name: string, value: Duration | undefined, range: DurationRange): Fault {
  const allowed = `${range.minMs} to ${range.maxMs} ms`;
  if (value === undefined) return absenceFault(name, `a Duration of ${allowed}`, range);
  if (!isDuration(value)) return `${name} is ${show(value)}, expected a Duration of ${allowed}; ${range.fix}`;
  if (value.isUnresolved()) return tokenFault(name, allowed, range);
  const ms = value.toMilliseconds({ integral: false });
  if (!(ms >= range.minMs && ms <= range.maxMs)) return `${name} is ${ms} ms, expected ${allowed}; ${range.fix}`;
  if (!Number.isInteger(ms)) return `${name} is ${ms} ms, expected whole milliseconds; round it`;
  if (range.wholeDays && ms % DAY_MS !== 0) return `${name} is ${ms} ms, expected whole days; round it`;
  if (range.wholeSeconds && ms % 1000 !== 0) return `${name} is ${ms} ms, expected whole seconds; round it`;
  return undefined;
}

function absenceFault(name: string, allowed: string, { required, fix }: Knowledge): Fault {
  return required === true ? `${name} is missing, expected ${allowed}; ${fix}` : undefined;
}

function tokenFault(name: string, allowed: string, { known, fix }: Knowledge): Fault {
  if (known !== true) return undefined;
  return `${name} is known only when it is deployed, expected ${allowed} when it is synthesized; ${fix}`;
}

interface TextRule extends Knowledge {
  readonly pattern: RegExp;
  readonly expected: string;
}

export function checkText(name: string, value: unknown, rule: TextRule): Fault {
  if (value === undefined) return absenceFault(name, rule.expected, rule);
  if (Token.isUnresolved(value)) return tokenFault(name, rule.expected, rule);
  const right = typeof value === 'string' && rule.pattern.test(value);
  return right ? undefined : `${name} is ${show(value)}, expected ${rule.expected}; ${rule.fix}`;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/**
 * An address as mail systems write it: a dot-atom of up to 64 characters and a domain of labels up to 63 each, the last of
 * which is no number (RFC 5321, RFC 1035). Quoted and international addresses are not taken by SNS either. Whether the mailbox
 * exists only a mail can tell.
 */
const EMAIL = new RegExp(
  `^(?=.{1,64}@)${ATOM}(?:\\.${ATOM})*@(?=.{1,255}$)(?:${LABEL}\\.)+(?=[A-Za-z0-9-]*[A-Za-z])${LABEL}$`,
);

export function checkEmail(name: string, value: unknown, options: { readonly required?: boolean } = {}): Fault {
  return checkText(name, value, {
    ...options,
    pattern: EMAIL,
    expected: 'an e-mail address such as team@example.com',
    fix: 'give the address of a mailbox that people read',
  });
}

/** A member that is an object: a construct, a choice, a group of members. What it must be is said in `expected`. */
export function checkObject(
  name: string,
  value: unknown,
  rule: { readonly expected: string; readonly fix: string },
): Fault {
  if (typeof value === 'object' && value !== null) return undefined;
  const is = value === undefined ? 'missing' : show(value);
  return `${name} is ${is}, expected ${rule.expected}; ${rule.fix}`;
}

/** An optional member that is true or false. Plain JavaScript may give a text, of which every one is true. */
export function checkBoolean(name: string, value: unknown): Fault {
  if (value === undefined || typeof value === 'boolean') return undefined;
  return `${name} is ${show(value)}, expected true or false; a text would count as true whatever it says`;
}

/** Texts that stand in a list more than once; capitals count as small letters. */
export function checkDistinct(name: string, values: readonly unknown[]): Fault {
  const texts = values.filter((value) => typeof value === 'string').map((text) => text.toLowerCase());
  const again = texts.find((text, index) => texts.indexOf(text) < index);
  return again === undefined ? undefined : `${name} has ${show(again)} more than once; state it once`;
}

export function faultsOf(...faults: readonly Fault[]): string[] {
  return faults.filter((fault): fault is string => fault !== undefined);
}

/** A value as it was given, cut to what fits into a message. */
export function show(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** By shape, not by class: two copies of aws-cdk-lib in one tree have two Duration classes. */
function isDuration(value: unknown): value is Duration {
  return typeof value === 'object' && value !== null && 'toMilliseconds' in value && 'isUnresolved' in value;
}
