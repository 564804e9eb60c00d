import type { Check } from '../../../cli/preflight/check';
import { preflight } from '../../../cli/preflight/preflight';
import { endpointQuota } from '../../../cli/preflight/quota-check';
import { TAG } from '../../../protocol/tags';
import { FakeCostTags } from '../finance/fake-cost-tags';
import { FakeAccount, type FakeParts } from './fake-account';
import { endpoint, GPU, type Resources, stageOf, target, templateOf, variant } from './templates';

export const QUOTA = endpointQuota(GPU);
export const ACTIVE = new FakeCostTags(Object.fromEntries(Object.values(TAG).map((key) => [key, 'active' as const])));

/** Checks of a stage of these resources in this account, but for the cost tags. */
export async function checksOf(resources: readonly Resources[], parts: FakeParts): Promise<Check[]> {
  const account = new FakeAccount(parts);
  const ports = { account: async () => account, costTags: async () => ACTIVE };
  const { checks } = await preflight(stageOf([templateOf(...resources)]), ports);
  return checks.filter(({ check }) => check !== 'cost tags');
}

/** Up to 4 instances, 8 during an update. */
export const STAGE = [endpoint([variant()]), target(4)];
export const OWN = 'spam-filter-pilot';

/** The check of the quota of the GPU type. */
export async function quotaCheckOf(resources: readonly Resources[], parts: FakeParts): Promise<Check | undefined> {
  return (await checksOf(resources, parts)).find(({ check }) => check === `quota "${QUOTA}"`);
}
