interface Pattern {
  readonly bytes: Buffer;
  /** Bytes of a character. */
  readonly width: 1 | 2;
}

/** Whether there are bytes before these, and after them. */
export interface Part {
  readonly before: boolean;
  readonly after: boolean;
}

/** Bytes of a character that JSON escapes: `\u002B`. */
const ESCAPED = 6;

const WHOLE: Part = { before: false, after: false };

/** A value this short, or a number, stands in many a longer word: it counts only where it is a word of its own. */
const SHORT = 4;

/** A text as bytes may hold it that were never understood: in other encodings, and escaped as CSV and JSON do. */
export class BytePatterns {
  private readonly patterns: readonly Pattern[];
  private readonly wholeWords: boolean;
  /** Bytes of what came before that must be looked at again with what comes next. */
  readonly overlap: number;

  constructor(text: string) {
    const json = JSON.stringify(text).slice(1, -1);
    const forms = new Set([
      text,
      text.replaceAll('"', '""'),
      json,
      json.replaceAll('/', '\\/'),
      escaped(json, (hex) => hex),
      escaped(json, (hex) => hex.toUpperCase()),
    ]);
    this.patterns = [...forms].flatMap(encodings);
    this.wholeWords = text.length < SHORT || /^[\d.+-]+$/.test(text);
    // With the characters on both sides, and each as JSON may escape it.
    this.overlap = ESCAPED * Math.max(...this.patterns.map(({ bytes }) => bytes.length)) + 2 * ESCAPED;
  }

  /** Of a part of a stream: what may be part of a longer word that was cut is judged with the part in which it is whole. */
  in(bytes: Buffer, part: Part = WHOLE): boolean {
    if (this.patterns.some((pattern) => this.has(bytes, pattern, part))) return true;
    if (!bytes.includes('\\u00')) return false;
    const plain = Buffer.from(
      bytes
        .toString('latin1')
        .replace(/\\u00([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
    return this.patterns.some((pattern) => this.has(plain, pattern, part));
  }

  private has(bytes: Buffer, { bytes: wanted, width }: Pattern, { before, after: more }: Part): boolean {
    if (wanted.length === 0) return false;
    for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) {
      if (!this.wholeWords) return true;
      const after = at + wanted.length;
      if ((more && after + width > bytes.length) || (before && at < width)) continue;
      if (!isWord(bytes.subarray(Math.max(0, at - width), at)) && !isWord(bytes.subarray(after, after + width)))
        return true;
    }
    return false;
  }
}

function encodings(text: string): Pattern[] {
  const little = Buffer.from(text, 'utf16le');
  const patterns: Pattern[] = [
    { bytes: Buffer.from(text, 'utf8'), width: 1 },
    { bytes: little, width: 2 },
    { bytes: Buffer.from(little).swap16(), width: 2 },
  ];
  // Characters that Latin-1 does not have would become others.
  if (/^[\u0000-\u00ff]*$/.test(text)) patterns.push({ bytes: Buffer.from(text, 'latin1'), width: 1 });
  return patterns;
}

/** Characters beyond ASCII as `\uXXXX`. */
function escaped(json: string, digits: (hex: string) => string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${digits(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`);
}

/** Whether a character, of one byte or of two in either order, is a letter or digit. */
function isWord(character: Buffer): boolean {
  return /[0-9A-Za-z]/.test(character.toString('latin1'));
}
