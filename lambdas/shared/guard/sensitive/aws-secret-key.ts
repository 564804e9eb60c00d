import { textBefore } from '../nearby-words';
import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import { awsAccessKeyRecogniser } from './aws-access-key';
import type { Recogniser } from './recogniser';

const LENGTH = 40;
const CANDIDATE = /(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const WORDS = /secret|(?:^|[^a-z])aws|access[ _-]?key|credential/;
const WORD_REACH = 80;
/** How far from an access key its secret usually stands: in the next column or line. */
const KEY_REACH = 200;
/** Bits a character. Forty random base64 characters have 4.7 to 5.1, forty hex digits below 4. */
const MIN_ENTROPY = 4.3;

export const awsSecretKeyRecogniser: Recogniser = {
  mayHold: (traits) => traits.longestRun >= LENGTH,
  find: (scan: ScanText): Span[] => {
    const found: Span[] = [];
    let keys: Span[] | undefined;
    for (const { 0: candidate, index } of scan.text.matchAll(CANDIDATE)) {
      if (!isRandom(candidate)) continue;
      const span = { start: index, end: index + LENGTH };
      if (WORDS.test(textBefore(scan, index, WORD_REACH))) found.push(span);
      else {
        keys ??= awsAccessKeyRecogniser.find(scan);
        if (isBeside(span, keys)) found.push(span);
      }
    }
    return found;
  },
};

function isRandom(candidate: string): boolean {
  return (
    /[A-Z]/.test(candidate) && /[a-z]/.test(candidate) && /[0-9/+]/.test(candidate) && entropy(candidate) >= MIN_ENTROPY
  );
}

/** Keys come in order: the nearest ones are found by halving. */
function isBeside(span: Span, keys: readonly Span[]): boolean {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle]?.start ?? 0) < span.start) low = middle + 1;
    else high = middle;
  }
  const before = keys[low - 1];
  const after = keys[low];
  return (
    (before !== undefined && span.start - before.end <= KEY_REACH) ||
    (after !== undefined && after.start - span.end <= KEY_REACH)
  );
}

/** Shannon entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
