import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/** Issuer ranges: low and high prefix, and the lengths that the issuer gives out. */
const ISSUERS: readonly (readonly [low: number, high: number, lengths: readonly number[]])[] = [
  [4, 4, [13, 16, 18, 19]], // Visa
  [51, 55, [16]], // Mastercard
  [2221, 2720, [16]],
  [34, 34, [15]], // American Express
  [37, 37, [15]],
  // Diners Club; 15 digits are left out, as they would take in IMEIs.
  [300, 305, [14, 16, 17, 18, 19]],
  [3095, 3095, [14, 16, 17, 18, 19]],
  [36, 36, [14, 16, 17, 18, 19]],
  [38, 39, [14, 16, 17, 18, 19]],
  [6011, 6011, [16, 17, 18, 19]], // Discover
  [644, 649, [16, 17, 18, 19]],
  [65, 65, [16, 17, 18, 19]],
  [3528, 3589, [16, 17, 18, 19]], // JCB
  [62, 62, [16, 17, 18, 19]], // UnionPay
  [81, 82, [16, 17, 18, 19]],
  [2200, 2204, [16, 17, 18, 19]], // Mir
  [5018, 5020, [13, 14, 15, 16, 17, 18, 19]], // Maestro, Dankort
  [5038, 5038, [13, 14, 15, 16, 17, 18, 19]],
  [5612, 5612, [13, 14, 15, 16, 17, 18, 19]],
  [5893, 5893, [13, 14, 15, 16, 17, 18, 19]],
  [6304, 6304, [13, 14, 15, 16, 17, 18, 19]],
  [6759, 6759, [13, 14, 15, 16, 17, 18, 19]],
  [6761, 6763, [13, 14, 15, 16, 17, 18, 19]],
  [506, 509, [16, 18, 19]], // Elo, Verve, RuPay
  [6069, 6069, [16]], // RuPay
  [607, 608, [16]],
  [636, 639, [16, 17, 18, 19]], // InterPayment, InstaPayment
  [9792, 9792, [16]], // Troy
  [8600, 8600, [16]], // UzCard
  [9860, 9860, [16]], // Humo
];

/** How card numbers are written in groups, besides in one piece. */
const GROUPINGS: ReadonlySet<string> = new Set([
  '4-4-4-4',
  '4-4-4-4-1',
  '4-4-4-4-2',
  '4-4-4-4-3',
  '4-6-5',
  '4-6-4',
  '4-4-4-1',
  '4-4-4-2',
  '4-4-4-3',
  '4-4-5',
  '4-5-4',
  '4-4-4-5',
  '4-5-6',
  '4-12',
  '6-10',
  '6-13',
  '8-8',
  '8-11',
]);
const MOST_GROUPS = 5;

/** Letters that may stick to the number without making it part of a longer token. */
const STUCK_WORD =
  /(?:^|[^a-z0-9])(?:visa|mastercard|amex|maestro|discover|jcb|diners|card|cards?no|cc|pan|karte|carte|nr|no)$/i;

interface Group extends Span {
  /** What stands before it since the group before. */
  readonly separator: string;
}

export const cardRecogniser: Recogniser = {
  mayHold: (traits) => traits.joinedDigits >= MIN_DIGITS,
  find: (scan) => digitRuns(scan.text).flatMap((run) => cardsIn(run, scan)),
};

/** Runs of digit groups that are apart by spaces, hyphens or dots. Runs with too few digits for a card are left out. */
function digitRuns(text: string): Group[][] {
  const runs: Group[][] = [];
  let run: Group[] = [];
  let digits = 0;
  const flush = (): void => {
    if (digits >= MIN_DIGITS) runs.push(run);
    run = [];
    digits = 0;
  };
  for (let i = 0; i < text.length; i++) {
    if (!isDigit(text.charCodeAt(i))) continue;
    const start = i;
    while (i < text.length && isDigit(text.charCodeAt(i))) i++;
    const last = run.at(-1);
    const separator = last !== undefined && start - last.end <= 3 ? text.slice(last.end, start) : '';
    if (last !== undefined && !isSeparator(separator)) flush();
    run.push({ start, end: i, separator });
    digits += i - start;
  }
  flush();
  return runs;
}

