import type { SensitiveKind } from '../../../protocol/guard';
import { findKind, findTerms, type Inspection, type SpansByPlace } from './inspection';
import { scanText } from './scan-text';
import type { Recognisers } from './sensitive/recognisers';
import { mergeSpans, type NamedSpan, replaceSpans } from './span';
import type { TermMatcher } from './terms';
import { withTexts } from './value-texts';

/** What is taken out for one reader: the model, or the record. */
export interface MaskSet {
  readonly kinds: readonly SensitiveKind[];
  readonly terms: readonly TermMatcher[];
}

/** How often a masked text is looked at again before it is given up whole. */
const MAX_ROUNDS = 4;

/** A text as it was masked for one reader, kept for the next. */
interface Settled {
  readonly spans: number;
  readonly text: string;
}

/** Masks one value for several readers. */
export class Masker {
  private readonly settled = new Map<number, Settled>();

  public constructor(
    private readonly inspection: Inspection,
    private readonly recognisers: Recognisers,
  ) {}

  /**
   * The value without what the set names. A later set may name less than an earlier one, not other things: where it has
   * as many spans, the text is the same and is not masked again.
   */
  public mask(value: unknown, set: MaskSet): unknown {
    const sources: SpansByPlace[] = [
      ...set.kinds.map((kind) => this.inspection.sensitive(kind)),
      ...set.terms.map((matcher) => this.inspection.terms(matcher)),
    ];
    const places = new Set(sources.flatMap((source) => [...source.keys()]));
    const replaced = new Map<number, string>();
    for (const place of places) replaced.set(place, this.maskedText(place, sources, set));
    return withTexts(value, replaced);
  }

  private maskedText(place: number, sources: readonly SpansByPlace[], set: MaskSet): string {
    const scan = this.inspection.texts.get(place);
    if (scan === undefined) return '';
    const spans = sources.flatMap((source) => source.get(place) ?? []);
    const settled = this.settled.get(place);
    if (settled?.spans === spans.length) return settled.text;
    let text = replaceSpans(scan.original, mergeSpans(spans));
    const left = findAll(text, scan.key, set, this.recognisers);
    if (left.length === 0) this.settled.set(place, { spans: spans.length, text });
    else text = maskAgain(text, scan.key, left, set, this.recognisers);
    return text;
  }
}

/**
 * What stood beside a span may become one when that span is gone (a number loses the digits that joined it), so the
 * masked text is looked at again until nothing is found in it.
 */
function maskAgain(
  text: string,
  key: string,
  left: readonly NamedSpan[],
  set: MaskSet,
  recognisers: Recognisers,
): string {
  let current = text;
  let found = left;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    current = replaceSpans(current, mergeSpans(found));
    found = findAll(current, key, set, recognisers);
    if (found.length === 0) return current;
  }
  return `[${found[0]?.name ?? 'TERM'}]`;
}

function findAll(text: string, key: string, set: MaskSet, recognisers: Recognisers): NamedSpan[] {
  const scan = scanText(text, key);
  return [
    ...set.kinds.flatMap((kind) => findKind(scan, kind, recognisers)),
    ...set.terms.flatMap((matcher) => findTerms(scan, matcher)),
  ];
}
