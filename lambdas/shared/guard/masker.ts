import type { SensitiveKind } from '../../../protocol/guard';
import { findKind, findTerms, type Inspection, type SpansByPlace } from './inspection';
import { scanText } from './scan-text';
import type { Recognisers } from './sensitive/recognisers';
import { mergeSpans, type NamedSpan, replaceSpans } from './span';
import type { TermMatcher } from './terms';
import { type TextsByPlace, withTexts } from './value-texts';

/** What is taken out for one reader: the model, or the record. */
export interface MaskSet {
  readonly kinds: readonly SensitiveKind[];
  readonly terms: readonly TermMatcher[];
}

/** How often a masked text is looked at again before it is given up whole. */
const MAX_ROUNDS = 4;

export function masked(value: unknown, inspection: Inspection, set: MaskSet, recognisers: Recognisers): unknown {
  const sources: SpansByPlace[] = [
    ...set.kinds.map((kind) => inspection.sensitive(kind)),
    ...set.terms.map((matcher) => inspection.terms(matcher)),
  ];
  return withTexts(value, maskedTexts(inspection, sources, set, recognisers));
}

function maskedTexts(
  inspection: Inspection,
  sources: readonly SpansByPlace[],
  set: MaskSet,
  recognisers: Recognisers,
): TextsByPlace<string> {
  const places = new Set(sources.flatMap((source) => [...source.keys()]));
  const replaced = new Map<number, string>();
  for (const place of places) {
    const scan = inspection.texts.get(place);
    if (scan === undefined) continue;
    const spans = sources.flatMap((source) => source.get(place) ?? []);
    replaced.set(place, maskText(scan.original, scan.key, spans, set, recognisers));
  }
  return replaced;
}

/**
 * What stood beside a span may become one when that span is gone (a number loses the digits that joined it), so the
 * masked text is looked at again until nothing is found in it.
 */
function maskText(
  text: string,
  key: string,
  spans: readonly NamedSpan[],
  set: MaskSet,
  recognisers: Recognisers,
): string {
  let current = text;
  let found = spans;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    current = replaceSpans(current, mergeSpans(found));
    const scan = scanText(current, key);
    found = [
      ...set.kinds.flatMap((kind) => findKind(scan, kind, recognisers)),
      ...set.terms.flatMap((matcher) => findTerms(scan, matcher)),
    ];
    if (found.length === 0) return current;
  }
  return `[${found[0]?.name ?? 'TERM'}]`;
}
