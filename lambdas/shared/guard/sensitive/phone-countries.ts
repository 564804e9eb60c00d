/**
 * Digits after the country code, fewest and most, of the countries whose numbers are met most; ITU-T E.164 and the
 * national numbering plans. Other codes take the default.
 */
const PLANS: readonly (readonly [codes: string, min: number, max: number])[] = [
  ['1 7', 10, 10],
  ['20', 9, 10],
  ['27', 9, 9],
  ['30', 10, 10],
  ['31 33 34', 9, 9],
  ['32', 8, 9],
  ['36', 8, 9],
  ['39', 8, 11],
  ['40 41', 9, 9],
  ['43', 7, 13],
  ['44', 9, 10],
  ['45 47', 8, 8],
  ['46', 7, 9],
  ['48', 9, 9],
  ['49', 7, 11],
  ['51', 8, 9],
  ['52', 10, 11],
  ['54 55', 10, 11],
  ['56', 9, 9],
  ['57 58', 8, 10],
  ['60', 8, 10],
  ['61', 9, 9],
  ['62', 8, 12],
  ['63', 8, 10],
  ['64', 8, 10],
  ['65', 8, 8],
  ['66', 8, 9],
  ['81', 9, 10],
  ['82', 8, 10],
  ['84', 9, 10],
  ['86', 10, 11],
  ['90 91 92', 10, 10],
  ['94', 9, 9],
  ['98', 10, 10],
  ['212 213 233 254 255 256', 9, 9],
  ['216', 8, 8],
  ['234', 8, 10],
  ['351 352 353 358', 7, 9],
  ['354', 7, 7],
  ['356 357 370 371 372', 7, 8],
  ['359 385 386 381', 8, 9],
  ['375 380 420 421', 9, 9],
  ['852 853', 8, 8],
  ['880', 10, 10],
  ['886', 8, 9],
  ['961 962', 7, 9],
  ['965 968 973 974', 8, 8],
  ['966 971 972', 8, 9],
];

const DEFAULT_PLAN = { min: 7, max: 11 };

const BY_CODE: ReadonlyMap<string, { min: number; max: number }> = new Map(
  PLANS.flatMap(([codes, min, max]) => codes.split(' ').map((code) => [code, { min, max }] as const)),
);

/** Codes of two digits; every other first digit but 1 and 7 leads one of three. */
const TWO_DIGIT_CODES = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;
/** Blocks of three-digit codes that are assigned. */
const THREE_DIGIT_CODES = /^(?:2[1-69]|3[578]|42|50|59|6[789]|8[0578]|9[679])\d/;

export interface CountryPlan {
  readonly code: string;
  /** Fewest and most digits after the code. */
  readonly min: number;
  readonly max: number;
  /** Its lengths are known exactly. */
  readonly known: boolean;
}

/** The plan of the country that these digits begin with, or undefined when no country has them. */
export function countryPlan(digits: string): CountryPlan | undefined {
  const code = countryCode(digits);
  if (code === undefined) return undefined;
  const plan = BY_CODE.get(code);
  return { code, ...(plan ?? DEFAULT_PLAN), known: plan !== undefined };
}

function countryCode(digits: string): string | undefined {
  if (/^[17]/.test(digits)) return digits.slice(0, 1);
  if (TWO_DIGIT_CODES.test(digits)) return digits.slice(0, 2);
  return THREE_DIGIT_CODES.test(digits) ? digits.slice(0, 3) : undefined;
}
