import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileTerms } from '../../lambdas/shared/guard/terms';

function found(terms: readonly string[], text: string): string[] {
  return compileTerms(terms)
    .find(text)
    .map(({ start, end }) => text.slice(start, end));
}

describe('blocked terms', () => {
  test.each([
    ['case', ['Falcon'], 'the FALCON flies', ['FALCON']],
    ['width', ['falcon'], 'the ｆａｌｃｏｎ flies', ['ｆａｌｃｏｎ']],
    ['composition', ['café'], 'the cafe\u0301 opens', ['cafe\u0301']],
    ['decomposed terms', ['cafe\u0301'], 'the CAFÉ opens', ['CAFÉ']],
    ['sharp s', ['straße'], 'die STRASSE', ['STRASSE']],
    ['final sigma', ['ΟΔΟΣ'], 'η οδος εδώ', ['οδος']],
    ['ligatures', ['final'], 'the ﬁnal word', ['ﬁnal']],
    ['invisible characters', ['falcon'], 'fal\u200bcon, f\u00adalcon', ['fal\u200bcon', 'f\u00adalcon']],
    ['white space', ['top secret'], 'top \n secret', ['top \n secret']],
    ['Hangul jamo', ['한국'], '\u1112\u1161\u11ab\u1100\u116e\u11a8', ['\u1112\u1161\u11ab\u1100\u116e\u11a8']],
  ])('are compared without regard to %s', (_what, terms, text, expected) => {
    expect(found(terms, text)).toEqual(expected);
  });

  test('are whole words', () => {
    expect(found(['cat'], 'concatenate cats cat_ cat1 écat cat')).toEqual(['cat']);
    expect(found(['top secret'], 'stop secret, top secrets')).toEqual([]);
    expect(found(['cat'], '(cat) "cat" cat-like')).toEqual(['cat', 'cat', 'cat']);
  });

  test('may hold signs', () => {
    expect(found(['c++', '.net'], 'I like C++ and .NET, not c+ or net')).toEqual(['C++', '.NET']);
  });

  test('are found inside of running text in scripts without spaces', () => {
    expect(found(['机密'], '这是机密文件')).toEqual(['机密']);
  });

  test('the longest at a place counts, once', () => {
    expect(found(['new', 'new york', 'new york city'], 'new york city and new york')).toEqual([
      'new york city',
      'new york',
    ]);
  });

  test('leave placeholders alone', () => {
    expect(found(['email', 'term'], 'email [EMAIL] [TERM] term')).toEqual(['email', 'term']);
  });

  test('any term is found between spaces, whatever stands around', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,2}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), fc.string({ unit: 'binary' }), (terms, noise) => {
        const [term = ''] = terms;
        const spans = compileTerms(terms).find(`${noise} . ${term.toUpperCase()} . ${noise}`);
        const at = noise.length + 3;
        expect(spans.some(({ start, end }) => start <= at && end >= at + term.length)).toBe(true);
      }),
    );
  });
});
