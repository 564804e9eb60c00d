import { INVISIBLE } from '../../../protocol/guard-check';

/**
 * Text for comparison without regard to case, width and composition: NFKC and case-folded, invisible characters gone.
 * `origin` leads back: the start in the original of each code unit, and `ends` where its character ends there.
 */
export interface FoldedText {
  readonly text: string;
  readonly origin: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
}

/** A character with the marks and jamo that compose with it. Cut at eight marks: composing a longer run is not linear. */
const CHARACTER = /\p{Cf}+|[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|[\s\S]\p{M}{0,8}/gu;
const NON_ASCII = /[^\x00-\x7f]/;

/** Folding is the same for the same character; languages use a few hundred. */
const CACHE_LIMIT = 4096;
const LONGEST_CACHED = 16;
const cache = new Map<string, string>();

export function foldedText(original: string): FoldedText {
  if (!NON_ASCII.test(original)) return { text: original.toLowerCase(), origin: undefined, ends: undefined };
  const origin: number[] = [];
  const ends: number[] = [];
  let text = '';
  for (const { 0: character, index } of original.matchAll(CHARACTER)) {
    const folded = foldCharacter(character);
    for (let i = 0; i < folded.length; i++) {
      origin.push(index);
      ends.push(index + character.length);
    }
    text += folded;
  }
  return { text, origin, ends };
}

function foldCharacter(character: string): string {
  const known = cache.get(character);
  if (known !== undefined) return known;
  // Upper case first: it is what makes `ß` and `ss`, `ς` and `σ` the same.
  const folded = character
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .toUpperCase()
    .toLowerCase()
    .replace(/ς/g, 'σ')
    .normalize('NFKC');
  if (cache.size < CACHE_LIMIT && character.length <= LONGEST_CACHED) cache.set(character, folded);
  return folded;
}
