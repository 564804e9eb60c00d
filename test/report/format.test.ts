import { describe, expect, it } from 'vitest';
import {
  count,
  counted,
  milliseconds,
  moment,
  percent,
  shareOf,
  significant,
  usd,
} from '../../rehearsal/report/format';

describe('percent', () => {
  it.each([
    [0, '0.0 %'],
    [0.0000001, '0.1 %'],
    [0.5, '50.0 %'],
    [0.9999999, '99.9 %'],
    [1, '100.0 %'],
    ['unknown', 'unknown'],
  ] as const)('of %s is %s: never all of what is not all, never nothing of what is not nothing', (share, expected) => {
    expect(percent(share)).toBe(expected);
  });
});

describe('shareOf', () => {
  it('gives the share with its counts, and unknown of nothing', () => {
    expect(shareOf(1487, 1500)).toBe('99.1 % (1,487 of 1,500)');
    expect(shareOf(0, 0)).toBe('unknown (0 of 0)');
  });
});

describe('figures', () => {
  it.each([
    [0, '0.00 ms'],
    [0.0712, '0.07 ms'],
    [12.34, '12.3 ms'],
    [1234.5, '1,235 ms'],
  ])('show %d milliseconds as %s', (value, expected) => {
    expect(milliseconds(value)).toBe(expected);
  });

  it('agree with their nouns', () => {
    expect([counted(1, 'stack'), counted(0, 'stack'), counted(2, 'stack')]).toEqual([
      '1 stack',
      '0 stacks',
      '2 stacks',
    ]);
  });

  it('group thousands and keep cents', () => {
    expect([count(1234567), usd(133.333)]).toEqual(['1,234,567', '133.33 USD']);
  });

  it('show a moment to the minute, and what is none unchanged', () => {
    expect([moment('2026-11-22T23:32:07.000Z'), moment('soon')]).toEqual(['2026-11-22 23:32 UTC', 'soon']);
  });
});

describe('three significant digits', () => {
  it.each([
    [0, '0'],
    [0.0023, '0.0023'],
    [0.123456, '0.123'],
    [12_345, '12,345'],
    [1e-9, '1e-9'],
  ])('of %d are %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });
});
