import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

/**
 * IAM user guide, unique identifiers: long-term and temporary keys, bearer tokens, context-specific credentials.
 * Other prefixes (AIDA, AROA) name users and roles and are no secret.
 */
const KEY = /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g;

export const awsAccessKeyRecogniser: Recogniser = {
  mayHold: (traits) => traits.longestRun >= 20,
  find: ({ text }: ScanText): Span[] =>
    Array.from(text.matchAll(KEY), ({ 0: key, index }) => ({ start: index, end: index + key.length })),
};
