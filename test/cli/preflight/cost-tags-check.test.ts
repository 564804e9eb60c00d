import { describe, expect, it } from 'vitest';
import { CliError } from '../../../cli/errors';
import { NoCredentials } from '../../../cli/finance/cost-tags';
import { preflight } from '../../../cli/preflight/preflight';
import { TAG } from '../../../protocol/tags';
import { FakeCostTags } from '../finance/fake-cost-tags';
import { FakeAccount } from './fake-account';
import { stageOf, templateOf } from './templates';

async function checkOf(costTags: FakeCostTags) {
  const ports = { account: async () => new FakeAccount(), costTags: async () => costTags };
  const { checks } = await preflight(stageOf([templateOf()]), ports);
  return checks[0];
}

describe('the cost tags of a stage', () => {
  it('pass when the one that the budget counts by is active, and name the others that are not', async () => {
    const all = Object.fromEntries(Object.values(TAG).map((key) => [key, 'active' as const]));
    expect(await checkOf(new FakeCostTags(all))).toMatchObject({
      result: 'passed',
      text: 'slipway:deployment is active',
    });
    expect(await checkOf(new FakeCostTags({ ...all, [TAG.owner]: 'inactive' }))).toMatchObject({
      result: 'passed',
      text: 'slipway:deployment is active; optional and not active: slipway:owner',
    });
  });

  it.each([
    [
      'inactive',
      { [TAG.deployment]: 'inactive' as const },
      'slipway:deployment is not active: the budget of the stage reads 0 for ever',
      'activate slipway:deployment, with credentials of the account that pays',
    ],
    [
      'not seen yet',
      {},
      'billing has not seen slipway:deployment yet: until it is active, the budget of the stage reads 0',
      'deploy, wait up to 24 hours, then activate slipway:deployment',
    ],
  ])('are a warning with the command while %s', async (_, statuses, text, step) => {
    const costTags = new FakeCostTags(statuses);
    const toDo = [{ step, command: 'npx slipway finance setup pilot --yes' }];
    expect(await checkOf(costTags)).toMatchObject({ result: 'warning', text, toDo });
    expect(costTags.activations).toEqual([]);
  });

  it('that nobody may read are not run with the reason, which stops no deployment', async () => {
    const refused = new CliError('access denied; it needs the permission ce:ListCostAllocationTags', 1);
    expect(await checkOf(new FakeCostTags({}, refused))).toMatchObject({
      result: 'not run',
      text: expect.stringContaining('ce:ListCostAllocationTags'),
      decisive: false,
      noCredentials: false,
    });
    expect(await checkOf(new FakeCostTags({}, new NoCredentials()))).toMatchObject({
      result: 'not run',
      text: expect.stringContaining('no AWS credentials were found'),
      noCredentials: true,
    });
  });
});
