import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

const AT = /@|%40/g;

// Latin letters with marks are part of a word; other scripts are taken in only where the address itself is written in them,
// because they are often set beside an address without a space.
const LOCAL_LATIN = /[A-Za-z0-9._%+'\-\u00c0-\u024f]/;
const LOCAL_ANY = /[A-Za-z0-9._%+'\-\p{L}\p{N}\p{M}]/u;
const DOMAIN_LATIN = /[A-Za-z0-9.\-\u00c0-\u024f]/;
const DOMAIN_ANY = /[A-Za-z0-9.\-\p{L}\p{N}\p{M}]/u;

const MAX_LOCAL = 128;
const MAX_DOMAIN = 253;

/** Endings of file and unit names that are no top-level domain: `icon@2x.png`, `getty@tty1.service`. */
const FILE_ENDINGS: ReadonlySet<string> = new Set(
  (
    'png jpg jpeg gif svg webp avif bmp tiff ico heic js mjs cjs ts tsx jsx css scss less json jsonl yaml yml html htm xhtml ' +
    'xml txt pdf csv tsv log exe dll jar war class java cpp hpp rb lock toml ini conf cfg bak tmp gz tgz bz2 xz tar rar whl ' +
    'deb rpm service socket timer target mount slice scope sql db sqlite parquet avro ipynb'
  ).split(' '),
);

export const emailRecogniser: Recogniser = {
  mayHold: (traits) => traits.ats > 0,
  find: ({ text }: ScanText): Span[] => {
    const found: Span[] = [];
    let floor = 0;
    for (const match of text.matchAll(AT)) {
      const afterAt = match.index + match[0].length;
      const start = localStart(text, match.index, floor);
      floor = afterAt;
      if (start === undefined) continue;
      const end = domainEnd(text, afterAt);
      if (end === undefined || isOtherUse(text, start, match.index, end)) continue;
      found.push({ start, end });
    }
    return found;
  },
};

/** `floor`: where the sign before ended; a local part does not reach across it. */
function localStart(text: string, at: number, floor: number): number | undefined {
  if (text.charAt(at - 1) === '"') return quotedStart(text, at - 1);
  const allowed = text.charCodeAt(at - 1) < 0x250 ? LOCAL_LATIN : LOCAL_ANY;
  let start = at;
  while (start > floor && at - start < MAX_LOCAL && allowed.test(text.charAt(start - 1))) {
    // Two dots end a sentence or an ellipsis; no address has them.
    if (text.charAt(start - 1) === '.' && text.charAt(start) === '.') break;
    start--;
  }
  while (start < at && /[.%+'-]/.test(text.charAt(start))) start++;
  if (start === at || text.charAt(at - 1) === '.') return undefined;
  return start;
}

/** `"john doe"@example.com` */
function quotedStart(text: string, closing: number): number | undefined {
  const opening = text.lastIndexOf('"', closing - 1);
  const length = closing - opening;
  return opening === -1 || length < 2 || length > 66 || text.slice(opening, closing).includes('\n')
    ? undefined
    : opening;
}

function domainEnd(text: string, from: number): number | undefined {
  const allowed = text.charCodeAt(from) < 0x250 ? DOMAIN_LATIN : DOMAIN_ANY;
  let end = from;
  while (end < text.length && end - from <= MAX_DOMAIN && allowed.test(text.charAt(end))) end++;
  const labels = text.slice(from, end).split('.');
  for (let count = labels.length; count >= 2; count--) {
    const host = labels.slice(0, count - 1);
    const top = /^(?:xn--[a-z0-9-]{2,59}|\p{L}[\p{L}\p{M}]{1,23})(?![\p{L}\p{N}\p{M}])/iu.exec(
      labels[count - 1] ?? '',
    )?.[0];
    if (top === undefined || !host.every(isLabel)) continue;
    if (isVersion(host) || FILE_ENDINGS.has(top.toLowerCase())) return undefined;
    return from + host.join('.').length + 1 + top.length;
  }
  return undefined;
}

function isLabel(label: string): boolean {
  return label.length >= 1 && label.length <= 63 && !label.startsWith('-') && !label.endsWith('-');
}

/** `pkg@1.2.3-beta.rc`, `icon@2x.something` */
function isVersion([first = '', second = '']: readonly string[]): boolean {
  return /^\d{1,2}x$/.test(first) || (/^[v^~]?\d+$/.test(first) && /^\d/.test(second));
}

/** What looks like an address and is none: `git@host:path`, `scheme://user@host`, the handle `@user@host`. */
function isOtherUse(text: string, start: number, at: number, end: number): boolean {
  if (text.charAt(start - 1) === '@') return true;
  const local = text.slice(start, at);
  if (text.charAt(end) === ':' && (local === 'git' || /[/~]/.test(text.charAt(end + 1)))) return true;
  return isUserInfo(text.slice(Math.max(0, start - 80), start));
}

/** The text before ends within the user part of a URL. */
function isUserInfo(before: string): boolean {
  const scheme = /([a-z][a-z0-9+.-]{0,15}):\/\/[^\s/@<>"']{0,60}$/i.exec(before)?.[1]?.toLowerCase();
  return scheme !== undefined && scheme !== 'mailto';
}
