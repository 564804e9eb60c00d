import type { SensitiveKind } from '../../../protocol/guard';
import { originalSpan } from './plain-text';
import type { ScanText } from './scan-text';
import type { Recognisers } from './sensitive/recognisers';
import type { NamedSpan, Span } from './span';
import type { TermMatcher } from './terms';
import { type TextsByPlace, textsOf } from './value-texts';

/** Spans of one text by its place in the value, in coordinates of the original text. */
export type SpansByPlace = TextsByPlace<readonly NamedSpan[]>;

/** One value under inspection: each kind and each list of terms is looked for once, whoever asks. */
export class Inspection {
  private collected: TextsByPlace<ScanText> | undefined;
  private readonly byKind = new Map<SensitiveKind, SpansByPlace>();
  private readonly byMatcher = new Map<TermMatcher, SpansByPlace>();

  public constructor(
    private readonly value: unknown,
    private readonly recognisers: Recognisers,
  ) {}

  public get texts(): TextsByPlace<ScanText> {
    this.collected ??= textsOf(this.value);
    return this.collected;
  }

  public sensitive(kind: SensitiveKind): SpansByPlace {
    return this.once(this.byKind, kind, (scan) => findKind(scan, kind, this.recognisers));
  }

  public terms(matcher: TermMatcher): SpansByPlace {
    return this.once(this.byMatcher, matcher, (scan) => findTerms(scan, matcher));
  }

  private once<K>(memory: Map<K, SpansByPlace>, key: K, find: (scan: ScanText) => readonly NamedSpan[]): SpansByPlace {
    const known = memory.get(key);
    if (known !== undefined) return known;
    const found = new Map<number, readonly NamedSpan[]>();
    for (const [place, scan] of this.texts) {
      const spans = find(scan);
      if (spans.length > 0) found.set(place, spans);
    }
    memory.set(key, found);
    return found;
  }
}

const NOTHING: readonly NamedSpan[] = [];

export function findKind(scan: ScanText, kind: SensitiveKind, recognisers: Recognisers): readonly NamedSpan[] {
  const recogniser = recognisers[kind];
  if (!recogniser.mayHold(scan.traits)) return NOTHING;
  return recogniser.find(scan).map(({ start, end }) => {
    const [from, to] = originalSpan(scan.plain, scan.original, start, end);
    return { start: from, end: to, name: kind };
  });
}

export function findTerms(scan: ScanText, matcher: TermMatcher): readonly NamedSpan[] {
  return matcher.find(scan.original).map(({ start, end }: Span) => ({ start, end, name: 'TERM' }));
}
