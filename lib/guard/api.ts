import { type Size, SizeRoundingBehavior } from 'aws-cdk-lib';
import {
  type GuardAction,
  type GuardMode as GuardModeName,
  type GuardPolicyDocument,
  type GuardRule,
  PERSONAL_KINDS,
  SECRET_KINDS,
  type SensitiveKind,
} from '../../protocol/guard';
import { policyFaults } from '../../protocol/guard-check';
import { MAX_BODY_BYTES } from '../../protocol/prediction';
import { checkNumber, show } from '../core/checks';
import { schemaFaults } from '../core/schema-faults';

/** Whether a rule acts, or only counts what it would have done. */
export enum GuardMode {
  /** Blocks or masks. */
  ENFORCE = 'enforce',
  /** Counts and reports, changes nothing. */
  OBSERVE = 'observe',
}

/** Kinds of sensitive data that are recognised, with checksums where the kind has one. */
export enum SensitiveData {
  /** Payment card numbers (Luhn). */
  CARD = 'CARD',
  /** International bank account numbers (mod 97). */
  IBAN = 'IBAN',
  EMAIL = 'EMAIL',
  PHONE = 'PHONE',
  /** US social security numbers (assigned ranges). */
  US_SSN = 'US_SSN',
  IPV4 = 'IPV4',
  IPV6 = 'IPV6',
  AWS_ACCESS_KEY = 'AWS_ACCESS_KEY',
  AWS_SECRET_KEY = 'AWS_SECRET_KEY',
  JWT = 'JWT',
}

/** Options of a guard rule. */
export interface GuardRuleOptions {
  /**
   * Name of the rule: shown to callers that it blocks, and value of the metric dimension `GuardRule`.
   * @default a name after what the rule does
   */
  readonly name?: string;
  /**
   * Whether the rule acts.
   * @default GuardMode.ENFORCE
   */
  readonly mode?: GuardMode;
}

/**
 * What may go to the model and what may come back. Immutable: each method gives a new policy with one rule more. Rules run
 * cheap ones first, the first that blocks ends the request with 422. What is wrong with a policy is told where it is used, all
 * faults together.
 *
 * Whatever the rules say, personal data and secrets are masked in what is recorded: originals are never stored.
 *
 * @example
 * GuardPolicy.standard().maskPersonalData().blockTerms(['project nightingale']);
 */
export class GuardPolicy {
  /** Inputs up to 256 KiB, secrets masked in requests and replies. */
  static standard(): GuardPolicy {
    return new GuardPolicy([], [])
      .with({ request: [{ kind: 'size', name: 'max-size', mode: 'enforce', maxBytes: 256 * 1024 }] })
      .maskSecrets();
  }

  /** No rule at all, except that what is recorded is masked. */
  static none(): GuardPolicy {
    return new GuardPolicy([], []);
  }

  private constructor(
    private readonly request: readonly GuardRule[],
    private readonly reply: readonly GuardRule[],
    private readonly misuses: readonly string[] = [],
  ) {}

  /** Refuses inputs above `size` (as UTF-8 JSON, up to 1 MiB) with 413, in place of an earlier limit. */
  maxSize(size: Size, options: GuardRuleOptions = {}): GuardPolicy {
    if (!isSize(size)) return this.misused(`maxSize is ${show(size)}, expected a Size; use Size.kibibytes(64)`);
    const maxBytes = size.toBytes({ rounding: SizeRoundingBehavior.NONE });
    const fault = checkNumber('maxSize', maxBytes, {
      min: 1,
      max: MAX_BODY_BYTES,
      integer: true,
      known: true,
      fix: 'the API takes bodies up to 1 MiB',
    });
    if (fault !== undefined) return this.misused(fault);
    const rule: GuardRule = { kind: 'size', ...basics('max-size', options), maxBytes };
    return new GuardPolicy(
      this.request.filter((earlier) => earlier.kind !== 'size'),
      this.reply,
      this.misuses,
    ).with({ request: [rule] });
  }

  /**
   * Refuses inputs that do not match a JSON schema with 400 and pointers to what is wrong. The draft is that of `$schema`:
   * draft-07, 2019-09 or 2020-12, which is also taken where there is none. What would not be enforced, such as a misspelt
   * keyword or an unknown format, fails synthesis.
   */
  inputSchema(schema: { [name: string]: unknown }, options: GuardRuleOptions = {}): GuardPolicy {
    return this.with({ request: [{ kind: 'schema', ...basics('input-schema', options), schema }] });
  }

  /** Blocks requests and replies that contain one of these words or phrases, whatever their case. */
  blockTerms(terms: string[], options: GuardRuleOptions = {}): GuardPolicy {
    return this.terms('block', 'blocked-terms', terms, options);
  }

  /** Replaces these words or phrases by `[TERM]` in requests and replies. */
  maskTerms(terms: string[], options: GuardRuleOptions = {}): GuardPolicy {
    return this.terms('mask', 'masked-terms', terms, options);
  }

