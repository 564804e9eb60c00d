import { textBefore } from '../nearby-words';
import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

const DOTTED = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\w|-[A-Za-z])/g;

/** Words and signs right before that make it a version, a section or an object identifier. */
const NOT_ADDRESS =
  /(?:^|[^\p{L}])(?:versions?|vers|ver|v|release|rel|build|firmware|fw|rev|revision|patch|update|upgrade|driver|chapter|section|sect?|clause|article|figure|table|§|§§|kapitel|abschnitt|oid|upgraded? to|updated? to)[\s:#.=\-"'(]*$|(?:==|>=|<=|~=|!=|[~^])\s?$|\p{L}[/_-]$/u;

const JOINT = /^[\s,;/>-]*(?:(?:to|and|or|through|und|bis|oder|et|ou|y)\s+)?(?:v\.?\s?)?$/i;
const LONGEST_JOINT = 12;

export const ipv4Recogniser: Recogniser = {
  mayHold: (traits) => traits.dots >= 3 && traits.digits >= 4,
  find: (scan: ScanText): Span[] => {
    const found: Span[] = [];
    let otherEnd: number | undefined;
    for (const match of scan.text.matchAll(DOTTED)) {
      const end = match.index + match[0].length;
      if (!isAddress(match[0]) || isVersionLike(match[0], scan.text.charAt(end))) continue;
      const goesOn = otherEnd !== undefined && isJoint(scan.text, otherEnd, match.index);
      if (goesOn || NOT_ADDRESS.test(textBefore(scan, match.index))) otherEnd = end;
      else found.push({ start: match.index, end });
    }
    return found;
  },
};

/** Four numbers up to 255, without leading zeros, which some parsers read as octal. */
export function isAddress(dotted: string): boolean {
  const octets = dotted.split('.');
  return octets.length === 4 && octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
}

/**
 * `4.0.0.0` is a version unless it is a well-known network or has a prefix length. So is `0.1.2.3`: of the network 0 (RFC 1122)
 * only its first address stands anywhere.
 */
function isVersionLike(dotted: string, next: string): boolean {
  if (next === '/') return false;
  if (dotted.startsWith('0.')) return dotted !== '0.0.0.0';
  return /^\d+\.0\.0\.0$/.test(dotted) && !/^(?:10|127)\./.test(dotted);
}

/** Only a joining word or sign stands between: `version 1.2.3.4 to 1.2.3.5` has two versions. */
function isJoint(text: string, from: number, to: number): boolean {
  return to - from <= LONGEST_JOINT && JOINT.test(text.slice(from, to));
}
