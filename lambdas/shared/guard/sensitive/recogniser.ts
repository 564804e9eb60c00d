import type { ScanText, TextTraits } from '../scan-text';
import type { Span } from '../span';

/** Finds the spans of one kind in linear time. */
export interface Recogniser {
  /** False when a text with these traits cannot hold the kind: the cheap answer for most texts. */
  mayHold(traits: TextTraits): boolean;
  /** Spans in the plain text; they may overlap. */
  find(scan: ScanText): Span[];
}