  /** Replaces personal data by its kind, such as `[EMAIL]`, before the model and the caller see it. */
  maskPersonalData(options: GuardRuleOptions = {}): GuardPolicy {
    return this.sensitive('mask', 'personal-data', PERSONAL_KINDS, options);
  }

  /** Blocks requests and replies with personal data. */
  blockPersonalData(options: GuardRuleOptions = {}): GuardPolicy {
    return this.sensitive('block', 'no-personal-data', PERSONAL_KINDS, options);
  }

  /** Replaces keys and tokens by their kind, such as `[JWT]`. */
  maskSecrets(options: GuardRuleOptions = {}): GuardPolicy {
    return this.sensitive('mask', 'secrets', SECRET_KINDS, options);
  }

  /** Blocks requests and replies with keys and tokens. */
  blockSecrets(options: GuardRuleOptions = {}): GuardPolicy {
    return this.sensitive('block', 'no-secrets', SECRET_KINDS, options);
  }

  /** Replaces the given kinds of sensitive data. */
  mask(kinds: SensitiveData[], options: GuardRuleOptions = {}): GuardPolicy {
    return this.sensitive('mask', 'masked-data', kinds, options);
  }

  /** Blocks requests and replies with the given kinds of sensitive data. */
  block(kinds: SensitiveData[], options: GuardRuleOptions = {}): GuardPolicy {
    return this.sensitive('block', 'blocked-data', kinds, options);
  }

  /** Names of the rules, as dimensions of the metric `GuardInterventions`. */
  get ruleNames(): string[] {
    return [...new Set([...this.request, ...this.reply].map((rule) => rule.name))];
  }

  /**
   * The policy as handlers read it.
   *
   * @internal
   */
  _document(): GuardPolicyDocument {
    return { request: this.request, reply: this.reply, recordMask: [...PERSONAL_KINDS, ...SECRET_KINDS] };
  }

  /**
   * What is wrong with the policy, each fault with its rule; empty when handlers can run it.
   *
   * @internal
   */
  _faults(): string[] {
    const schemas = this.request.filter((rule) => rule.kind === 'schema');
    return [
      ...this.misuses,
      ...policyFaults(this._document()),
      ...schemas.flatMap(({ name, schema }) => schemaFaults(name, schema)),
    ];
  }

  /**
   * Terms that are masked in what is recorded of replies.
   *
   * @internal
   */
  _maskedReplyTerms(): string[] {
    return this.reply.flatMap((rule) =>
      rule.kind === 'terms' && rule.action === 'mask' && rule.mode === 'enforce' ? rule.terms : [],
    );
  }

  private terms(action: GuardAction, name: string, terms: string[], options: GuardRuleOptions): GuardPolicy {
    return this.both({ kind: 'terms', ...basics(name, options), action, terms: copyOf(terms) });
  }

  private sensitive(
    action: GuardAction,
    name: string,
    kinds: readonly (SensitiveKind | SensitiveData)[],
    options: GuardRuleOptions,
  ): GuardPolicy {
    return this.both({ kind: 'sensitive', ...basics(name, options), action, kinds: copyOf(kinds) });
  }

  private both(rule: GuardRule): GuardPolicy {
    return this.with({ request: [rule], reply: [rule] });
  }

  private with(added: { request?: GuardRule[]; reply?: GuardRule[] }): GuardPolicy {
    const inOrder = [...this.request, ...(added.request ?? [])].sort((a, b) => cost(a) - cost(b));
    return new GuardPolicy(inOrder, [...this.reply, ...(added.reply ?? [])], this.misuses);
  }

  private misused(fault: string): GuardPolicy {
    return new GuardPolicy(this.request, this.reply, [...this.misuses, fault]);
  }
}

function basics(
  defaultName: string,
  options: GuardRuleOptions | null | undefined,
): { name: string; mode: GuardModeName } {
  const { name = defaultName, mode = GuardMode.ENFORCE } = options ?? {};
  return { name, mode };
}

/** @internal */
export function guardFaults(guard: unknown): string[] {
  if (guard === undefined) return [];
  return isPolicy(guard)
    ? guard._faults()
    : [`guard is ${show(guard)}, expected a GuardPolicy; begin with GuardPolicy.standard()`];
}

/** By shape, as below. */
function isPolicy(guard: unknown): guard is GuardPolicy {
  return typeof guard === 'object' && guard !== null && '_faults' in guard;
}

/** Without repetition. What is no list stays as it is: `_faults` tells of it. */
function copyOf<T>(list: readonly T[]): readonly T[] {
  return Array.isArray(list) ? [...new Set(list)] : list;
}

/** By shape, not by class: two copies of aws-cdk-lib in one tree have two classes. */
function isSize(size: unknown): size is Size {
  return typeof size === 'object' && size !== null && 'toBytes' in size;
}

/** Cheap rules run first. */
function cost(rule: GuardRule): number {
  return { size: 0, schema: 1, terms: 2, sensitive: 3 }[rule.kind];
}
