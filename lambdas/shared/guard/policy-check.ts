import type { GuardPolicyDocument, GuardRule, SensitiveKind } from '../../../protocol/guard';
import { RECOGNISERS } from './sensitive/recognisers';
import { comparableTerm, MAX_TERM_LENGTH } from './terms';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const KINDS = Object.keys(RECOGNISERS);

/** Throws when the policy cannot be run as written: a rule that is misread would let everything through. */
export function checkPolicy(policy: GuardPolicyDocument): void {
  if (typeof policy !== 'object' || policy === null) {
    throw new Error(`guard policy: ${show(policy)} is not an object: give { request, reply, recordMask }`);
  }
  for (const direction of ['request', 'reply'] as const) {
    const rules = policy[direction];
    if (!Array.isArray(rules)) throw new Error(`guard policy: '${direction}' is not a list of rules: give [] for none`);
    for (const [index, rule] of rules.entries()) checkRule(rule, `guard policy: ${direction}[${index}]`);
    checkUnique(rules, direction);
  }
  checkKinds(policy.recordMask, 'guard policy: recordMask');
}

function checkRule(rule: GuardRule, where: string): void {
  if (typeof rule.name !== 'string' || !NAME.test(rule.name)) {
    throw new Error(`${where}: name ${show(rule.name)} is not 1 to 64 lower case letters, digits and inner hyphens`);
  }
  const named = `${where} '${rule.name}'`;
  checkOneOf(rule.mode, ['enforce', 'observe'], `${named}: mode`);
  if (rule.kind === 'terms' || rule.kind === 'sensitive') {
    checkOneOf(rule.action, ['block', 'mask'], `${named}: action`);
  }
  checkOwnMembers(rule, named);
}

function checkOwnMembers(rule: GuardRule, named: string): void {
  const kind: string = rule.kind;
  switch (rule.kind) {
    case 'size':
      if (!Number.isInteger(rule.maxBytes) || rule.maxBytes < 1) {
        throw new Error(`${named}: maxBytes ${show(rule.maxBytes)} is not a whole number of 1 or more`);
      }
      return;
    case 'schema':
      return;
    case 'terms':
      checkTerms(rule.terms, named);
      return;
    case 'sensitive':
      checkKinds(rule.kinds, `${named}: kinds`);
      if (rule.kinds.length === 0) throw new Error(`${named}: kinds is empty: name one or more of ${KINDS.join(', ')}`);
      return;
    default:
      throw new Error(`${named}: kind ${show(kind)} is not one of size, schema, terms, sensitive`);
  }
}

function checkTerms(terms: readonly string[], named: string): void {
  if (!Array.isArray(terms) || terms.length === 0) throw new Error(`${named}: terms is empty: give one or more`);
  for (const [index, term] of terms.entries()) {
    if (typeof term !== 'string' || term.length > MAX_TERM_LENGTH || comparableTerm(term) === '') {
      throw new Error(
        `${named}: terms[${index}] is not 1 to ${MAX_TERM_LENGTH} visible characters: shorten or drop it`,
      );
    }
  }
}

function checkKinds(kinds: readonly SensitiveKind[], where: string): void {
  if (!Array.isArray(kinds)) throw new Error(`${where} is not a list of kinds: give [] for none`);
  for (const kind of kinds) checkOneOf(kind, KINDS, where);
}

function checkOneOf(value: unknown, allowed: readonly string[], what: string): void {
  if (typeof value !== 'string' || !allowed.includes(value)) {
    throw new Error(`${what} ${show(value)} is not one of ${allowed.join(', ')}`);
  }
}

function checkUnique(rules: readonly GuardRule[], direction: string): void {
  const seen = new Set<string>();
  for (const { name } of rules) {
    if (seen.has(name))
      throw new Error(`guard policy: two ${direction} rules are named '${name}': give each its own name`);
    seen.add(name);
  }
}

function show(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
