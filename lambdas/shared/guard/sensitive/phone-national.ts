import { labelledOtherwise, textBefore } from '../nearby-words';
import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import { isAddress } from './ipv4';
import { isQuantity } from './phone-quantity';

const BEFORE = '(?<![\\w+])(?<!\\d[.,:/\\-]|[A-Za-z][.\\-/_#])';
const AFTER = '(?![\\w]|[.:/,\\-]\\d|-[A-Za-z])';

/** North America: area, exchange, line. */
const NORTH_AMERICAN = new RegExp(
  `${BEFORE}(?:1[-. ])?(?:\\([2-9]\\d{2}\\)[ -]?\\d{3}[-. ]\\d{4}|[2-9]\\d{2}([-. ])[1-9]\\d{2}\\1\\d{4}|[2-9]\\d{2}-[1-9]\\d{2} \\d{4})${AFTER}`,
  'g',
);
/** Europe, Japan, Australia: the trunk zero, an area or network, and one to four groups. */
const TRUNK = new RegExp(
  `${BEFORE}(?:\\(0[1-9]\\d{0,4}\\)[ -]?|0[1-9]\\d{0,4}(?: ?[/\\-] ?|[ .]))\\d{2,8}(?:[ .\\-]\\d{2,8}){0,4}${AFTER}`,
  'g',
);
/** Brazil and Mexico: a bracketed area of two digits. */
const BRACKETED = new RegExp(`${BEFORE}\\([1-9]\\d\\) ?\\d{4,5}[- ]\\d{4}${AFTER}`, 'g');
/** Spain: three digits and three pairs. */
const PAIRED = new RegExp(`${BEFORE}[6-9]\\d{2}([ .-])\\d{2}\\1\\d{2}\\1\\d{2}${AFTER}`, 'g');
/** Anything like a number, where a word nearby says that it is to be called. */
const NAMED = new RegExp(`${BEFORE}\\(?\\d{1,15}\\)?(?:(?: ?[/\\-] ?|[ .])\\(?\\d{2,15}\\)?){0,6}(?![\\w])`, 'g');

/** Two phones or more are counted, unless the number follows at once: `phones sold: 1234567`, but `phones: 5551234`. */
const WORDS =
  /(?:^|[^\p{L}])(?:(?:tel|tél|telef|mob|ph|cel|fon|fax)\.?|tele?fon\p{L}*|tel[eé]fono?s?|t[eé]l[eé]phone\p{L}*|phone|smartphone|cellphone|mobil\p{L}{0,6}|m[oó]vil|cell|cellulare|celular|call|called|calling|dial|ring|telefax|handy\p{L}{0,6}|portable|whats ?app|signal|sms|hotline|gsm|natel|rufnummer|rufen|anruf\p{L}*|ruf|appel\p{L}*|joindre|ll[aá]m\p{L}*|chiam\p{L}*|bel|ligue|contact number|callback)(?![\p{L}])(?:(?!ref|order|id)[^\n]){0,20}$|(?:^|[^\p{L}])(?:phones|calls)(?: are)?[^\p{L}\n]{0,6}$|(?:电话|電話|手机|手機|携帯|전화|телефон|тел\.?)[^\n]{0,6}$/u;

/** Groupings that other numbers use with a zero in front: ZIP+4, EIN, SSN, dates, serial numbers. */
const OTHER_GROUPINGS: ReadonlySet<string> = new Set(['5-4', '2-7', '3-2-4', '2-2-4', '2-2-5', '4-4-4', '2-2-2-4']);

export function nationalNumbers(scan: ScanText): Span[] {
  return [
    ...spans(scan, NORTH_AMERICAN, (number, at) => !(isSpaced(number) && standsInRow(scan.text, at, number))),
    ...spans(scan, TRUNK, (number, at) => isTrunkNumber(number) && !continuesFours(scan.text, at)),
    ...spans(scan, BRACKETED, () => true),
    ...spans(scan, PAIRED, (number, at) => !(isSpaced(number) && standsInRow(scan.text, at, number))),
    ...namedNumbers(scan),
  ];
}

function spans(scan: ScanText, pattern: RegExp, accepts: (number: string, at: number) => boolean): Span[] {
  const found: Span[] = [];
  for (const { 0: number, index } of scan.text.matchAll(pattern)) {
    if (!accepts(number, index) || labelledOtherwise(scan, index)) continue;
    found.push({ start: index, end: index + number.length });
  }
  return found;
}

function isTrunkNumber(number: string): boolean {
  const groups = number.match(/\d+/g) ?? [];
  const digits = groups.join('').length;
  if (digits < 9 || digits > 12) return false;
  const separators = new Set(number.replace(/^\(\d+\)[ -]?/, '').match(/[/.-]|(?<![/-]) (?![/-])/g) ?? []);
  // `030/123 45 67`: a slash after the area goes with other separators, else they are all the same.
  if (separators.size - Number(separators.has('/')) > 1 && !/^0\d+[-] ?\d+(?: \d+)+$/.test(number)) return false;
  const grouping = groups.map((group) => group.length).join('-');
  if (OTHER_GROUPINGS.has(grouping) && !number.includes('/') && !number.includes('(')) return false;
  if (separators.has('.') && (groups.length === 2 || grouping === '3-3-3-3')) return false;
  return !isDate(number);
}

/** What stands before is a group of an account or card number. */
function continuesFours(text: string, start: number): boolean {
  return /(?:^|\D)\d{4} $/.test(text.slice(Math.max(0, start - 6), start));
}

function namedNumbers(scan: ScanText): Span[] {
  const found: Span[] = [];
  for (const { 0: matched, index } of scan.text.matchAll(NAMED)) {
    if (matched.length < 7) continue;
    const number = callable(matched);
    if (number === undefined || !WORDS.test(textBefore(scan, index)) || labelledOtherwise(scan, index)) continue;
    if (isQuantity(scan, index, number)) continue;
    found.push({ start: index, end: index + number.length });
  }
  return found;
}

/** As much of a run of groups as can be dialled, or undefined. */
function callable(run: string): string | undefined {
  let number = run;
  while (digitsOf(number) > 15 || isUnbalanced(number)) {
    const shorter = number.replace(/[^\d]*\d+\)?$/, '');
    if (shorter === number || shorter === '') return undefined;
    number = shorter;
  }
  if (digitsOf(number) < 7 || isDate(number) || isAddress(number) || /^\d+\.\d+$/.test(number)) return undefined;
  return number;
}

function digitsOf(text: string): number {
  return text.replace(/\D/g, '').length;
}

function isUnbalanced(text: string): boolean {
  return /[()]/.test(text) && text.split('(').length !== text.split(')').length;
}

function isDate(text: string): boolean {
  return (
    /^(?:19|20)\d{2}[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])(?!\d)/.test(text) ||
    /^(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|[12]\d|3[01])[-./ ](?:19|20)\d{2}(?!\d)/.test(text) ||
    /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6})?$/.test(text)
  );
}

function isSpaced(number: string): boolean {
  return number.includes(' ') && !number.includes('(');
}

/** Further groups of digits beside it: a row of a table. */
function standsInRow(text: string, start: number, number: string): boolean {
  const end = start + number.length;
  return /\d $/.test(text.slice(Math.max(0, start - 2), start)) || /^ \d/.test(text.slice(end, end + 2));
}
