import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  type ServiceQuota,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import type { Quota, Quotas } from '../ports';
import { SERVICE_CODE } from '../quota-check';
import { called } from './aws-failure';

interface Page {
  readonly Quotas?: readonly ServiceQuota[];
  readonly NextToken?: string;
}

// The most that a page can have: SageMaker has thousands of quotas.
const PAGE = 100;

/** The quotas of SageMaker. They can be listed by code only, and codes are not known beforehand. */
export class ServiceQuotas implements Quotas {
  constructor(private readonly client: ServiceQuotasClient) {}

  applied(names: readonly string[]): Promise<readonly Quota[]> {
    return found(names, 'applied', (NextToken) =>
      called('servicequotas:ListServiceQuotas', () =>
        this.client.send(new ListServiceQuotasCommand({ ServiceCode: SERVICE_CODE, MaxResults: PAGE, NextToken })),
      ),
    );
  }

  defaults(names: readonly string[]): Promise<readonly Quota[]> {
    return found(names, 'default', (NextToken) =>
      called('servicequotas:ListAWSDefaultServiceQuotas', () =>
        this.client.send(
          new ListAWSDefaultServiceQuotasCommand({ ServiceCode: SERVICE_CODE, MaxResults: PAGE, NextToken }),
        ),
      ),
    );
  }
}

/** Reads pages until all names are found or there are no more. */
async function found(
  names: readonly string[],
  source: Quota['source'],
  page: (token: string | undefined) => Promise<Page>,
): Promise<readonly Quota[]> {
  const quotas = new Map<string, Quota>();
  let token: string | undefined;
  do {
    const { Quotas: listed = [], NextToken } = await page(token);
    for (const quota of listed.flatMap((one) => quotaOf(one, source))) {
      if (names.includes(quota.name)) quotas.set(quota.name, quota);
    }
    token = NextToken;
  } while (token !== undefined && quotas.size < names.length);
  return [...quotas.values()];
}

function quotaOf(
  { QuotaName, QuotaCode, Value, Adjustable = false, ErrorReason }: ServiceQuota,
  source: Quota['source'],
): Quota[] {
  if (QuotaName === undefined || QuotaCode === undefined) return [];
  // With an error Service Quotas did not learn the value, whatever number it sends.
  const value = ErrorReason === undefined ? Value : undefined;
  return [{ name: QuotaName, code: QuotaCode, value, adjustable: Adjustable, source }];
}
