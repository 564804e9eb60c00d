import { internationalNumbers } from './phone-international';
import { nationalNumbers } from './phone-national';
import type { Recogniser } from './recogniser';

export const phoneRecogniser: Recogniser = {
  mayHold: (traits) => traits.joinedDigits >= 7,
  find: (scan) => [...internationalNumbers(scan.text), ...nationalNumbers(scan)],
};
