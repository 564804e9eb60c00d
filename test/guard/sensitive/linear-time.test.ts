import { describe, expect, test } from 'vitest';
import { compileTerms } from '../../../lambdas/shared/guard/terms';
import type { SensitiveKind } from '../../../protocol/guard';
import { found } from './found';

const MEGABYTE = 1024 * 1024;
/** Above what linear work takes (under 2 s on a busy machine), far below what quadratic work takes (minutes to hours). */
const BOUND_MS = 5_000;

const ATTACKS: readonly (readonly [SensitiveKind, readonly string[]])[] = [
  [
    'CARD',
    [
      '4',
      '4 ',
      '41-',
      '4111 ',
      '1111 1111 1111 111 ',
      '4111111111111112 ',
      '4.',
      '4---',
      '٤',
      '4,',
      '4111/',
      '4111 1111\n',
    ],
  ],
  ['IBAN', ['DE89', 'DE89 ', 'DE89 3704 0044 0532 0130 01 ', 'D1', 'GB29-', 'DE89a', 'DE89\n', 'ibanDE89']],
  ['EMAIL', ['a', '@', 'a@', 'a.', 'a@b', 'a@b.', '%40', '"', '"@', 'a@1.', 'a@-.', 'a@a-', 'http://', 'x://a@']],
  [
    'PHONE',
    [
      '0',
      '1',
      '+',
      '+1',
      '+1 ',
      '00',
      '(',
      '()',
      '0 ',
      '01 ',
      '01 23',
      '1-',
      '(1) ',
      '1234567 ',
      'call 1',
      'call 1234567 ',
      'call 1234567 as',
      '020 7946 ',
      '+49(0)',
    ],
  ],
  ['US_SSN', ['1', '123-', '123-45-', '123 45 678', '12 ', '123456789 ', 'ssn 12345678']],
  ['IPV4', ['1', '1.', '1.1.1.', '256.', '1.1.1.1.', '1.1.1.1 ', 'v', 'version 1.1.1.1, ', '0.1.1.1 to ']],
  ['IPV6', [':', '::', 'a:', '1::', 'a', '1:2:3:4:5:6:7:8 ', '::1 ', 'fe80::1%a', '.:']],
  ['AWS_ACCESS_KEY', ['A', 'AKIA', 'AKIAIOSFODNN7EXAMPL', 'AKIAIOSFODNN7EXAMPLE ']],
  [
    'AWS_SECRET_KEY',
    ['a', '/', 'aB1/', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ', `${'aB3'.repeat(13)}x=`, 'AKIAIOSFODNN7EXAMPLE '],
  ],
  ['JWT', ['ey', 'eyJ', 'eyJhbGciOi.', 'eyJhbGciOiJ9.a.', '.', '-', 'e', 'eyJhbGciOiJIUzI1NiJ9.', 'ewAAAAAAAA.']],
];

/** Processor time of this process, not the clock's: what else runs on the machine does not count. */
function elapsedMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1000;
}

describe('one megabyte that is made to be slow', () => {
  test.each(ATTACKS)('%s takes time in proportion to the text', (kind, units) => {
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(MEGABYTE / unit.length));
      expect(
        elapsedMs(() => found(kind, text)),
        `repeated: ${unit}`,
      ).toBeLessThan(BOUND_MS);
      expect(
        elapsedMs(() => found(kind, `${text}!`)),
        unit,
      ).toBeLessThan(BOUND_MS);
    }
  });

  test('terms take time in proportion to the text', () => {
    const matcher = compileTerms([
      'a'.repeat(200),
      `${'a '.repeat(99)}b`,
      'e\u0301'.repeat(50),
      ...Array.from({ length: 5000 }, (_, i) => `term ${i}`),
    ]);
    for (const unit of ['a', 'a ', 'term ', 'e\u0301', '\u0301', '\u200b', '漢', '\ud83d', ' ', 'ß', 'term 4999 ']) {
      const text = unit.repeat(Math.ceil(MEGABYTE / unit.length));
      expect(
        elapsedMs(() => matcher.find(text)),
        unit,
      ).toBeLessThan(BOUND_MS);
    }
  });
});
