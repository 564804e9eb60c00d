import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

/** Total length by country: SWIFT, IBAN registry. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const START = /[A-Za-z]{2}[ -]?\d{2}(?=[ .\-\r\n]{0,3}[A-Za-z0-9])/g;
const MIN_DIGITS = 6;
/** Letters that may stick to the number: a label such as `iban` or `Kontonummer`. More of them, or digits, are a longer token. */
const LONGEST_LABEL = 12;
/** Between two characters of the number; it may be broken over two lines. */
const SEPARATOR = / ?\r?\n ?|[ .-]/y;

export const ibanRecogniser: Recogniser = {
  mayHold: (traits) => traits.digits >= MIN_DIGITS,
  find: ({ text }: ScanText): Span[] => {
    const found: Span[] = [];
    for (const { index } of text.matchAll(START)) {
      const end = beginsToken(text, index) ? ibanEnd(text, index) : undefined;
      if (end !== undefined) found.push({ start: index, end });
    }
    return found;
  },
};

/** Nothing stands right before, or a word of letters only. */
function beginsToken(text: string, start: number): boolean {
  let before = start;
  while (start - before <= LONGEST_LABEL && /[A-Za-z]/.test(text.charAt(before - 1))) before--;
  return !/[A-Za-z0-9]/.test(text.charAt(before - 1));
}

function ibanEnd(text: string, start: number): number | undefined {
  const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return undefined;
  const taken = takeCharacters(text, start, length);
  if (taken === undefined || !isPlausible(taken)) return undefined;
  return passesMod97(taken.compact) ? taken.end : undefined;
}

interface Taken {
  readonly compact: string;
  readonly end: number;
  /** Every separator stands after a multiple of four characters. */
  readonly inFours: boolean;
}

/** The first `length` letters and digits, with at most one separator between two of them. */
function takeCharacters(text: string, start: number, length: number): Taken | undefined {
  let compact = '';
  let inFours = true;
  let i = start;
  while (compact.length < length) {
    const char = text.charAt(i);
    if (/[A-Za-z0-9]/.test(char)) {
      compact += char;
      i++;
      continue;
    }
    SEPARATOR.lastIndex = i;
    const separator = SEPARATOR.exec(text)?.[0];
    if (separator === undefined || !/[A-Za-z0-9]/.test(text.charAt(i - 1))) return undefined;
    if (compact.length % 4 !== 0) inFours = false;
    i += separator.length;
  }
  if (/[A-Za-z0-9]/.test(text.charAt(i))) return undefined;
  return { compact: compact.toUpperCase(), end: i, inFours };
}

/** Words apart by spaces also fill up a length; a number oddly grouped is mostly digits. */
function isPlausible({ compact, inFours }: Taken): boolean {
  const digits = compact.replace(/\D/g, '').length;
  return digits >= MIN_DIGITS && (inFours || digits * 3 >= compact.length * 2);
}

/** ISO 13616: the country and check digits go to the end, letters become 10 to 35, the remainder is 1. */
export function passesMod97(compact: string): boolean {
  let remainder = 0;
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
