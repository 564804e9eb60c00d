import { describe, expect, test } from 'vitest';
import { mergeSpans, replaceSpans } from '../../lambdas/shared/guard/span';

describe('spans that overlap', () => {
  test('become one that covers both, named by the longer', () => {
    const spans = mergeSpans([
      { start: 8, end: 14, name: 'PHONE' },
      { start: 0, end: 10, name: 'CARD' },
      { start: 14, end: 16, name: 'IPV4' },
    ]);
    expect(spans).toEqual([
      { start: 0, end: 14, name: 'CARD' },
      { start: 14, end: 16, name: 'IPV4' },
    ]);
    expect(replaceSpans('0123456789abcdefgh', spans)).toBe('[CARD][IPV4]gh');
  });

  test('are named by the secret, however short', () => {
    const email = { start: 0, end: 40, name: 'EMAIL' } as const;
    const key = { start: 2, end: 22, name: 'AWS_ACCESS_KEY' } as const;
    expect(mergeSpans([email, key])).toEqual([{ start: 0, end: 40, name: 'AWS_ACCESS_KEY' }]);
    expect(mergeSpans([key, email])).toEqual([{ start: 0, end: 40, name: 'AWS_ACCESS_KEY' }]);
  });

  test('of the same range are named by the first', () => {
    const range = { start: 0, end: 5 };
    expect(
      mergeSpans([
        { ...range, name: 'CARD' },
        { ...range, name: 'PHONE' },
      ]),
    ).toEqual([{ ...range, name: 'CARD' }]);
  });
});
