import type { GuardMode, GuardPolicyDocument, GuardRule, SensitiveKind } from '../../protocol/guard';
import { PERSONAL_KINDS, SECRET_KINDS } from '../../protocol/guard';

export const ALL_KINDS: readonly SensitiveKind[] = [...PERSONAL_KINDS, ...SECRET_KINDS];

export function policy(over: Partial<GuardPolicyDocument>): GuardPolicyDocument {
  return { request: [], reply: [], recordMask: [], ...over };
}

export function maskRule(kinds: readonly SensitiveKind[] = ALL_KINDS, mode: GuardMode = 'enforce'): GuardRule {
  return { kind: 'sensitive', name: 'mask', mode, action: 'mask', kinds };
}

export function blockRule(kinds: readonly SensitiveKind[], mode: GuardMode = 'enforce'): GuardRule {
  return { kind: 'sensitive', name: 'block', mode, action: 'block', kinds };
}

export function termsRule(action: 'block' | 'mask', terms: readonly string[], mode: GuardMode = 'enforce'): GuardRule {
  return { kind: 'terms', name: 'terms', mode, action, terms };
}
