import type { GuardFinding, GuardRule, SchemaRule, SensitiveRule, SizeRule, TermsRule } from '../../../protocol/guard';
import type { Inspection, SpansByPlace } from './inspection';
import type { SchemaFault } from './outcome';
import { compileSchema, type SchemaCheck } from './schema-check';
import { schemaFaults } from './schema-faults';
import { mergeSpans } from './span';
import { compileTerms, type TermMatcher } from './terms';

export interface RuleResult {
  /** Undefined when the rule does not match. */
  readonly finding?: GuardFinding;
  readonly errors?: readonly SchemaFault[];
}

/** A rule made ready at cold start. */
export interface CompiledRule {
  readonly rule: GuardRule;
  /** Of a `terms` rule. */
  readonly matcher?: TermMatcher;
  /** Of a `schema` rule: names of members that it defines. */
  readonly schemaNames?: ReadonlySet<string>;
  check(value: unknown, inspection: Inspection): RuleResult;
}

const NO_MATCH: RuleResult = {};

export function compileRule(rule: GuardRule): CompiledRule {
  switch (rule.kind) {
    case 'size':
      return { rule, check: (value) => checkSize(rule, value) };
    case 'schema':
      return compileSchemaRule(rule);
    case 'terms':
      return compileTermsRule(rule);
    case 'sensitive':
      return { rule, check: (_value, inspection) => checkSensitive(rule, inspection) };
  }
}

/** Matching ends a request that is enforced, rather than changing it. */
export function isBlocking(rule: GuardRule): boolean {
  return rule.kind === 'size' || rule.kind === 'schema' || rule.action === 'block';
}

function checkSize(rule: SizeRule, value: unknown): RuleResult {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  return bytes > rule.maxBytes ? { finding: finding(rule, 1) } : NO_MATCH;
}

function compileSchemaRule(rule: SchemaRule): CompiledRule {
  const { names, faultsOf } = schemaOf(rule);
  return {
    rule,
    schemaNames: names,
    check: (value) => {
      const errors = faultsOf(value);
      return errors.length > 0 ? { finding: finding(rule, errors.length), errors } : NO_MATCH;
    },
  };
}

function schemaOf(rule: SchemaRule): SchemaCheck {
  try {
    return compileSchema(rule.schema);
  } catch (cause) {
    throw new Error(schemaFaults(rule.name, rule.schema).join('\n'), { cause });
  }
}

function compileTermsRule(rule: TermsRule): CompiledRule {
  const matcher = compileTerms(rule.terms);
  return {
    rule,
    matcher,
    check: (_value, inspection) => {
      let count = 0;
      for (const spans of inspection.terms(matcher).values()) count += spans.length;
      return count > 0 ? { finding: finding(rule, count) } : NO_MATCH;
    },
  };
}

function checkSensitive(rule: SensitiveRule, inspection: Inspection): RuleResult {
  const sources = rule.kinds.map((kind) => inspection.sensitive(kind));
  const places = new Set(sources.flatMap((source) => [...source.keys()]));
  if (places.size === 0) return NO_MATCH;
  const found = [...places].flatMap((place) => mergedAt(sources, place));
  const names = new Set<string>(found.map(({ name }) => name));
  return { finding: { ...finding(rule, found.length), kinds: rule.kinds.filter((kind) => names.has(kind)) } };
}

function mergedAt(sources: readonly SpansByPlace[], place: number): ReturnType<typeof mergeSpans> {
  return mergeSpans(sources.flatMap((source) => source.get(place) ?? []));
}

function finding(rule: GuardRule, count: number): GuardFinding {
  return { rule: rule.name, mode: rule.mode, action: isBlocking(rule) ? 'block' : 'mask', count };
}
