import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ProductionContract } from '../contract/api';

/** Fires in the first period that breaches; absence of data is no failure. */
export const AT_ONCE = {
  comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

/** What availability leaves, in percent, without the noise of floating point. */
export function allowedFailures(contract: ProductionContract): number {
  return Number((100 - contract.availability).toFixed(6));
}
