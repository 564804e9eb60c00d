/** Characters by which sets are compared: ASCII, and one each of what lies beyond it. */
const SAMPLE = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  'é',
  'ß',
  'Ж',
  '中',
  '\u2028',
  '😀',
];

/** A part of a pattern that repeats as a whole. */
interface Part {
  /** The characters of `SAMPLE` that it may begin with and consist of; of a group, of all that is in it. */
  readonly characters: ReadonlySet<string>;
  /** What a group holds, alternative by alternative; absent for one character. */
  readonly alternatives?: readonly (readonly Part[])[];
  /** Whether it may be absent. */
  readonly optional: boolean;
  /** Whether it may come any number of times. */
  readonly unbounded: boolean;
}

/**
 * Whether a pattern repeats something that can repeat inside in more than one way, such as `(a+)+`: a text that almost matches
 * would take exponential time. Only what is certain to be told apart by its first or last character passes, as in `a+(-a+)*`.
 *
 * @param pattern one that compiles
 */
export function repeatsAmbiguously(pattern: string): boolean {
  return new PatternReader(pattern).alternatives().some((parts) => parts.some(isAmbiguous));
}

function isAmbiguous({ alternatives, unbounded }: Part): boolean {
  if (alternatives === undefined) return false;
  if (alternatives.some((parts) => parts.some(isAmbiguous))) return true;
  if (!unbounded) return false;
  return alternatives.some((parts) => !isSeparated(parts)) || overlap(alternatives);
}

/** Whether one repetition of a sequence ends where the next must begin, however often its own parts repeat. */
function isSeparated(parts: readonly Part[]): boolean {
  const repeating = parts.flatMap(repeatedCharacters);
  if (repeating.length === 0) return true;
  return [parts[0], parts.at(-1)].some(
    (edge) =>
      edge !== undefined &&
      edge.alternatives === undefined &&
      !edge.optional &&
      !edge.unbounded &&
      !repeating.some((character) => edge.characters.has(character)),
  );
}

function repeatedCharacters(part: Part): string[] {
  if (part.unbounded) return [...part.characters];
  return (part.alternatives ?? []).flatMap((parts) => parts.flatMap(repeatedCharacters));
}

/** Whether two alternatives of one character each have a character in common. */
function overlap(alternatives: readonly (readonly Part[])[]): boolean {
  const single = alternatives.filter(([first, ...rest]) => first?.alternatives === undefined && rest.length === 0);
  const seen = new Set<string>();
  for (const [part] of single) {
    for (const character of part?.characters ?? []) {
      if (seen.has(character)) return true;
      seen.add(character);
    }
  }
  return false;
}

const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;
const GROUP = /^\((?:\?(?:<?[=!]|:|<\w+>))?/;
const CHARACTER =
  /^(?:\\(?:u\{[0-9a-f]+\}|u[0-9a-f]{4}|x[0-9a-f]{2}|p\{[^}]*\}|c[a-z]|k<\w+>|[1-9]\d*|.)|\[(?:\\.|[^\]\\])*\]|.)/isu;

/** Reads a pattern that compiles, so that nothing in it is malformed. */
class PatternReader {
  private rest: string;

  constructor(pattern: string) {
    this.rest = pattern;
  }

  alternatives(): Part[][] {
    const found: Part[][] = [[]];
    while (this.rest !== '' && !this.rest.startsWith(')')) {
      if (this.take(/^\|/) !== undefined) found.push([]);
      else found.at(-1)?.push(this.part());
    }
    return found;
  }

  private part(): Part {
    const group = this.take(GROUP);
    const alternatives = group === undefined ? undefined : this.alternatives();
    const source = group === undefined ? (this.take(CHARACTER) ?? '') : this.take(/^\)/);
    const quantifier = this.take(QUANTIFIER) ?? '';
    return {
      alternatives,
      characters: alternatives === undefined ? charactersOf(source ?? '') : new Set(alternatives.flat().flatMap(all)),
      optional: /^(?:[*?]|\{0)/.test(quantifier),
      unbounded: /^(?:[*+]|\{\d+,\})/.test(quantifier),
    };
  }

  private take(pattern: RegExp): string | undefined {
    const [found] = pattern.exec(this.rest) ?? [];
    if (found !== undefined) this.rest = this.rest.slice(found.length);
    return found;
  }
}

function all({ characters }: Part): string[] {
  return [...characters];
}

/** What one character of a pattern matches. A reference to a group may be anything. */
function charactersOf(source: string): ReadonlySet<string> {
  if (/^\\(?:k<|[1-9])/.test(source)) return new Set(SAMPLE);
  const one = new RegExp(`^(?:${source})$`, 'u');
  return new Set(SAMPLE.filter((character) => one.test(character)));
}
