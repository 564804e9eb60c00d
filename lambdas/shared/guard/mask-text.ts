import { PERSONAL_KINDS, SECRET_KINDS } from '../../../protocol/guard';
import { Inspection } from './inspection';
import { Masker, type MaskSet } from './masker';
import { RECOGNISERS } from './sensitive/recognisers';
import { compileTerms } from './terms';

/**
 * Masks a text that is kept but comes by no policy: every recognised kind of personal data and secret, and these terms. A text
 * that the guard masked for a record reads the same as its original masked by this.
 */
export function textMask(terms: readonly string[]): (text: string) => string {
  const set: MaskSet = {
    kinds: [...PERSONAL_KINDS, ...SECRET_KINDS],
    terms: terms.length === 0 ? [] : [compileTerms(terms)],
  };
  return (text) => String(new Masker(new Inspection(text, RECOGNISERS), RECOGNISERS).mask(text, set));
}
