import type { SensitiveKind } from '../../../../protocol/guard';
import { awsAccessKeyRecogniser } from './aws-access-key';
import { awsSecretKeyRecogniser } from './aws-secret-key';
import { cardRecogniser } from './card';
import { emailRecogniser } from './email';
import { ibanRecogniser } from './iban';
import { ipv4Recogniser } from './ipv4';
import { ipv6Recogniser } from './ipv6';
import { jwtRecogniser } from './jwt';
import { phoneRecogniser } from './phone';
import type { Recogniser } from './recogniser';
import { usSsnRecogniser } from './us-ssn';

export type Recognisers = Readonly<Record<SensitiveKind, Recogniser>>;

export const RECOGNISERS: Recognisers = {
  CARD: cardRecogniser,
  IBAN: ibanRecogniser,
  EMAIL: emailRecogniser,
  PHONE: phoneRecogniser,
  US_SSN: usSsnRecogniser,
  IPV4: ipv4Recogniser,
  IPV6: ipv6Recogniser,
  AWS_ACCESS_KEY: awsAccessKeyRecogniser,
  AWS_SECRET_KEY: awsSecretKeyRecogniser,
  JWT: jwtRecogniser,
};
