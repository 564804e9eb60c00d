import { findKind } from '../../../lambdas/shared/guard/inspection';
import { scanText } from '../../../lambdas/shared/guard/scan-text';
import { RECOGNISERS } from '../../../lambdas/shared/guard/sensitive/recognisers';
import { mergeSpans, type NamedSpan } from '../../../lambdas/shared/guard/span';
import type { SensitiveKind } from '../../../protocol/guard';
import { ALL_KINDS } from '../policies';

/** Merged spans of all the kinds in a text that stands under `key`. */
export function spansIn(text: string, kinds: readonly SensitiveKind[] = ALL_KINDS, key = ''): NamedSpan[] {
  const scan = scanText(text, key);
  return mergeSpans(kinds.flatMap((kind) => [...findKind(scan, kind, RECOGNISERS)]));
}

/** The texts of one kind that are found. */
export function found(kind: SensitiveKind, text: string, key = ''): string[] {
  return spansIn(text, [kind], key).map(({ start, end }) => text.slice(start, end));
}
