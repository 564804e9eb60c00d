import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { operationError } from '../../errors';
import type { Account } from '../ports';
import { ApplicationScaling } from './application-scaling';
import { SageMakerEndpoints } from './sagemaker-endpoints';
import { ServiceQuotas } from './service-quotas';

// Service Quotas throttles earlier than others, and a list of SageMaker's quotas has tens of pages.
const ATTEMPTS = 6;

/** The account of the environment's credentials, in `region` or else in the environment's own. */
export async function awsAccount(region: string | undefined): Promise<Account> {
  const config = { ...(region === undefined ? {} : { region }), maxAttempts: ATTEMPTS };
  const sageMaker = new SageMakerClient(config);
  return {
    region: await regionOf(sageMaker),
    quotas: new ServiceQuotas(new ServiceQuotasClient(config)),
    endpoints: new SageMakerEndpoints(sageMaker),
    scaling: new ApplicationScaling(new ApplicationAutoScalingClient(config)),
  };
}

async function regionOf(client: SageMakerClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw operationError(error, 'could not look into the account');
  }
}
