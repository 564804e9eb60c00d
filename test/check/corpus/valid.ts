import {
  ASYNCHRONOUS,
  BUDGET,
  CAPTURED,
  COMPONENT,
  LINEAR,
  REAL_TIME,
  ROLLING,
  SCALED,
  SERVERLESS,
  SHADOW,
} from './templates';
import { AT_THE_LIMIT } from './valid/at-the-limit';
import { FROM_PARAMETERS } from './valid/from-parameters';
import { type Valid, valid } from './valid-template';

const AS_THEY_ARE: readonly Valid[] = [
  valid('a real-time endpoint', REAL_TIME),
  valid('steps', LINEAR),
  valid('batches', ROLLING),
  valid('a serverless endpoint', SERVERLESS),
  valid('scaled instances', SCALED),
  valid('an asynchronous endpoint', ASYNCHRONOUS),
  valid('an inference component', COMPONENT),
  valid('a shadow variant', SHADOW),
  valid('data capture', CAPTURED),
  valid('a budget', BUDGET),
];

/** Templates in which nothing is wrong: as they are, at a limit, and with what only the deployment knows. */
export const VALID: readonly Valid[] = [...AS_THEY_ARE, ...AT_THE_LIMIT, ...FROM_PARAMETERS];
