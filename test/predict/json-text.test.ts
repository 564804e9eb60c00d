import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasInfiniteNumber, shapeOfJson } from '../../lambdas/shared/json-text';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('names and depth are those of the parsed value', () => {
  const text = fc
    .tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'))
    .map(([value, indent]) => JSON.stringify(value, null, indent));
  fc.assert(
    fc.property(text, (json) => {
      const value = JSON.parse(json);
      const shape = shapeOfJson(json);
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      expect([...shape.names].sort()).toEqual(isObject ? Object.keys(value).sort() : []);
      expect(shape.depth).toBe(depthOf(value));
    }),
  );
});

test('names come as often as they stand there, unescaped', () => {
  expect(shapeOfJson('{"a":{"b":1},"\\u0061" : "c:d", "q\\"":[{"x":":"}]}').names).toEqual(['a', 'a', 'q"']);
});

test.each([
  ['[1e999]', true],
  ['[-1e400]', true],
  ['{"a":[{"b":1E+0309}]}', true],
  [`[${'1'.repeat(310)}]`, true],
  [`[${'1'.repeat(250)}e99]`, true],
  ['[1e308]', false],
  ['["1e999"]', false],
  ['[1e-999]', false],
])('%.40s overflows: %s', (text, expected) => {
  expect(hasInfiniteNumber(text, JSON.parse(text))).toBe(expected);
});
