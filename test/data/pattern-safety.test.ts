import { describe, expect, it } from 'vitest';
import { repeatsAmbiguously } from '../../lib/data/pattern-safety';

describe('a pattern', () => {
  it.each([
    '(a+)+',
    '(a*)*',
    '(?:a+)*b',
    '([a-z]+)*',
    '([a-z0-9]+\\.?)+',
    '(.*,)*',
    '(\\w+\\s?)*',
    '(a|a)*',
    '(?:\\w|\\d)+',
    '((a+)b?)*',
    '(x(a+)+y)',
    '(?<name>a+)+',
    '(a{2,})+',
    '(\\S+){3,}',
    '([^"]+|"[^"]*")*',
    '(\\u{61}+)+',
  ])('%s repeats what can repeat in several ways', (pattern) => {
    expect(() => new RegExp(pattern, 'u')).not.toThrow();
    expect(repeatsAmbiguously(pattern)).toBe(true);
  });

  it.each([
    'a+',
    '[A-Z]{2}\\d+',
    '[a-z]+(?:-[a-z0-9]+)*',
    '(?:[a-z]+\\.)+[a-z]{2,}',
    '(?:,\\d+)*',
    '(ab)+',
    '(?:foo|far)*',
    '(?:a|b)*',
    '(a+)?',
    '(a+){1,3}',
    '(?=a+)b',
    '[^@]+@[^@]+',
    '\\p{L}+(?: \\p{L}+)*',
    '[[]+(?:\\([^)]*\\))*',
    '(\\d{4})-(\\d{2})',
    '',
  ])('%s is told apart by its first or last character', (pattern) => {
    expect(repeatsAmbiguously(pattern)).toBe(false);
  });

  it('that passes takes no time over a text that almost matches', () => {
    const [passes, refused] = ['[a-z]+(?:-[a-z0-9]+)*', '(a+)+'].map((source) => new RegExp(`^(?:${source})$`, 'u'));
    const millisecondsOf = (pattern: RegExp | undefined, text: string) => {
      const begun = performance.now();
      pattern?.test(text);
      return performance.now() - begun;
    };
    expect(millisecondsOf(refused, `${'a'.repeat(22)}!`)).toBeGreaterThan(
      10 * millisecondsOf(passes, `a${'-a'.repeat(500)}!`),
    );
  });
});
