/**
 * The guard policy as data: constructs write it beside the handler's bundle, handlers compile it once at cold start.
 * Everything in it is serializable JSON.
 */

/** What a rule does when it matches. `observe` counts and reports but changes nothing. */
export type GuardMode = 'enforce' | 'observe';

/** `block` ends the request with 422; `mask` replaces each span by a placeholder such as `[EMAIL]`. */
export type GuardAction = 'block' | 'mask';

export type SensitiveKind =
  | 'CARD'
  | 'IBAN'
  | 'EMAIL'
  | 'PHONE'
  | 'US_SSN'
  | 'IPV4'
  | 'IPV6'
  | 'AWS_ACCESS_KEY'
  | 'AWS_SECRET_KEY'
  | 'JWT';

/** Recognised kinds that concern a person; the rest are secrets. */
export const PERSONAL_KINDS: readonly SensitiveKind[] = ['CARD', 'IBAN', 'EMAIL', 'PHONE', 'US_SSN', 'IPV4', 'IPV6'];
export const SECRET_KINDS: readonly SensitiveKind[] = ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'JWT'];

interface RuleBase {
  /** Unique in the policy; shown to callers, used as metric dimension. Lower case letters, digits, hyphens. */
  readonly name: string;
  readonly mode: GuardMode;
}

export interface SizeRule extends RuleBase {
  readonly kind: 'size';
  /** Bytes of the input as UTF-8 JSON. */
  readonly maxBytes: number;
}

export interface SchemaRule extends RuleBase {
  readonly kind: 'schema';
  /** JSON Schema of `input`: draft-07, 2019-09 or 2020-12, as its `$schema` says; 2020-12 where it has none. */
  readonly schema: unknown;
}

export interface TermsRule extends RuleBase {
  readonly kind: 'terms';
  readonly action: GuardAction;
  /** Whole words or phrases, compared without regard to case, width and diacritics composition (NFKC, case-folded). */
  readonly terms: readonly string[];
}

export interface SensitiveRule extends RuleBase {
  readonly kind: 'sensitive';
  readonly action: GuardAction;
  readonly kinds: readonly SensitiveKind[];
}

export type GuardRule = SizeRule | SchemaRule | TermsRule | SensitiveRule;

export interface GuardPolicyDocument {
  /** In the order in which they run: size and schema first, then what scans text. */
  readonly request: readonly GuardRule[];
  readonly reply: readonly GuardRule[];
  /**
   * Kinds masked in what is kept (`recordInput`, the recorded reply) even when no rule masks them for the model.
   * Originals are never stored.
   */
  readonly recordMask: readonly SensitiveKind[];
}

/** One rule's finding over one value: counts only, never text. */
export interface GuardFinding {
  readonly rule: string;
  readonly mode: GuardMode;
  readonly action: 'block' | 'mask';
  /** Spans found. */
  readonly count: number;
  /** Kinds found, for `sensitive` rules. */
  readonly kinds?: readonly SensitiveKind[];
}
