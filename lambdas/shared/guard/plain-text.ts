/**
 * Text as a reader sees it: full-width and other digits as ASCII, invisible characters gone, dashes and spaces of every
 * kind as `-` and a space. Keeps where each character came from, so that a span leads back to the original.
 */
export interface PlainText {
  readonly text: string;
  /** Index in the original of each code unit; undefined when both are the same text. */
  readonly origin: Int32Array | undefined;
}

const UNKNOWN = 0;
const KEEP = 1;
const DROP = 2;
/** A table entry above this is the replacing ASCII code plus this. */
const REPLACE = 2;

// Filled as characters are met: normalising each of the 65,536 at cold start would take longer than all else.
const table = new Uint8Array(0x10000);

const INVISIBLE = /\p{Cf}|\u034f|[\u115f\u1160]|[\u17b4\u17b5]|[\u180b-\u180f]|\u20e3|\u3164|[\ufe00-\ufe0f]|\uffa0/u;
const DASH = /[\p{Pd}\u2043\u2212]/u;
const SPACE = /\p{Zs}/u;
const DIGIT = /\p{Nd}/u;
const NON_ASCII = /[^\x00-\x7f]/;

export function plainText(original: string): PlainText {
  return !NON_ASCII.test(original) || firstChanged(original) === -1
    ? { text: original, origin: undefined }
    : rewrite(original);
}

/** The span in the original that a span of the plain text stands for. */
export function originalSpan(plain: PlainText, original: string, start: number, end: number): [number, number] {
  const { origin } = plain;
  if (origin === undefined) return [start, end];
  const last = origin[end - 1] ?? 0;
  const width = (original.codePointAt(last) ?? 0) > 0xffff ? 2 : 1;
  return [origin[start] ?? 0, last + width];
}

function firstChanged(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f && verdictAt(text, i, unit) !== KEEP) return i;
  }
  return -1;
}

function rewrite(original: string): PlainText {
  const units = new Uint16Array(original.length);
  const origin = new Int32Array(original.length);
  let length = 0;
  for (let i = 0; i < original.length; i++) {
    const unit = original.charCodeAt(i);
    const verdict = unit <= 0x7f ? KEEP : verdictAt(original, i, unit);
    if (verdict !== DROP) {
      units[length] = verdict === KEEP ? unit : verdict - REPLACE;
      origin[length++] = i;
    }
    // Only a pair is ever replaced or dropped by its first half; its second half goes with it.
    if (verdict !== KEEP && isHighSurrogate(unit)) i++;
  }
  const text = Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
  return { text, origin };
}

function verdictAt(text: string, index: number, unit: number): number {
  if (isHighSurrogate(unit)) {
    const code = text.codePointAt(index) ?? unit;
    return code > 0xffff ? judge(code) : KEEP;
  }
  let verdict = table[unit] ?? KEEP;
  if (verdict === UNKNOWN) {
    verdict = judge(unit);
    table[unit] = verdict;
  }
  return verdict;
}

function judge(code: number): number {
  // Emoji and other pictographs are most of the astral text there is, and nothing there is to replace.
  if (code >= 0x1f000 && code < 0xe0000) return code >= 0x1fbf0 && code <= 0x1fbf9 ? asciiDigit(code - 0x1fbf0) : KEEP;
  const char = String.fromCodePoint(code);
  if (INVISIBLE.test(char)) return DROP;
  if (DASH.test(char)) return REPLACE + 0x2d;
  if (SPACE.test(char)) return REPLACE + 0x20;
  if (DIGIT.test(char)) return asciiDigit(digitValue(code));
  const compatible = char.normalize('NFKC');
  const ascii = compatible.length === 1 ? compatible.charCodeAt(0) : 0x80;
  if (ascii <= 0x7f) return REPLACE + ascii;
  // The full stops of Chinese and Japanese typing are read as dots in addresses.
  return code === 0x3002 || code === 0xff61 ? REPLACE + 0x2e : KEEP;
}

/** Decimal digits come in blocks of ten, zero first, so the distance to the start of the blocks gives the value. */
function digitValue(code: number): number {
  let start = code;
  while (DIGIT.test(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}

function asciiDigit(value: number): number {
  return REPLACE + 0x30 + value;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
