import { SECRET_KINDS, type SensitiveKind } from '../../../protocol/guard';

/** Half-open range of UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type MaskName = SensitiveKind | 'TERM';

export interface NamedSpan extends Span {
  readonly name: MaskName;
}

/** Text that stands where something was masked; recognisers and terms leave it alone, so masking is idempotent. */
export const PLACEHOLDER = /\[(?:CARD|IBAN|EMAIL|PHONE|US_SSN|IPV4|IPV6|AWS_ACCESS_KEY|AWS_SECRET_KEY|JWT|TERM)\]/g;

const SECRETS: ReadonlySet<string> = new Set(SECRET_KINDS);

/**
 * Spans that overlap become one, so that nothing of either survives. The one names it that is a secret, or else the
 * longest, or else the first.
 */
export function mergeSpans(spans: readonly NamedSpan[]): NamedSpan[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: NamedSpan[] = [];
  let leader: NamedSpan | undefined;
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || leader === undefined || span.start >= last.end) {
      merged.push(span);
      leader = span;
      continue;
    }
    if (outranks(span, leader)) leader = span;
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end), name: leader.name };
  }
  return merged;
}

function outranks(a: NamedSpan, b: NamedSpan): boolean {
  const secret = Number(SECRETS.has(a.name)) - Number(SECRETS.has(b.name));
  return secret !== 0 ? secret > 0 : a.end - a.start > b.end - b.start;
}

/** `spans` as `mergeSpans` leaves them: in order, without overlap. */
export function replaceSpans(text: string, spans: readonly NamedSpan[]): string {
  let masked = '';
  let from = 0;
  for (const { start, end, name } of spans) {
    masked += `${text.slice(from, start)}[${name}]`;
    from = end;
  }
  return masked + text.slice(from);
}
