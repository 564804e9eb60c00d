/** What a text says about its own shape that `JSON.parse` hides. */
export interface JsonShape {
  /** Names of the members of the outermost object, as often as they stand there. */
  readonly names: readonly string[];
  /** Deepest nesting of arrays and objects. */
  readonly depth: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Shape of a text that `JSON.parse` accepted. One pass, no recursion. */
export function shapeOfJson(text: string): JsonShape {
  const names: string[] = [];
  let depth = 0;
  let deepest = 0;
  let lastString = '';
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case QUOTE: {
        const end = endOfString(text, index);
        if (depth === 1) lastString = text.slice(index, end + 1);
        index = end;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        break;
      case 0x3a: // a colon after a string at this depth: only an object's member has one
        if (depth === 1) names.push(JSON.parse(lastString));
        break;
    }
  }
  return { names, depth: deepest };
}

/** Index of the quote that closes the string opened at `start`. */
export function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}

/** Up to 199 digits and an exponent of two stay below 1e298: nothing to look for. */
const MAY_OVERFLOW = /\d{200}|[eE]\+?\d{3}/;

/** Whether a number in the text is too large for a double: it would become infinite, and then null. */
export function hasInfiniteNumber(text: string, value: unknown): boolean {
  if (!MAY_OVERFLOW.test(text)) return false;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'number' && !Number.isFinite(next)) return true;
    if (typeof next === 'object' && next !== null) for (const member of Object.values(next)) rest.push(member);
  }
  return false;
}
