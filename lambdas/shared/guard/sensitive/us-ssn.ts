import { labelledOtherwise, textBefore } from '../nearby-words';
import type { ScanText } from '../scan-text';
import type { Span } from '../span';
import type { Recogniser } from './recogniser';

const SEPARATED = /(?<![\w+])(?<!\d[.,-])(\d{3})( ?- ?| )(\d{2})\2(\d{4})(?!\w|[-.,]\d)/g;
/** Without its usual separators only where a word says what it is. */
const BARE = /(?<![\w+])(?<!\d[.,-])(\d{3})\.?(\d{2})\.?(\d{4})(?!\w|[-.,]\d)/g;

const WORDS = /(?:^|[^a-z])(?:ssn|ssa number|social[ -]?security|social sec|soc\.? sec|us ssn|taxpayer)/;

export const usSsnRecogniser: Recogniser = {
  mayHold: (traits) => traits.joinedDigits >= 9,
  find: (scan: ScanText): Span[] => {
    const found: Span[] = [];
    for (const match of scan.text.matchAll(SEPARATED)) {
      const [whole, area = '', , group = '', serial = ''] = match;
      if (!isAssignable(area, group, serial) || standsInRow(scan.text, match.index, whole)) continue;
      if (isNamed(scan, match.index) || !labelledOtherwise(scan, match.index)) found.push(spanOf(match.index, whole));
    }
    for (const match of scan.text.matchAll(BARE)) {
      const [whole, area = '', group = '', serial = ''] = match;
      if (isAssignable(area, group, serial) && isNamed(scan, match.index)) found.push(spanOf(match.index, whole));
    }
    return found;
  },
};

/** Social Security Administration: no area 000, 666 or 900-999, no group 00, no serial 0000. */
function isAssignable(area: string, group: string, serial: string): boolean {
  return area !== '000' && area !== '666' && !area.startsWith('9') && group !== '00' && serial !== '0000';
}

/** Apart by spaces among further numbers: a row of a table. */
function standsInRow(text: string, start: number, whole: string): boolean {
  if (!whole.includes(' ') || whole.includes('-')) return false;
  return (
    /\d[ ]$/.test(text.slice(Math.max(0, start - 2), start)) ||
    /^[ ]\d/.test(text.slice(start + whole.length, start + whole.length + 2))
  );
}

function isNamed(scan: ScanText, start: number): boolean {
  return WORDS.test(textBefore(scan, start));
}

function spanOf(start: number, whole: string): Span {
  return { start, end: start + whole.length };
}
