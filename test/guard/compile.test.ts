import { describe, expect, test } from 'vitest';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import { textMask } from '../../lambdas/shared/guard/mask-text';
import { RECOGNISERS } from '../../lambdas/shared/guard/sensitive/recognisers';
import type { GuardRule } from '../../protocol/guard';
import { ALL_KINDS, blockRule, maskRule, policy, termsRule } from './policies';

const CARD = '4111 1111 1111 1111';
const EMAIL = 'jane@example.com';

const size = (maxBytes: number): GuardRule => ({ kind: 'size', name: 'size', mode: 'enforce', maxBytes });
const schema = (of: unknown, mode: 'enforce' | 'observe' = 'enforce'): GuardRule => ({
  kind: 'schema',
  name: 'schema',
  mode,
  schema: of,
});

describe('a guard without a match', () => {
  test('hands on and keeps the very value that came', () => {
    const guard = compileGuard(policy({ request: [size(1000), maskRule()], recordMask: ALL_KINDS }));
    const input = { text: 'nothing here', list: [1, null, true, 'x'] };
    const outcome = guard.request(input);
    expect(outcome).toEqual({
      verdict: 'pass',
      findings: [],
      failures: [],
      modelInput: input,
      recordInput: input,
      inputExact: true,
    });
    expect(outcome.modelInput).toBe(input);
  });

  test.each([null, true, 0, -1.5, '', [], {}, undefined])('takes %j', (input) => {
    expect(compileGuard(policy({ request: [maskRule()] })).request(input)).toMatchObject({
      verdict: 'pass',
      inputExact: true,
    });
  });
});

describe('masking', () => {
  const guard = compileGuard(policy({ request: [maskRule()] }));

  test('replaces each span for the model and the record, and counts kinds', () => {
    expect(guard.request(`${EMAIL} paid with ${CARD}`)).toEqual({
      verdict: 'pass',
      findings: [{ rule: 'mask', mode: 'enforce', action: 'mask', count: 2, kinds: ['CARD', 'EMAIL'] }],
      failures: [],
      modelInput: '[EMAIL] paid with [CARD]',
      recordInput: '[EMAIL] paid with [CARD]',
      inputExact: false,
    });
  });

  test('reaches strings, keys and numbers anywhere, and keeps the structure', () => {
    const input = { a: [{ b: EMAIL }, [CARD]], [EMAIL]: { card: 4111111111111111, ssn: 123456789, n: 12 }, z: null };
    expect(guard.request(input).modelInput).toEqual({
      a: [{ b: '[EMAIL]' }, ['[CARD]']],
      '[EMAIL]': { card: '[CARD]', ssn: '[US_SSN]', n: 12 },
      z: null,
    });
    expect(input.a).toEqual([{ b: EMAIL }, [CARD]]);
  });

  test('loses no member when two keys become the same', () => {
    const outcome = guard.request({ [EMAIL]: 1, 'joe@example.com': 2, '[EMAIL]': 3 });
    expect(outcome.recordInput).toEqual({ '[EMAIL]': 1, '[EMAIL]#2': 2, '[EMAIL]#3': 3 });
  });

  test('keeps a key named __proto__ a key', () => {
    const outcome = guard.request(JSON.parse(`{"__proto__":{"mail":"${EMAIL}"},"constructor":"${EMAIL}"}`));
    expect(JSON.stringify(outcome.modelInput)).toBe('{"__proto__":{"mail":"[EMAIL]"},"constructor":"[EMAIL]"}');
    expect(Object.getPrototypeOf(outcome.modelInput)).toBe(Object.prototype);
  });

  test('takes lone surrogates', () => {
    expect(guard.request(`\ud800 ${EMAIL} \udc00`).modelInput).toBe('\ud800 [EMAIL] \udc00');
  });

  test('of one kind finds it inside of another', () => {
    const cardsOnly = compileGuard(policy({ request: [maskRule(['CARD'])] }));
    expect(cardsOnly.request('4111111111111111@example.com').modelInput).toBe('[CARD]@example.com');
    expect(guard.request('4111111111111111@example.com').modelInput).toBe('[EMAIL]');
  });

  test('names the secret where spans overlap', () => {
    const text = 'x://AKIAIOSFODNN7EXAMPLE or AKIAIOSFODNN7EXAMPLE@example.com';
    expect(guard.request(text).modelInput).toBe('x://[AWS_ACCESS_KEY] or [AWS_ACCESS_KEY]');
  });

  test('of terms replaces them by a placeholder', () => {
    const terms = compileGuard(policy({ request: [termsRule('mask', ['falcon'])] }));
    expect(terms.request('Project FALCON')).toMatchObject({
      verdict: 'pass',
      modelInput: 'Project [TERM]',
      recordInput: 'Project [TERM]',
      findings: [{ rule: 'terms', mode: 'enforce', action: 'mask', count: 1 }],
    });
  });
});

