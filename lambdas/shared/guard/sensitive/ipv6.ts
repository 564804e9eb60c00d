import { textBefore } from '../nearby-words';
import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import { isAddress as isIpv4Address } from './ipv4';
import type { Recogniser } from './recogniser';

/** The longest: eight groups of four, the last two as IPv4, with room for what sticks to it. */
const LONGEST_RUN = 64;
const ZONE = /%[A-Za-z0-9][A-Za-z0-9._-]{0,31}/y;
const WORDS = /(?:^|[^a-z])(?:ip|ipv6|inet6|addr|address|host|gateway|dns|server)(?![a-z])/;

export const ipv6Recogniser: Recogniser = {
  mayHold: (traits) => traits.colons >= 2,
  find: (scan: ScanText): Span[] => {
    const { text } = scan;
    const found: Span[] = [];
    let searched = 0;
    for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', searched)) {
      let start = colon;
      while (start > searched && isAddressCharacter(text.charCodeAt(start - 1))) start--;
      let end = colon + 1;
      while (isAddressCharacter(text.charCodeAt(end))) end++;
      searched = end;
      if (end - start > LONGEST_RUN || text.lastIndexOf(':', end - 1) === colon) continue;
      const span = addressIn(scan, start, end);
      if (span !== undefined) found.push(withZone(text, span));
    }
    return found;
  },
};

/** Hex digits, colons, and the dots of an IPv4 tail. */
function isAddressCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x3a) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46) || code === 0x2e
  );
}

function addressIn(scan: ScanText, from: number, to: number): Span | undefined {
  const { text } = scan;
  if (/\w/.test(text.charAt(to))) return undefined;
  let end = to;
  // A full stop or a colon after the address belongs to the sentence.
  while (text.charAt(end - 1) === '.' || (text.charAt(end - 1) === ':' && text.charAt(end - 2) !== ':')) end--;
  let start = from;
  // `IPv6:2001:db8::1`: the digits of the word before are not the first group.
  if (/[\w.-]/.test(text.charAt(start - 1))) start = text.indexOf(':', start) + 1;
  else if (text.charAt(start) === ':' && text.charAt(start + 1) !== ':') start++;
  if (start > from && text.charAt(start) === ':') return undefined;
  return isAddress(text.slice(start, end)) && isBelievable(scan, start, end) ? { start, end } : undefined;
}

/** RFC 4291, section 2.2: eight groups, or fewer with one `::`, the last two perhaps as IPv4. */
export function isAddress(candidate: string): boolean {
  const halves = candidate.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const endsAsIpv4 = last.includes('.');
  if (endsAsIpv4 && !isIpv4Address(last)) return false;
  const hex = endsAsIpv4 ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  const size = hex.length + (endsAsIpv4 ? 2 : 0);
  return halves.length === 2 ? size >= 1 && size <= 7 : size === 8;
}

/** Valid is not enough: `a::b` is a name in C++, `[1::2]` a slice in Python, eight pairs are a hardware address. */
function isBelievable(scan: ScanText, start: number, end: number): boolean {
  const address = scan.text.slice(start, end);
  const groups = address.split(/:+/).filter((group) => group !== '');
  if (!address.includes('::'))
    return groups.some((group) => group.length > 2) || groups.every((group) => group.length === 1);
  if (/[\w)\]]\[$/.test(scan.text.slice(Math.max(0, start - 2), start)) && !address.startsWith('::f')) return false;
  if (address === '::1') return true;
  if (address.startsWith('::')) return groups.length >= 2 || address.includes('.') || isNamed(scan, start);
  return isAllocated(groups[0] ?? '') || groups.length >= 4 || isNamed(scan, start);
}

/** IANA, IPv6 address space: global unicast, unique local, link-local, multicast, translation and discard prefixes. */
function isAllocated(group: string): boolean {
  const value = Number.parseInt(group, 16);
  const isWide = group.length === 4;
  return (
    (isWide && value >= 0x2000 && value <= 0x3fff) ||
    (isWide && value >= 0xfc00 && value <= 0xfdff) ||
    (isWide && value >= 0xfe80 && value <= 0xfeff) ||
    (isWide && value >= 0xff00) ||
    value === 0x64 ||
    value === 0x100
  );
}

function isNamed(scan: ScanText, start: number): boolean {
  return WORDS.test(textBefore(scan, start));
}

/** RFC 4007: the interface belongs to a link-local address. */
function withZone(text: string, span: Span): Span {
  ZONE.lastIndex = span.end;
  const zone = ZONE.exec(text)?.[0] ?? '';
  return { start: span.start, end: span.end + zone.replace(/[.-]+$/, '').length };
}
