import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGuard } from '../../lambdas/shared/guard/compile';
import { passesLuhn } from '../../lambdas/shared/guard/sensitive/card-number';
import { ALL_KINDS, maskRule, policy, termsRule } from './policies';

const guard = compileGuard(
  policy({
    request: [termsRule('mask', ['falcon', 'card', 'top secret']), maskRule()],
    reply: [],
    recordMask: ALL_KINDS,
  }),
);

const card = fc.constantFrom(
  '4111111111111111',
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '378282246310005',
  '5555555555554444',
);
const email = fc.constantFrom('jane.doe@example.com', 'x@mail.example.org', 'a+b@example.co.uk');
const other = fc.constantFrom(
  '+1 212-555-0142',
  '123-45-6789',
  'ssn 123456789',
  '192.0.2.1',
  '2001:db8::1',
  'DE89 3704 0044 0532 0130 00',
  'AKIAIOSFODNN7EXAMPLE',
  'secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'falcon',
);
const glue = fc.constantFrom('', ' ', '-', '.', '@', ':', '/', '+', '(', '\u200b', '00', 'tel ', '[CARD]', '1', 'a');
/** Texts in which spans touch each other and everything that could join them. */
const tangled = fc.array(fc.oneof(card, email, other, glue), { maxLength: 10 }).map((parts) => parts.join(''));
const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 });

describe('for any input', () => {
  test('the guard never throws and always says one of three verdicts', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), json, fc.anything()), (input) => {
        expect(['pass', 'blocked', 'failed']).toContain(guard.request(input).verdict);
      }),
      { numRuns: 500 },
    );
  });

  test('a planted card or e-mail address never reaches the model or the record', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.oneof(card, email),
        fc.string({ unit: 'binary' }),
        (before, planted, after) => {
          const { modelInput, recordInput } = guard.request({ list: [`${before} , ${planted} , ${after}`] });
          expect(JSON.stringify(modelInput)).not.toContain(planted);
          expect(JSON.stringify(recordInput)).not.toContain(planted);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('any card number is found as a string, as a number and as a key', () => {
    const visa = fc
      .stringMatching(/^4\d{14}$/)
      .map((body) => body + [...'0123456789'].find((digit) => passesLuhn(body + digit)));
    fc.assert(
      fc.property(visa, (number) => {
        const { recordInput } = guard.request({ text: `no ${number}`, number: Number(number), [number]: 1 });
        expect(recordInput).toEqual({ text: 'no [CARD]', number: '[CARD]', '[CARD]': 1 });
      }),
    );
  });

  test('masking is idempotent: nothing is found in what was masked', () => {
    fc.assert(
      fc.property(tangled, (text) => {
        const first = guard.request(text);
        const second = guard.request(first.recordInput);
        expect(second).toMatchObject({ verdict: 'pass', findings: [], inputExact: true });
        expect(second.recordInput).toBe(first.recordInput);
      }),
      { numRuns: 3_000 },
    );
  });

  test('structure is preserved: the same shape with strings in the places of strings', () => {
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape);
      if (typeof value === 'object' && value !== null) return Object.values(value).map(shape);
      return typeof value === 'string' || typeof value === 'number' ? 'text' : value;
    };
    const filled = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        tangled,
        json,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(tangled, fc.string()), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(filled, (input) => {
        const { modelInput } = guard.request(input);
        expect(shape(modelInput)).toEqual(shape(input));
      }),
      { numRuns: 300 },
    );
  });

  test('the input itself is never changed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tangled), (input) => {
        const before = JSON.stringify(input);
        guard.request(input);
        expect(JSON.stringify(input)).toBe(before);
      }),
    );
  });
});