describe('what is kept', () => {
  test('is masked by recordMask although the model sees all', () => {
    const outcome = compileGuard(policy({ recordMask: ['EMAIL'] })).request(`to ${EMAIL}`);
    expect(outcome).toMatchObject({
      verdict: 'pass',
      modelInput: `to ${EMAIL}`,
      recordInput: 'to [EMAIL]',
      inputExact: false,
    });
    expect(outcome.findings).toEqual([]);
  });

  test('is masked by an observing rule, which changes nothing for the model', () => {
    for (const rule of [maskRule(['CARD'], 'observe'), blockRule(['CARD'], 'observe')]) {
      const outcome = compileGuard(policy({ request: [rule] })).request(CARD);
      expect(outcome).toMatchObject({ verdict: 'pass', modelInput: CARD, recordInput: '[CARD]', inputExact: false });
      expect(outcome.findings).toMatchObject([{ rule: rule.name, mode: 'observe', count: 1 }]);
    }
  });

  test('holds the terms that a rule only observes', () => {
    const outcome = compileGuard(policy({ request: [termsRule('block', ['falcon'], 'observe')] })).request('a falcon');
    expect(outcome).toMatchObject({ verdict: 'pass', recordInput: 'a falcon', inputExact: true });
    expect(outcome.findings).toEqual([{ rule: 'terms', mode: 'observe', action: 'block', count: 1 }]);
  });
});

test('a text masked without a policy reads like the one that a policy masked for the record', () => {
  const guard = compileGuard(policy({ reply: [termsRule('mask', ['falcon'])], recordMask: ALL_KINDS }));
  const mask = textMask(['falcon']);
  for (const text of ['spam', 'Falcon of jane@example.com', `pays ${CARD}`, '::1 falcon', '[EMAIL] '])
    expect(guard.reply({ label: text }).recordInput).toEqual({ label: mask(text) });
});

describe('blocking', () => {
  test('keeps a masked record, the kinds of rules that did not run included', () => {
    const guard = compileGuard(policy({ request: [termsRule('block', ['falcon']), maskRule()] }));
    expect(guard.request(`falcon ${CARD}`)).toEqual({
      verdict: 'blocked',
      rule: 'terms',
      problem: 'blocked',
      findings: [{ rule: 'terms', mode: 'enforce', action: 'block', count: 1 }],
      failures: [],
      modelInput: null,
      recordInput: '[TERM] [CARD]',
      inputExact: false,
    });
  });

  test('ends with the first enforcing block, findings before it included', () => {
    const guard = compileGuard(
      policy({ request: [maskRule(['EMAIL'], 'observe'), blockRule(['CARD']), termsRule('block', ['falcon'])] }),
    );
    const outcome = guard.request(`falcon ${CARD} ${EMAIL}`);
    expect(outcome).toMatchObject({ verdict: 'blocked', rule: 'block', recordInput: '[TERM] [CARD] [EMAIL]' });
    expect(outcome.findings.map(({ rule }) => rule)).toEqual(['mask', 'block']);
  });

  test('by size comes first wherever it is written, counts bytes and keeps nothing', () => {
    const guard = compileGuard(policy({ request: [blockRule(['EMAIL']), size(10)] }));
    expect(guard.request('é'.repeat(4)).verdict).toBe('pass');
    expect(guard.request(EMAIL)).toEqual({
      verdict: 'blocked',
      rule: 'size',
      problem: 'tooLarge',
      findings: [{ rule: 'size', mode: 'enforce', action: 'block', count: 1 }],
      failures: [],
      modelInput: null,
      recordInput: null,
      inputExact: false,
    });
  });

  test('by schema says where and what was expected, and keeps a masked record', () => {
    const guard = compileGuard(
      policy({
        request: [
          schema({
            type: 'object',
            required: ['text'],
            properties: { n: { type: 'integer' }, c: { enum: ['a', 'b'] } },
          }),
        ],
        recordMask: ['EMAIL'],
      }),
    );
    const outcome = guard.request({ n: EMAIL, c: 'secret' });
    expect(outcome).toMatchObject({
      verdict: 'blocked',
      problem: 'invalidInput',
      recordInput: { n: '[EMAIL]', c: 'secret' },
      findings: [{ rule: 'schema', count: 3 }],
    });
    expect(outcome.errors).toEqual([
      { pointer: '', detail: "must have required property 'text'" },
      { pointer: '/n', detail: 'must be integer' },
      { pointer: '/c', detail: 'must be one of ["a","b"]' },
    ]);
  });
});

