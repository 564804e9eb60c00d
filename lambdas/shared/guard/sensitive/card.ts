import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import { isCardNumber, MAX_DIGITS, MIN_DIGITS } from './card-number';
import type { Recogniser } from './recogniser';

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
/** Where the separators are unusual: two numbers are more often a pair. */
const LEAST_GROUPS = 3;

/** Letters that may stick to the number without making it part of a longer token. */
const STUCK_WORD =
  /(?:^|[^a-z0-9])(?:visa|mastercard|amex|maestro|discover|jcb|diners|card|cards?no|cc|pan|karte|carte|nr|no)$/i;

interface Group extends Span {
  /** What stands before it since the group before. */
  readonly separator: string;
}

/** Separators of running text: a card may stand anywhere among groups that are apart by them. */
const PLAIN = /^[ .-]+$/;
/** Separators of lists and tables, in which four numbers are more often four numbers than a card. */
const LISTING = /[,\t\n]/;
const LINE_BREAK = /^ ?\r?\n ?$/;

export const cardRecogniser: Recogniser = {
  mayHold: (traits) => traits.joinedDigits >= MIN_DIGITS,
  find: (scan) => digitRuns(scan.text).flatMap((run) => cardsIn(run, scan)),
};

/** Runs of digit groups that are apart by separators. Runs with too few digits for a card are left out. */
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
    if (!' -._/,\t\n\r'.includes(between.charAt(i))) return false;
  }
  return between !== '';
}

function cardsIn(run: readonly Group[], scan: ScanText): Span[] {
  const parts = plainParts(run);
  const found = parts.flatMap((part) => plainCards(part, scan));
  if (parts.length === 1) return found;
  const others = evenParts(run).filter((part) => !isPlain(part[1]) && mayStandIn(run, part));
  if (isWrapped(run)) others.push(run);
  const candidates = others.flatMap((part) => (isListed(part) ? [part] : windowsOf(part)));
  return [...found, ...candidates.filter((part) => isOneCard(part, scan)).map(spanOf)];
}

/** The run, cut where a separator is not plain. */
function plainParts(run: readonly Group[]): Group[][] {
  const parts: Group[][] = [];
  for (const group of run) {
    const part = parts.at(-1);
    if (part === undefined || !isPlain(group)) parts.push([group]);
    else part.push(group);
  }
  return parts;
}

/** The longest stretches of the run with one and the same separator. */
function evenParts(run: readonly Group[]): (readonly Group[])[] {
  const parts: (readonly Group[])[] = [];
  let from = 0;
  for (let i = 2; i <= run.length; i++) {
    if (run[i]?.separator === run[i - 1]?.separator) continue;
    parts.push(run.slice(from, i));
    from = i - 1;
  }
  return parts;
}

function isPlain(group: Group | undefined): boolean {
  return group !== undefined && PLAIN.test(group.separator);
}

/** Of a list or table a card takes all. */
function mayStandIn(run: readonly Group[], part: readonly Group[]): boolean {
  return part.length === run.length || !isListed(part);
}

function isListed(part: readonly Group[]): boolean {
  return part.some(({ separator }, index) => index > 0 && LISTING.test(separator));
}

/** Every three to five groups in a row. */
function windowsOf(part: readonly Group[]): (readonly Group[])[] {
  const windows: (readonly Group[])[] = [];
  for (let from = 0; from + LEAST_GROUPS <= part.length; from++) {
    for (let count = LEAST_GROUPS; count <= MOST_GROUPS && from + count <= part.length; count++) {
      windows.push(part.slice(from, from + count));
    }
  }
  return windows;
}

/** Plain groups of which one begins a new line. */
function isWrapped(run: readonly Group[]): boolean {
  const others = run.slice(1).filter((group) => !isPlain(group));
  return run.length > 2 && others.length === 1 && LINE_BREAK.test(others[0]?.separator ?? '');
}

/** All the groups are one card in a usual grouping. */
function isOneCard(part: readonly Group[], scan: ScanText): boolean {
  if (part.length < LEAST_GROUPS || part.length > MOST_GROUPS) return false;
  if (!GROUPINGS.has(part.map(({ start, end }) => end - start).join('-'))) return false;
  const digits = part.map(({ start, end }) => scan.text.slice(start, end)).join('');
  const { start, end } = spanOf(part);
  return isCardNumber(digits) && standsAlone(scan, start, end, digits);
}

function spanOf(groups: readonly Group[]): Span {
  return { start: groups[0]?.start ?? 0, end: groups.at(-1)?.end ?? 0 };
}

function plainCards(run: readonly Group[], scan: ScanText): Span[] {
  const found: Span[] = [];
  let from = 0;
  while (from < run.length) {
    const count = cardAt(run, from, scan);
    if (count > 0) found.push(spanOf(run.slice(from, from + count)));
    from += Math.max(1, count);
  }
  if (found.length === 0 && isOddlyGrouped(run, scan)) found.push(spanOf(run));
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
