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
  /** Most digits with at most three characters, none of them a letter, between two of them. */
  readonly joinedDigits: number;
  readonly dots: number;
  readonly colons: number;
  /** `@`, or `%`, which may be an encoded one. */
  readonly ats: number;
  /** Longest run of letters, digits, `/` and `+`. */
  readonly longestRun: number;
}

const OTHER = 0;
const DIGIT = 1;
const LETTER = 2;
const DOT = 3;
const COLON = 4;
const AT = 5;
const SLASH = 6;
const MAX_GAP = 3;

const classes = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') classes[char.charCodeAt(0)] = LETTER;
for (const char of '0123456789') classes[char.charCodeAt(0)] = DIGIT;
for (const char of '/+') classes[char.charCodeAt(0)] = SLASH;
for (const char of '@%') classes[char.charCodeAt(0)] = AT;
classes['.'.charCodeAt(0)] = DOT;
classes[':'.charCodeAt(0)] = COLON;

export function scanText(original: string, key: string): ScanText {
  const plain = plainText(original);
  return { original, plain, text: plain.text, key, traits: traitsOf(plain.text) };
}

function traitsOf(text: string): TextTraits {
  let digits = 0;
  let joined = 0;
  let joinedDigits = 0;
  let gap = 0;
  let dots = 0;
  let colons = 0;
  let ats = 0;
  let run = 0;
  let longestRun = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? classes[code] : OTHER;
    if (kind === LETTER) {
      run++;
      gap = MAX_GAP + 1;
      continue;
    }
    if (kind === DIGIT) {
      run++;
      digits++;
      joined = gap > MAX_GAP ? 1 : joined + 1;
      gap = 0;
      if (joined > joinedDigits) joinedDigits = joined;
      continue;
    }
    if (kind === SLASH) {
      run++;
    } else {
      if (run > longestRun) longestRun = run;
      run = 0;
      if (kind === DOT) dots++;
      else if (kind === COLON) colons++;
      else if (kind === AT) ats++;
    }
    gap++;
  }
  return { digits, joinedDigits, dots, colons, ats, longestRun: Math.max(longestRun, run) };
}
