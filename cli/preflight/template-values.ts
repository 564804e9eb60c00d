/** What a value of a template can be. A condition may leave several literals; some values are known only at deployment. */
export interface Possible<T> {
  readonly literals: readonly T[];
  /** What stands where the value is known only at deployment, as `Ref Size`. */
  readonly open: readonly string[];
  /** Whether the property may be missing. */
  readonly absent: boolean;
}

type Properties = Readonly<Record<string, unknown>>;

/** Looks through conditions. Whatever else CloudFormation works out stays open: a parameter's default may be overridden. */
export function possible(value: unknown): Possible<unknown> {
  if (value === undefined || value === null) return NOTHING;
  const [name, argument] = intrinsicOf(value) ?? [];
  if (name === undefined) return { literals: [value], open: [], absent: false };
  if (name === 'Ref' && argument === 'AWS::NoValue') return NOTHING;
  if (name === 'Fn::If' && Array.isArray(argument)) return merged(argument.slice(1).map(possible));
  return { literals: [], open: [described(name, argument)], absent: false };
}

const NOTHING: Possible<never> = { literals: [], open: [], absent: true };

/** Non-negative numbers, which a template may also write as texts. */
export function numbers(value: unknown): Possible<number> {
  return narrowed(value, (literal) => {
    const number = typeof literal === 'string' && literal.trim() !== '' ? Number(literal) : literal;
    return typeof number === 'number' && number >= 0 && Number.isFinite(number) ? number : undefined;
  });
}

export function texts(value: unknown): Possible<string> {
  return narrowed(value, (literal) => (typeof literal === 'string' && literal !== '' ? literal : undefined));
}

export function objects(value: unknown): Possible<Properties> {
  return narrowed(value, (literal) =>
    typeof literal === 'object' && literal !== null && !Array.isArray(literal) ? { ...literal } : undefined,
  );
}

/** Objects of a list, in all that the list may be. */
export function items(value: unknown): Possible<Properties> {
  const lists = narrowed(value, (literal) => (Array.isArray(literal) ? (literal as readonly unknown[]) : undefined));
  return merged([{ ...lists, literals: [] }, ...lists.literals.flatMap((list) => list.map(objects))]);
}

/** Name and argument of an intrinsic function; undefined for any other value. */
export function intrinsicOf(value: unknown): readonly [name: string, argument: unknown] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  return entry[0] === 'Ref' || entry[0].startsWith('Fn::') ? entry : undefined;
}

function narrowed<T>(value: unknown, narrow: (literal: unknown) => T | undefined): Possible<T> {
  const { literals, open, absent } = possible(value);
  const found = literals.map((literal) => ({ literal, kept: narrow(literal) }));
  return {
    literals: found.flatMap(({ kept }) => (kept === undefined ? [] : [kept])),
    // What has the wrong type is refused by CloudFormation; to guess what it meant is not for this command.
    open: [...open, ...found.flatMap(({ literal, kept }) => (kept === undefined ? [JSON.stringify(literal)] : []))],
    absent,
  };
}

function merged<T>(parts: readonly Possible<T>[]): Possible<T> {
  return {
    literals: parts.flatMap(({ literals }) => literals),
    open: parts.flatMap(({ open }) => open),
    absent: parts.some(({ absent }) => absent),
  };
}

function described(name: string, argument: unknown): string {
  const path =
    Array.isArray(argument) && argument.every((part) => typeof part === 'string') ? argument.join('.') : argument;
  return typeof path === 'string' ? `${name} ${path}` : name;
}
