import { describe, expect, it } from 'vitest';
import { preflight } from '../../../cli/preflight/preflight';
import { ACTIVE, QUOTA, quotaCheckOf, STAGE } from './check-of';
import { configsOf, FakeAccount, type FakeParts, hosted } from './fake-account';
import { endpoint, GPU, stageOf, templateOf, variant } from './templates';

describe('what other endpoints use', () => {
  const beside = (endpoints: FakeParts['endpoints'], applied: number, configs: FakeParts['configs'] = {}) =>
    quotaCheckOf(STAGE, { applied: { [QUOTA]: applied }, endpoints, configs });
  const part = { name: 'AllTraffic', instances: 3, concurrency: 0, instanceType: undefined, pools: [] };

  it('is counted by type', async () => {
    const configs = { 'other-config': { AllTraffic: ['ml.c7i.large'] } };
    expect(await beside([hosted('other', 3)], 8, configs)).toMatchObject({
      result: 'passed',
      text: expect.stringContaining('use 0'),
    });
  });

  it('is counted by pool where a variant has pools', async () => {
    const pools = [
      { instanceType: GPU, instances: 1 },
      { instanceType: 'ml.g6.xlarge', instances: 2 },
    ];
    const other = {
      name: 'other',
      configName: 'other-config',
      asynchronous: false,
      variants: [{ ...part, pools }],
      pending: [],
    };
    expect(await beside([other], 9)).toMatchObject({ result: 'passed', text: expect.stringContaining('use 1,') });
  });

  it('includes what an update that is under way adds', async () => {
    const other = { ...hosted('other', 3), pending: [{ ...part, instanceType: GPU }] };
    expect(await beside([other], 13, configsOf('other'))).toMatchObject({
      result: 'failed',
      text: expect.stringContaining('use 6,'),
    });
  });

  it('of a type that nobody knows any longer makes a warning, unless there is room for it anyway', async () => {
    expect(await beside([hosted('other', 3)], 10)).toMatchObject({
      result: 'warning',
      text: expect.stringContaining('the configs of other do not say of what type 3 more instances are'),
    });
    expect(await beside([hosted('other', 3)], 11)).toMatchObject({ result: 'passed' });
  });

  it('of pools whose counts SageMaker does not give is of no known type either', async () => {
    const configs = { 'other-config': { AllTraffic: ['ml.c7i.large', GPU] } };
    expect(await beside([hosted('other', 3)], 10, configs)).toMatchObject({
      result: 'warning',
      text: expect.stringContaining('the configs of other do not say of what type'),
    });
  });

  it('is read of many endpoints, of which some are gone since they were listed', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `other-${index}`);
    const account = new FakeAccount({
      applied: { [QUOTA]: 100 },
      endpoints: names.map((name) => hosted(name, 1)),
      configs: configsOf(...names),
    });
    const { describe: read } = account.endpoints;
    account.endpoints.describe = async (name) => (name === 'other-3' ? undefined : read(name));
    const ports = { account: async () => account, costTags: async () => ACTIVE };
    const { checks } = await preflight(stageOf([templateOf(...STAGE)]), ports);
    expect(checks[0]?.text).toContain('use 11,');
  });

  it("may contain the stage's own where its name is not known, and a short quota says so", async () => {
    const parts = {
      applied: { [QUOTA]: 4 },
      endpoints: [hosted('Endpoint-1A2B', 2)],
      configs: configsOf('Endpoint-1A2B'),
    };
    expect(await quotaCheckOf([endpoint([variant({ InitialInstanceCount: 2 })], { name: null })], parts)).toMatchObject(
      {
        result: 'failed',
        text: expect.stringMatching(
          /; Endpoint of this stage may be among them, as its name is known only at deployment$/,
        ),
      },
    );
  });
});
