import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundedIntegers } from '../../lambdas/shared/json-integers';
import { readReply } from '../../lambdas/shared/prediction/reply';

test.each([
  ['6212345678901234569', true],
  ['9007199254740993', true],
  ['-9007199254740993', true],
  ['9223372036854775807', true],
  ['9'.repeat(300), true],
  [`1${'0'.repeat(30)}1`, true],
  ['9007199254740991', false],
  ['9007199254740992', false],
  // As a double writes it.
  ['9223372036854776000', false],
  [`1${'0'.repeat(30)}`, false],
  ['6212345678901234569.0', false],
  ['6.212345678901234569e18', false],
  ['0.1234567890123456789', false],
  ['"6212345678901234569"', false],
])('%.40s loses digits: %s', (literal, expected) => {
  expect(roundedIntegers(`[${literal}]`, 9)).toEqual(expected ? [['0']] : []);
});

test('the path leads to each, by names as JSON.parse reads them, up to as many as are asked for', () => {
  const bad = '6212345678901234569';
  const text = `{"a":"${bad}","b\\u0063":[1,{"":${bad}},[[]],${bad}],"d":{"x":{},"y\\"":-${bad}},"z":1}`;
  const paths = [
    ['bc', '1', ''],
    ['bc', '3'],
    ['d', 'y"'],
  ];
  expect(roundedIntegers(text, 9)).toEqual(paths);
  expect(roundedIntegers(text, 2)).toEqual(paths.slice(0, 2));
});

test('what JSON.stringify wrote loses nothing', () => {
  const number = fc.oneof(fc.double(), fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(Number), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(number), (value) => {
      expect(roundedIntegers(JSON.stringify(value), 9)).toEqual([]);
    }),
  );
});

/** A double as JSON writes it, in digits alone: above 1e21 it is written with an exponent. */
function inDigits(double: number): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e\+(\d+))?$/.exec(String(double)) ?? [];
  return `${sign}${whole}${fraction.padEnd(Number(exponent), '0')}`;
}

test('every integer that is written again with other digits is found, and no other', () => {
  const integer = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n });
  fc.assert(
    fc.property(integer, (value) => {
      const found = roundedIntegers(String(value), 1).length > 0;
      expect(found).toBe(inDigits(Number(value)) !== String(value));
    }),
    { numRuns: 500, examples: [[2384185791015625000n], [9007199254740993n], [10n ** 25n], [0n]] },
  );
});

test('a reply with an integer that loses digits is a failure of the backend, not another answer', () => {
  expect(readReply('{"output":6212345678901234569}')).toEqual({
    kind: 'failed',
    fault: 'the reply has an integer that would lose digits; give it as text',
  });
  expect(readReply(JSON.stringify({ output: 2 ** 63 }))).toEqual({ kind: 'answer', output: 2 ** 63 });
});
