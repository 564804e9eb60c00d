import { describe, expect, test } from 'vitest';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import type { GuardPolicyDocument, GuardRule } from '../../protocol/guard';
import { maskRule, policy, termsRule } from './policies';

const size = (maxBytes: number): GuardRule => ({ kind: 'size', name: 'size', mode: 'enforce', maxBytes });
const schema = (of: unknown): GuardRule => ({ kind: 'schema', name: 'schema', mode: 'enforce', schema: of });

describe('an invalid policy fails', () => {
  const invalid: readonly (readonly [string, unknown, RegExp])[] = [
    ['no policy', undefined, /guard policy: undefined is not an object/],
    ['no list of rules', policy({ reply: JSON.parse('{}') }), /'reply' is not a list of rules/],
    [
      'a name with a space',
      policy({ request: [{ ...maskRule(), name: 'a b' }] }),
      /name "a b" is not 1 to 64 lower case/,
    ],
    ['two rules of one name', policy({ request: [maskRule(), maskRule()] }), /two request rules are named 'mask'/],
    [
      'an unknown mode',
      { ...policy({}), request: [{ ...maskRule(), mode: 'on' }] },
      /mode "on" is not one of enforce, observe/,
    ],
    [
      'an unknown action',
      { ...policy({}), request: [{ ...maskRule(), action: 'hide' }] },
      /action "hide" is not one of block, mask/,
    ],
    [
      'an unknown kind of rule',
      { ...policy({}), request: [{ kind: 'x', name: 'x', mode: 'enforce' }] },
      /kind "x" is not one of size/,
    ],
    ['an unknown sensitive kind', { ...policy({}), recordMask: ['NAME'] }, /recordMask "NAME" is not one of CARD/],
    ['no kinds', policy({ request: [maskRule([])] }), /kinds is empty/],
    ['no terms', policy({ request: [termsRule('block', [])] }), /terms is empty/],
    ['an invisible term', policy({ request: [termsRule('block', ['\u200b '])] }), /terms\[0\] is not 1 to 200 visible/],
    ['a size of nothing', policy({ request: [size(0)] }), /maxBytes 0 is not a whole number of 1 or more/],
    [
      'a schema that is none',
      policy({ request: [schema('string')] }),
      /'schema': the schema is not valid.*neither an object/,
    ],
    [
      'a schema with an unknown type',
      policy({ request: [schema({ type: 'text' })] }),
      /'schema': the schema is not valid/,
    ],
    [
      'a schema with a bad pattern',
      policy({ request: [schema({ pattern: '(' })] }),
      /'schema': the schema is not valid/,
    ],
  ];

  test.each(invalid)('with %s', (_what, document, message) => {
    expect(() => compileGuard(document as GuardPolicyDocument)).toThrow(message);
  });
});