describe('a schema', () => {
  test('is draft 2020-12, with formats', () => {
    const guard = compileGuard(
      policy({ request: [schema({ prefixItems: [{ type: 'string', format: 'date' }], items: false })] }),
    );
    expect(guard.request(['2026-01-31']).verdict).toBe('pass');
    expect(guard.request(['2026-02-31']).verdict).toBe('blocked');
    expect(guard.request(['2026-01-31', 1]).verdict).toBe('blocked');
  });

  test('reports at most 20 faults, and one where the input is large', () => {
    const guard = compileGuard(policy({ request: [schema({ items: { type: 'string' } })] }));
    expect(guard.request(Array.from({ length: 30 }, () => 1)).errors).toHaveLength(20);
    expect(guard.request(Array.from({ length: 40_000 }, () => 1)).errors).toHaveLength(1);
  });

  test('never repeats a value or a name of the input', () => {
    const strict = {
      type: 'object',
      additionalProperties: false,
      propertyNames: { maxLength: 3 },
      properties: {
        a: { type: 'string', maxLength: 2, pattern: '^x', format: 'email' },
        b: { uniqueItems: true },
        c: { const: 1 },
      },
    };
    const guard = compileGuard(policy({ request: [schema(strict)] }));
    const { errors } = guard.request({ a: 'zebra', b: ['zebra', 'zebra'], c: 'zebra', zebra: 1 });
    expect(errors?.length).toBeGreaterThanOrEqual(5);
    expect(JSON.stringify(errors)).not.toContain('zebra');
  });

  test('gives names that it does not define by their place', () => {
    const open = { properties: { a: { additionalProperties: { type: 'number' } } }, patternProperties: { '@': false } };
    const guard = compileGuard(policy({ request: [schema(open)] }));
    const { errors } = guard.request({ 'john@example.com': 1, a: { x: 1, '4111111111111111': 'zebra', 'ann/~': 'y' } });
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/<member 1>', '/a/<member 2>', '/a/<member 3>']);
    expect(guard.inputNames).toEqual(new Set(['a']));
  });

  test('that only observes lets the value through', () => {
    const guard = compileGuard(policy({ request: [schema({ type: 'string' }, 'observe')] }));
    expect(guard.request(1)).toMatchObject({
      verdict: 'pass',
      modelInput: 1,
      findings: [{ rule: 'schema', count: 1 }],
    });
  });
});

describe('deep nesting', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

  test('is refused before anything looks at the value', () => {
    const guard = compileGuard(policy({ request: [schema({}), maskRule()], reply: [maskRule()] }));
    expect(guard.request(nested(100)).verdict).toBe('pass');
    expect(guard.request(nested(101))).toMatchObject({
      verdict: 'blocked',
      problem: 'invalidInput',
      recordInput: null,
    });
    expect(guard.request(nested(200_000))).toMatchObject({
      verdict: 'blocked',
      problem: 'invalidInput',
      recordInput: null,
    });
    expect(guard.reply(nested(200_000))).toMatchObject({
      verdict: 'blocked',
      problem: 'replyBlocked',
      recordInput: null,
    });
  });
});

describe('a rule that throws', () => {
  const broken = {
    ...RECOGNISERS,
    CARD: {
      mayHold: () => true,
      find: () => {
        throw new Error(`broken by ${CARD}`);
      },
    },
  };

  test('fails closed and keeps nothing', () => {
    const guard = compileGuard(policy({ request: [maskRule(['EMAIL'], 'observe'), blockRule(['CARD'])] }), broken);
    expect(guard.request(EMAIL)).toEqual({
      verdict: 'failed',
      rule: 'block',
      problem: 'guardFailed',
      findings: [{ rule: 'mask', mode: 'observe', action: 'mask', count: 1, kinds: ['EMAIL'] }],
      failures: ['block'],
      modelInput: null,
      recordInput: null,
      inputExact: false,
    });
  });

  test('and only observes changes nothing but what is kept', () => {
    const guard = compileGuard(policy({ request: [blockRule(['CARD'], 'observe')] }), broken);
    expect(guard.request(EMAIL)).toMatchObject({
      verdict: 'pass',
      failures: ['block'],
      modelInput: EMAIL,
      recordInput: null,
      inputExact: false,
    });
  });

  test('in the scan for the record fails closed too', () => {
    const guard = compileGuard(policy({ recordMask: ['CARD'] }), broken);
    expect(guard.request(EMAIL)).toMatchObject({
      verdict: 'failed',
      failures: ['record-mask'],
      modelInput: null,
      recordInput: null,
    });
  });

  test('on a value that cannot be read fails closed', () => {
    const unreadable = {
      get text() {
        throw new Error('unreadable');
      },
    };
    expect(compileGuard(policy({})).request(unreadable)).toMatchObject({
      verdict: 'failed',
      modelInput: null,
      recordInput: null,
    });
  });
});

describe('a reply', () => {
  const guard = compileGuard(
    policy({
      request: [blockRule(['EMAIL'])],
      reply: [size(200), termsRule('block', ['falcon']), maskRule(['CARD'])],
      recordMask: ['EMAIL'],
    }),
  );

  test('has rules of its own', () => {
    expect(guard.reply({ answer: `${CARD} of ${EMAIL}` })).toMatchObject({
      verdict: 'pass',
      modelInput: { answer: `[CARD] of ${EMAIL}` },
      recordInput: { answer: '[CARD] of [EMAIL]' },
    });
  });

  test('that is blocked says so, whatever the rule', () => {
    expect(guard.reply('falcon')).toMatchObject({
      verdict: 'blocked',
      rule: 'terms',
      problem: 'replyBlocked',
      recordInput: '[TERM]',
    });
    expect(guard.reply('x'.repeat(300))).toMatchObject({ verdict: 'blocked', rule: 'size', problem: 'replyBlocked' });
  });
});
