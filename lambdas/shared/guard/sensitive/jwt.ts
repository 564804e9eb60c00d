import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

/**
 * RFC 7519 in compact form: signed has three parts, the last empty when unsigned; encrypted has five.
 * The header is a JSON object, whose first bytes `{"`, `{ ` or `{` and a line end give `ey` or `ew` in base64url.
 */
const TOKEN =
  /(?<![A-Za-z0-9_-])e[wy][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)?(?![A-Za-z0-9_-])/g;

export const jwtRecogniser: Recogniser = {
  mayHold: (traits) => traits.dots >= 2 && traits.longestRun >= 6,
  find: ({ text }: ScanText): Span[] => {
    const found: Span[] = [];
    for (const { 0: token, index } of text.matchAll(TOKEN)) {
      if (namesAlgorithm(token.slice(0, token.indexOf('.')))) found.push({ start: index, end: index + token.length });
    }
    return found;
  },
};

function namesAlgorithm(part: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof header === 'object' && header !== null && 'alg' in header && typeof header.alg === 'string';
  } catch {
    return false;
  }
}
