import { type PlainText, plainText } from './plain-text';

/** One string, key or number of a value, ready to be scanned. */
export interface ScanText {
  readonly original: string;
  readonly plain: PlainText;
  /** The plain text: what recognisers read. */
  readonly text: string;
  /** Key under which it stands in the value: a word nearby. Empty at the top. */
  readonly key: string;
  readonly traits: TextTraits;
}

/** Counts that tell which recognisers can find nothing, from one pass over the text. */
export interface TextTraits {
  readonly digits: number;
  readonly dots: number;
  readonly colons: number;
  /** `@`, or `%`, which may be an encoded one. */
  readonly ats: number;
  /** Longest run of letters, digits, `/` and `+`. */
  readonly longestRun: number;
}

const DIGIT = 1;
const RUN = 2;
const DOT = 3;
const COLON = 4;
const AT = 5;

const classes = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/+') classes[char.charCodeAt(0)] = RUN;
for (const char of '0123456789') classes[char.charCodeAt(0)] = DIGIT;
classes['.'.charCodeAt(0)] = DOT;
classes[':'.charCodeAt(0)] = COLON;
classes['@'.charCodeAt(0)] = AT;
classes['%'.charCodeAt(0)] = AT;

export function scanText(original: string, key: string): ScanText {
  const plain = plainText(original);
  return { original, plain, text: plain.text, key, traits: traitsOf(plain.text) };
}

function traitsOf(text: string): TextTraits {
  const counts = [0, 0, 0, 0, 0, 0];
  let digits = 0;
  let run = 0;
  let longestRun = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? (classes[code] ?? 0) : 0;
    if (kind === RUN || kind === DIGIT) {
      run++;
      if (kind === DIGIT) digits++;
      continue;
    }
    if (run > longestRun) longestRun = run;
    run = 0;
    if (kind !== 0) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return {
    digits,
    dots: counts[DOT] ?? 0,
    colons: counts[COLON] ?? 0,
    ats: counts[AT] ?? 0,
    longestRun: Math.max(longestRun, run),
  };
}
