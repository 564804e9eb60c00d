import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import { foldedText } from '../../lambdas/shared/guard/folded-text';
import type { GuardPolicyDocument, GuardRule } from '../../protocol/guard';
import { policyFaults } from '../../protocol/guard-check';
import { maskRule, policy, termsRule } from './policies';

const size = (maxBytes: number): GuardRule => ({ kind: 'size', name: 'size', mode: 'enforce', maxBytes });
const schema = (of: unknown): GuardRule => ({ kind: 'schema', name: 'schema', mode: 'enforce', schema: of });

describe('an invalid policy fails', () => {
  const invalid: readonly (readonly [string, unknown, RegExp])[] = [
    ['no policy', undefined, /guard policy is undefined, expected request, reply and recordMask/],
    ['no list of rules', policy({ reply: JSON.parse('{}') }), /guard policy: reply is {}, expected a list of rules/],
    [
      'a name with a space',
      policy({ request: [{ ...maskRule(), name: 'a b' }] }),
      /guard rule "a b": the rule name is "a b", expected 1 to 64 lower case/,
    ],
    ['two rules of one name', policy({ request: [maskRule(), maskRule()] }), /guard rule "mask" exists already/],
    [
      'an unknown mode',
      { ...policy({}), request: [{ ...maskRule(), mode: 'on' }] },
      /guard rule "mask": mode is "on", expected one of enforce, observe/,
    ],
    [
      'an unknown action',
      { ...policy({}), request: [{ ...maskRule(), action: 'hide' }] },
      /action is "hide", expected one of block, mask/,
    ],
    [
      'an unknown kind of rule',
      { ...policy({}), request: [{ kind: 'x', name: 'x', mode: 'enforce' }] },
      /kind is "x", expected one of size/,
    ],
    [
      'an unknown sensitive kind',
      { ...policy({}), recordMask: ['NAME'] },
      /recordMask is "NAME", expected one of CARD/,
    ],
    ['no kinds', policy({ request: [maskRule([])] }), /kinds is \[\], expected one or more/],
    ['no terms', policy({ request: [termsRule('block', [])] }), /terms is \[\], expected a list/],
    [
      'an invisible term',
      policy({ request: [termsRule('block', ['\u200b '])] }),
      /terms\[0\] is "\\u\{200b\} ", expected text of 1 to 200 characters that can be seen/,
    ],
    ['a size of nothing', policy({ request: [size(0)] }), /maxBytes is 0, expected a whole number from 1/],
    [
      'a schema that is none',
      policy({ request: [schema('string')] }),
      /guard rule "schema": the schema is "string", expected an object/,
    ],
    [
      'a schema with an unknown type',
      policy({ request: [schema({ type: 'text' })] }),
      /guard rule "schema": the schema at \/type is "text", expected one of/,
    ],
    [
      'a schema with a bad pattern',
      policy({ request: [schema({ pattern: '(' })] }),
      /guard rule "schema": the schema cannot be enforced: Invalid regular expression/,
    ],
  ];

  test.each(invalid)('with %s', (_what, document, message) => {
    expect(() => compileGuard(document as GuardPolicyDocument)).toThrow(message);
  });
});

test('all faults of a policy are told together', () => {
  const document = policy({ request: [size(0), maskRule([]), termsRule('block', ['ok', ''])] });
  expect(() => compileGuard(document)).toThrow(/"size".*\n.*"mask".*\n.*"terms": terms\[1\]/);
});

test('a term is refused exactly when nothing of it is left to compare', () => {
  const odd = fc.array(
    fc.constantFrom('\u200b', '\u00ad', '\u3164', '\ufe0f', ' ', '\u3000', '\u0301', 'ß', '\ufb01', '\u115f', '\uffa0'),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 5 }),
        odd.map((parts) => parts.join('')),
      ),
      (term) => {
        const refused = policyFaults(policy({ request: [termsRule('block', [term])] })).length > 0;
        expect(refused).toBe(foldedText(term).text.trim() === '');
      },
    ),
    { numRuns: 1_000 },
  );
});
