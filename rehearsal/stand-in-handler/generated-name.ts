import { randomBytes } from 'node:crypto';
import type { StandInRequest } from './stand-in';

/** Longest name that SageMaker takes. */
const MAX_NAME = 63;
const SUFFIX = 12;

/** A name as CloudFormation makes one where the template gives none: another one for every physical resource. */
export function generatedName({ stack, logicalId }: Pick<StandInRequest, 'stack' | 'logicalId'>): string {
  const beginning = `${stack}-${logicalId}`.slice(0, MAX_NAME - SUFFIX - 1).replace(/-+$/, '');
  return `${beginning}-${randomBytes(SUFFIX / 2).toString('hex')}`;
}
