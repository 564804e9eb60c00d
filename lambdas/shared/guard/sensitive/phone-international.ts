import type { Span } from '../span';
import { countryPlan } from './phone-countries';

const START = /(?<![\w+])(?<!\d[.,:-])(?:\(?\+ ?\(?|(?<!\d[ /])\(?00[ -]?)(?=[1-9])/g;
const GROUP = /\d+/y;
const SEPARATOR = /(?: ?\(0\) ?|[ ().\-/]{0,3})(?=\d)/y;
const MAX_DIGITS = 15;
const MAX_GROUPS = 9;

/** A place where the number may end. */
interface Stop {
  readonly end: number;
  readonly digits: string;
  readonly separators: string;
}

/** Numbers with `+` or `00` and a country code, as long as that country's numbers are. */
export function internationalNumbers(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(START)) {
    const stops = stopsFrom(text, match.index + match[0].length);
    const hasPlus = match[0].includes('+');
    const stop = stops.reverse().find((candidate) => isNumber(candidate, hasPlus, text));
    if (stop === undefined) continue;
    // An opening bracket belongs to the number only when it closes inside of it.
    const opens = match[0].startsWith('(') && !stop.separators.includes(')');
    found.push({ start: match.index + (opens ? 1 : 0), end: stop.end });
  }
  return found;
}

function stopsFrom(text: string, from: number): Stop[] {
  const stops: Stop[] = [];
  let digits = '';
  let separators = '';
  let at = from;
  for (let count = 0; count < MAX_GROUPS; count++) {
    GROUP.lastIndex = at;
    const group = GROUP.exec(text)?.[0];
    if (group === undefined || digits.length + group.length > MAX_DIGITS) break;
    digits += group;
    at += group.length;
    stops.push({ end: at, digits, separators });
    SEPARATOR.lastIndex = at;
    const separator = SEPARATOR.exec(text)?.[0];
    if (separator === undefined || separator === '') break;
    at += separator.length;
    separators += separator;
  }
  return stops;
}

function isNumber({ end, digits, separators }: Stop, hasPlus: boolean, text: string): boolean {
  if (/\w/.test(text.charAt(end))) return false;
  const plan = countryPlan(digits);
  if (plan === undefined) return false;
  const national = digits.length - plan.code.length;
  if (national < plan.min || national > plan.max) return false;
  if (separators.includes('.') && !isDotted(separators, national)) return false;
  // Zeros in front are common in article numbers, so that without separators the country must be a known one.
  return hasPlus || plan.known || separators !== '';
}

/** One dot alone makes a decimal number, unless what follows is too long for a fraction: `+1.2125550142`. */
function isDotted(separators: string, national: number): boolean {
  if (/[^.()]/.test(separators)) return false;
  return separators.length > 1 || national >= 9;
}