function isSeparator(between: string): boolean {
  for (let i = 0; i < between.length; i++) {
    const code = between.charCodeAt(i);
    if (code !== 0x20 && code !== 0x2d && code !== 0x2e) return false;
  }
  return between !== '';
}

function cardsIn(run: readonly Group[], scan: ScanText): Span[] {
  const found: Span[] = [];
  let from = 0;
  while (from < run.length) {
    const count = cardAt(run, from, scan);
    const first = run[from];
    const last = run[from + count - 1];
    if (count > 0 && first !== undefined && last !== undefined) found.push({ start: first.start, end: last.end });
    from += Math.max(1, count);
  }
  if (found.length === 0 && isOddlyGrouped(run, scan)) {
    found.push({ start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0 });
  }
  return found;
}

/** Number of groups of the longest card that begins with group `from`, or 0. */
function cardAt(run: readonly Group[], from: number, scan: ScanText): number {
  let digits = '';
  let grouping = '';
  let longest = 0;
  for (let count = 1; count <= MOST_GROUPS && from + count <= run.length; count++) {
    const group = run[from + count - 1];
    if (group === undefined || group.end - group.start > MAX_DIGITS) break;
    digits += scan.text.slice(group.start, group.end);
    if (digits.length > MAX_DIGITS) break;
    grouping += `${count > 1 ? '-' : ''}${group.end - group.start}`;
    if (count > 1 && !GROUPINGS.has(grouping)) continue;
    if (isCardNumber(digits) && standsAlone(scan, run[from]?.start ?? 0, group.end, digits)) longest = count;
  }
  return longest;
}

/** Any grouping counts when the whole run is one card with one and the same separator, as in `4 1 1 1 ...`. */
function isOddlyGrouped(run: readonly Group[], scan: ScanText): boolean {
  const [first, second] = run;
  const last = run.at(-1);
  if (first === undefined || second === undefined || last === undefined || run.length > MAX_DIGITS) return false;
  if (second.separator !== ' ' && second.separator !== '-') return false;
  if (run.some((group, index) => index > 0 && group.separator !== second.separator)) return false;
  const digits = run.map(({ start, end }) => scan.text.slice(start, end)).join('');
  return isCardNumber(digits) && standsAlone(scan, first.start, last.end, digits);
}

function standsAlone(scan: ScanText, start: number, end: number, digits: string): boolean {
  const { text } = scan;
  if (isWordCharacter(text.charCodeAt(end))) return false;
  const before = text.charAt(start - 1);
  if (before === '+') return false;
  // The fraction of a decimal number.
  if ((before === '.' || before === ',') && isDigit(text.charCodeAt(start - 2))) return false;
  if (/[A-Za-z0-9]/.test(before) && !STUCK_WORD.test(text.slice(Math.max(0, start - 12), start))) return false;
  // Thirteen digits are more often an article number than one of the few old Visa cards.
  return !(
    digits.length === 13 &&
    hasArticleChecksum(digits) &&
    !/card|visa|pay/i.test(scan.key + text.slice(Math.max(0, start - 20), start))
  );
}

export function isCardNumber(digits: string): boolean {
  return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS && hasIssuer(digits) && passesLuhn(digits);
}

function hasIssuer(digits: string): boolean {
  return ISSUERS.some(([low, high, lengths]) => {
    if (!lengths.includes(digits.length)) return false;
    const prefix = Number(digits.slice(0, String(low).length));
    return prefix >= low && prefix <= high;
  });
}

/** ISO/IEC 7812-1, annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** GS1 check digit of an EAN-13. */
function hasArticleChecksum(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += (digits.charCodeAt(i) - 0x30) * (i % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWordCharacter(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
