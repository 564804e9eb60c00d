import { PERSONAL_KINDS, SECRET_KINDS } from './guard';

/**
 * What is wrong with a guard policy, so far as it can be told without a JSON Schema library: the constructs ask at synthesis,
 * the handler at cold start. A rule that is misread would let everything through.
 */

/** Longer ones are sentences, not terms; the limit keeps the search linear in the text with a small factor. */
const MAX_TERM_LENGTH = 200;

/** Characters that a reader does not see; terms are compared without them. */
export const INVISIBLE = /\p{Cf}|\u034f|\u3164|[\ufe00-\ufe0f]/gu;

const NAME = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,63}$/;
const MODES = ['enforce', 'observe'];
const ACTIONS = ['block', 'mask'];
const RULE_KINDS = ['size', 'schema', 'terms', 'sensitive'];
const SENSITIVE_KINDS: readonly string[] = [...PERSONAL_KINDS, ...SECRET_KINDS];

type Members = Readonly<Record<string, unknown>>;

/** Every fault of a policy, each with the rule's name; empty when there is none. Schemas are left to their own check. */
export function policyFaults(policy: unknown): string[] {
  if (!isObject(policy)) return [`guard policy is ${shown(policy)}, expected request, reply and recordMask`];
  const faults = [...directionFaults(policy, 'request'), ...directionFaults(policy, 'reply')];
  if (!Array.isArray(policy.recordMask)) {
    faults.push(`guard policy: recordMask is ${shown(policy.recordMask)}, expected a list of kinds; give [] for none`);
  } else faults.push(...kindFaults(policy.recordMask, 'guard policy: recordMask'));
  // Most rules stand in both directions.
  return [...new Set(faults)];
}

function directionFaults(policy: Members, direction: 'request' | 'reply'): string[] {
  const rules = policy[direction];
  if (!Array.isArray(rules)) {
    return [`guard policy: ${direction} is ${shown(rules)}, expected a list of rules; give [] for none`];
  }
  const names = rules.map((rule: unknown) => (isObject(rule) ? rule.name : undefined));
  const twice = new Set(names.filter((name, index) => name !== undefined && names.indexOf(name) !== index));
  return [
    ...rules.flatMap(ruleFaults),
    ...[...twice].map((name) => `guard rule ${shown(name)} exists already; give one of them another name`),
  ];
}

function ruleFaults(rule: unknown): string[] {
  if (!isObject(rule)) return [`guard rule is ${shown(rule)}, expected an object with kind, name and mode`];
  const named = `guard rule ${shown(rule.name)}`;
  const faults: string[] = [];
  if (typeof rule.name !== 'string' || !NAME.test(rule.name)) {
    faults.push(
      `${named}: the rule name is ${shown(rule.name)}, expected 1 to 64 lower case letters, digits and single hyphens, beginning with a letter; it is a metric dimension`,
    );
  }
  faults.push(...choiceFaults(rule.mode, MODES, `${named}: mode`));
  if (rule.kind === 'terms' || rule.kind === 'sensitive') {
    faults.push(...choiceFaults(rule.action, ACTIONS, `${named}: action`));
  }
  return [...faults, ...memberFaults(rule, named)];
}

function memberFaults(rule: Members, named: string): string[] {
  switch (rule.kind) {
    case 'size':
      return Number.isInteger(rule.maxBytes) && Number(rule.maxBytes) >= 1
        ? []
        : [`${named}: maxBytes is ${shown(rule.maxBytes)}, expected a whole number from 1; give the largest input`];
    case 'schema':
      return [];
    case 'terms':
      return termFaults(rule.terms, named);
    case 'sensitive':
      if (!Array.isArray(rule.kinds) || rule.kinds.length === 0) {
        return [`${named}: kinds is ${shown(rule.kinds)}, expected one or more kinds; name them, or remove the rule`];
      }
      return kindFaults(rule.kinds, `${named}: kinds`);
    default:
      return choiceFaults(rule.kind, RULE_KINDS, `${named}: kind`);
  }
}

function termFaults(terms: unknown, named: string): string[] {
  if (!Array.isArray(terms) || terms.length === 0) {
    return [`${named}: terms is ${shown(terms)}, expected a list of words or phrases; name them, or remove the rule`];
  }
  return terms.flatMap((term: unknown, index) =>
    typeof term === 'string' && term.length <= MAX_TERM_LENGTH && isVisible(term)
      ? []
      : [
          `${named}: terms[${index}] is ${shown(term)}, expected text of 1 to ${MAX_TERM_LENGTH} characters that can be seen; shorten or drop it`,
        ],
  );
}

/** Something is left of a term when it is compared. */
function isVisible(term: string): boolean {
  return term.normalize('NFKC').replace(INVISIBLE, '').trim() !== '';
}

function kindFaults(kinds: readonly unknown[], what: string): string[] {
  return kinds.flatMap((kind) => choiceFaults(kind, SENSITIVE_KINDS, what));
}

function choiceFaults(value: unknown, allowed: readonly string[], what: string): string[] {
  if (typeof value === 'string' && allowed.includes(value)) return [];
  return [`${what} is ${shown(value)}, expected one of ${allowed.join(', ')}; use one of them`];
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it was given, visible and cut to what fits into a message. */
function shown(value: unknown): string {
  const printable = asText(value).replace(INVISIBLE, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
  return printable.length > 80 ? `${printable.slice(0, 77)}...` : printable;
}

function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A bigint, or a list that holds itself.
    return String(value);
  }
}
