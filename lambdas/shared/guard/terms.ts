import { foldedText } from './folded-text';
import { PLACEHOLDER, type Span } from './span';

/** Finds whole words and phrases; the longest at each place. */
export interface TermMatcher {
  find(text: string): readonly Span[];
}

interface Node {
  readonly next: Map<number, Node>;
  isEnd: boolean;
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts that set words beside each other without a space, so that a word may begin and end anywhere. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const SPACE = 0x20;

export function compileTerms(terms: readonly string[]): TermMatcher {
  const root: Node = { next: new Map(), isEnd: false };
  for (const term of terms) plant(root, foldedText(term).text.trim().replace(/\s+/g, ' '));
  return { find: (text) => search(root, text) };
}

function plant(root: Node, term: string): void {
  let node = root;
  for (let i = 0; i < term.length; i++) {
    const unit = term.charCodeAt(i);
    let next = node.next.get(unit);
    if (next === undefined) {
      next = { next: new Map(), isEnd: false };
      node.next.set(unit, next);
    }
    node = next;
  }
  node.isEnd = true;
}

function search(root: Node, original: string): readonly Span[] {
  const { text, origin, ends } = foldedText(original);
  const found: Span[] = [];
  for (let i = 0; i < text.length; i++) {
    if (!root.next.has(text.charCodeAt(i)) || isInsideWord(text, i)) continue;
    const end = longestFrom(root, text, i);
    if (end === undefined) continue;
    found.push({ start: origin?.[i] ?? i, end: ends?.[end - 1] ?? end });
    i = end - 1;
  }
  return found.length === 0 ? found : outsidePlaceholders(original, found);
}

function longestFrom(root: Node, text: string, from: number): number | undefined {
  let node: Node | undefined = root;
  let end: number | undefined;
  let i = from;
  while (i < text.length) {
    const isSpace = isWhitespace(text.charCodeAt(i));
    node = node.next.get(isSpace ? SPACE : text.charCodeAt(i));
    if (node === undefined) break;
    i++;
    if (isSpace) while (isWhitespace(text.charCodeAt(i))) i++;
    if (node.isEnd && !isInsideWord(text, i)) end = i;
  }
  return end;
}

/** Both sides of the place belong to one word. */
function isInsideWord(text: string, index: number): boolean {
  return isSpacedWord(text, index - 1) && isSpacedWord(text, index);
}

function isSpacedWord(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (Number.isNaN(unit)) return false;
  if (unit < 0x80) return isAsciiWord(unit);
  // Either half of a pair stands for the whole character.
  const start = unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
  const character = String.fromCodePoint(text.codePointAt(start) ?? unit);
  return WORD.test(character) && !UNSPACED.test(character);
}

function isAsciiWord(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f || (unit >= 0x41 && unit <= 0x5a)
  );
}

function isWhitespace(unit: number): boolean {
  return unit === SPACE || (unit >= 0x09 && unit <= 0x0d) || unit === 0x2028 || unit === 0x2029 || unit === 0x85;
}

/** A term may be the very word that stands in a placeholder. */
function outsidePlaceholders(original: string, found: readonly Span[]): readonly Span[] {
  const inside = new Set<number>();
  for (const { 0: name, index } of original.matchAll(PLACEHOLDER)) {
    for (let i = index; i < index + name.length; i++) inside.add(i);
  }
  return inside.size === 0 ? found : found.filter(({ start, end }) => !inside.has(start) && !inside.has(end - 1));
}
