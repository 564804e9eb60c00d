import { textBefore } from '../nearby-words';
import type { ScanText } from '../scan-text';

/** So many zeros are an amount that was rounded. */
const ROUNDED = /0{6}$/;
/** Words and signs right before that go with an amount and not with a number to be called. */
const BEFORE =
  /(?:(?:^|[^\p{L}])(?:in|about|over|under|than|after|within|around|nearly|almost|every|since|until)\s|[$€£¥~<>])\s*$/u;
/** What is counted: a plural, or a part of something. */
const AFTER = /^ (?:of|people|(\p{Ll}{3,}s))(?!\p{L})|^ ?[%€$£¥]/u;
const REACH = 24;
/** End in s and are no plural, or are times at which to call. */
const NOT_COUNTED: ReadonlySet<string> = new Set(
  (
    'thanks this does always plus unless perhaps sometimes afterwards besides regards cheers towards across whereas yours ours hers ' +
    'theirs hours days weekdays weekends mornings afternoons evenings nights mondays tuesdays wednesdays thursdays fridays ' +
    'saturdays sundays'
  ).split(' '),
);

/**
 * A number in one piece without a trunk zero, near a word such as `call`, that counts something: `call me in 3000000 years`,
 * `cell 1234567 of the sheet`, `mobile 12345678 users`.
 */
export function isQuantity(scan: ScanText, index: number, number: string): boolean {
  if (!/^[1-9]\d*$/.test(number)) return false;
  if (ROUNDED.test(number) || BEFORE.test(textBefore(scan, index))) return true;
  const end = index + number.length;
  const after = AFTER.exec(scan.text.slice(end, end + REACH));
  return after !== null && !NOT_COUNTED.has(after[1] ?? '');
}
