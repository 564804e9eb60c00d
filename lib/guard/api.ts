import { type Size, Token } from 'aws-cdk-lib';
import {
  type GuardAction,
  type GuardMode as GuardModeName,
  type GuardPolicyDocument,
  type GuardRule,
  PERSONAL_KINDS,
  SECRET_KINDS,
  type SensitiveKind,
} from '../../protocol/guard';
import { MAX_BODY_BYTES } from '../../protocol/prediction';
import { checkNumber, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';

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

const RULE_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * What may go to the model and what may come back. Immutable: each method gives a new policy with one rule more. Rules run
 * cheap ones first, the first that blocks ends the request with 422.
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
  ) {}

  /** Refuses inputs above `size` (as UTF-8 JSON, up to 1 MiB) with 413, in place of an earlier limit. */
  maxSize(size: Size, options: GuardRuleOptions = {}): GuardPolicy {
    const maxBytes = size.toBytes();
    const fault = checkNumber('maxSize', maxBytes, {
      min: 1,
      max: MAX_BODY_BYTES,
      integer: true,
      known: true,
      fix: 'the API takes bodies up to 1 MiB',
    });
    if (fault !== undefined) throw new ConfigError('GuardPolicy', fault);
    const rule: GuardRule = { kind: 'size', ...basics('max-size', options), maxBytes };
    return new GuardPolicy(
      this.request.filter((earlier) => earlier.kind !== 'size'),
      this.reply,
    ).with({ request: [rule] });
  }

  /** Refuses inputs that do not match a JSON schema (draft 2020-12) with 400 and pointers to what is wrong. */
  inputSchema(schema: { [name: string]: unknown }, options: GuardRuleOptions = {}): GuardPolicy {
    if (Token.isUnresolved(schema))
      throw new ConfigError('GuardPolicy', 'the schema is a token; give it as a plain object');
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

  private terms(action: GuardAction, name: string, terms: string[], options: GuardRuleOptions): GuardPolicy {
    const empty = terms.findIndex((term) => typeof term !== 'string' || term.trim() === '');
    if (terms.length === 0 || empty >= 0) {
      throw new ConfigError(
        'GuardPolicy',
        `terms is ${show(terms)}, expected words or phrases; remove the rule or the empty term`,
      );
    }
    const rule: GuardRule = { kind: 'terms', ...basics(name, options), action, terms };
    return this.with({ request: [rule], reply: [rule] });
  }

  private sensitive(
    action: GuardAction,
    name: string,
    kinds: readonly (SensitiveKind | SensitiveData)[],
    options: GuardRuleOptions,
  ): GuardPolicy {
    if (kinds.length === 0)
      throw new ConfigError('GuardPolicy', 'kinds is empty, expected at least one; remove the rule');
    const rule: GuardRule = { kind: 'sensitive', ...basics(name, options), action, kinds: [...new Set(kinds)] };
    return this.with({ request: [rule], reply: [rule] });
  }

  private with(added: { request?: GuardRule[]; reply?: GuardRule[] }): GuardPolicy {
    const taken = new Set(this.ruleNames);
    for (const rule of [...(added.request ?? []), ...(added.reply ?? [])]) {
      if (taken.has(rule.name)) {
        throw new ConfigError('GuardPolicy', `rule ${show(rule.name)} exists already; give one of them another name`);
      }
    }
    const inOrder = [...this.request, ...(added.request ?? [])].sort((a, b) => cost(a) - cost(b));
    return new GuardPolicy(inOrder, [...this.reply, ...(added.reply ?? [])]);
  }
}

function basics(defaultName: string, options: GuardRuleOptions): { name: string; mode: GuardModeName } {
  const name = options.name ?? defaultName;
  const faults = faultsOf(
    checkText('the rule name', name, {
      pattern: RULE_NAME,
      expected: 'lower case letters, digits and single hyphens',
      fix: 'it is a metric dimension',
    }),
  );
  if (faults.length > 0) throw new ConfigError('GuardPolicy', faults);
  return { name, mode: options.mode ?? GuardMode.ENFORCE };
}

/** Cheap rules run first. */
function cost(rule: GuardRule): number {
  return { size: 0, schema: 1, terms: 2, sensitive: 3 }[rule.kind];
}
