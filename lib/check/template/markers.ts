import type { Resource } from './parts';

/**
 * What of a template only the deployment knows. Within texts it stands as a marker: a number between two characters of the
 * private use area, so that joined texts can be split, compared and read as JSON as if they were whole. Two markers are equal
 * only if they stand for the same thing.
 */
export interface Meaning {
  /** For people: `${Endpoint.EndpointName}`. */
  readonly shown: string;
  /** The attribute of a resource that is meant, where it is one. */
  readonly resource?: Resource;
  readonly attribute?: string;
  /** Whether there may be nothing at all, as with a condition that chooses `AWS::NoValue`. */
  readonly mayBeAbsent?: boolean;
}

const START = '\u{E000}';
const END = '\u{E001}';
const MARKER = /\u{E000}(\d+)\u{E001}/gu;
const WHOLE = /^\u{E000}(\d+)\u{E001}$/u;

export class Markers {
  private readonly meanings: Meaning[] = [];
  private readonly byKey = new Map<string, string>();

  /** The marker for what `key` identifies. */
  of(key: string, meaning: () => Meaning): string {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const marker = `${START}${this.meanings.push(meaning()) - 1}${END}`;
    this.byKey.set(key, marker);
    return marker;
  }

  /** What a text that is one marker stands for. */
  meaningOf(text: string): Meaning | undefined {
    const index = WHOLE.exec(text)?.[1];
    return index === undefined ? undefined : this.meanings[Number(index)];
  }

  /** The text as a pattern that any value of what is not known in it matches. Names of resources are names of their own. */
  withWildcards(text: string): string {
    return text.replace(MARKER, (marker, index: string) =>
      this.meanings[Number(index)]?.resource === undefined ? '*' : marker,
    );
  }

  /** The text for people. */
  show(text: string): string {
    return text.replace(MARKER, (_, index: string) => this.meanings[Number(index)]?.shown ?? '(unknown)');
  }
}

/** Whether the deployment decides a part of the text. */
export function hasMarker(text: string): boolean {
  return text.includes(START);
}
