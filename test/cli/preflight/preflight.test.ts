import { describe, expect, it } from 'vitest';
import { NoCredentials } from '../../../cli/finance/cost-tags';
import { preflight } from '../../../cli/preflight/preflight';
import { FakeCostTags } from '../finance/fake-cost-tags';
import { ACTIVE, checksOf, OWN, QUOTA, STAGE } from './check-of';
import { configsOf, FakeAccount, type FakeParts, hosted, targetOf } from './fake-account';
import { GPU, stageOf, target, templateOf } from './templates';

describe('a look that the credentials do not permit', () => {
  const own = { endpoints: [hosted(OWN, 2)], configs: configsOf(OWN), targets: [targetOf(OWN)] };
  const results = async (denied: string, applied: FakeParts['applied'] = { [QUOTA]: 100 }, others: FakeParts = own) => {
    const checks = await checksOf(STAGE, { applied, ...others, denied: [denied] });
    return checks.map(({ result, text }) => [result, text.includes(denied) ? `… ${denied}` : 'else']);
  };

  it.each([
    ['servicequotas:ListServiceQuotas', 'not run', 'passed', 'passed'],
    ['sagemaker:ListEndpoints', 'warning', 'passed', 'passed'],
    ['application-autoscaling:DescribeScalableTargets', 'passed', 'passed', 'not run'],
    ['sagemaker:DescribeEndpoint', 'passed', 'not run', 'not run'],
    ['sagemaker:DescribeEndpointConfig', 'passed', 'warning', 'warning'],
  ])('as %s leaves the others', async (denied, quota, kind, scaling) => {
    const text = (result: string) => (result === 'passed' ? 'else' : `… ${denied}`);
    expect(await results(denied)).toEqual([
      [quota, text(quota)],
      [kind, text(kind)],
      [scaling, text(scaling)],
    ]);
  });

  it('at the defaults is not run only where a default is needed', async () => {
    const denied = 'servicequotas:ListAWSDefaultServiceQuotas';
    expect((await results(denied))[0]).toEqual(['passed', 'else']);
    expect((await results(denied, {}))[0]).toEqual(['not run', `… ${denied}`]);
  });

  it.each(['sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig'])(
    'at %s of others leaves their use unknown, never 0',
    async (denied) => {
      const others = { endpoints: [hosted('other', 2)], configs: configsOf('other') };
      expect((await results(denied, { [QUOTA]: 100 }, others))[0]).toEqual(['warning', `… ${denied}`]);
      // What the stage needs alone is too much already.
      expect((await results(denied, { [QUOTA]: 7 }, others))[0]).toEqual(['failed', `… ${denied}`]);
    },
  );
});

describe('a preflight', () => {
  const ports = (account: FakeAccount) => ({ account: async () => account, costTags: async () => ACTIVE });

  it('asks only for what the stage needs', async () => {
    const account = new FakeAccount();
    await preflight(stageOf([templateOf()]), ports(account));
    expect(account.asked).toEqual([]);
    await preflight(stageOf([templateOf(...STAGE)]), ports(account));
    expect(account.asked.toSorted()).toEqual([
      'application-autoscaling:DescribeScalableTargets',
      'sagemaker:DescribeEndpoint spam-filter-pilot',
      'sagemaker:ListEndpoints',
      'servicequotas:ListAWSDefaultServiceQuotas',
      'servicequotas:ListServiceQuotas',
    ]);
    const applied = new FakeAccount({ applied: { [QUOTA]: 100 } });
    await preflight(stageOf([templateOf(...STAGE)]), ports(applied));
    expect(applied.asked).not.toContain('servicequotas:ListAWSDefaultServiceQuotas');
  });

  it('takes each region of a stage by itself', async () => {
    const [first, second] = [
      stageOf([templateOf(...STAGE)]),
      stageOf([templateOf(...STAGE)], { region: 'cn-north-1' }),
    ];
    const regions: (string | undefined)[] = [];
    const { checks, regions: places } = await preflight(
      { name: 'pilot', stacks: [...first.stacks, ...second.stacks] },
      {
        account: async (region) => {
          regions.push(region);
          return new FakeAccount({ region, applied: { [QUOTA]: region === 'cn-north-1' ? 1 : 8 } });
        },
        costTags: async () => ACTIVE,
      },
    );
    expect(regions).toEqual(['eu-west-1', 'cn-north-1']);
    expect(places.map(({ region }) => region)).toEqual(regions);
    expect(checks.filter(({ check }) => check.startsWith('quota')).map(({ result }) => result)).toEqual([
      'passed',
      'failed',
    ]);
    expect(checks.flatMap(({ toDo }) => toDo)[0]?.step).toContain(
      'https://cn-north-1.console.amazonaws.cn/servicequotas',
    );
  });

  it('in the region of whoever deploys learns it from the account', async () => {
    const stage = { ...stageOf([templateOf(...STAGE)]) };
    const anywhere = { ...stage, stacks: stage.stacks.map((stack) => ({ ...stack, region: undefined })) };
    const { regions } = await preflight(anywhere, ports(new FakeAccount({ region: 'us-gov-west-1' })));
    expect(regions).toMatchObject([{ region: 'us-gov-west-1' }]);
  });

  it('warns of each demand that counts against no known quota', async () => {
    const [check] = await checksOf([target(8, { ResourceId: 'endpoint/imported/variant/AllTraffic' })], {});
    expect(check).toMatchObject({
      check: 'templates',
      result: 'warning',
      text: expect.stringContaining(
        'so its instance type is not known; look up its quota "<instance type> for endpoint usage"',
      ),
    });
  });

  it('does not swallow a defect', async () => {
    await expect(checksOf(STAGE, { failure: new TypeError('x is not a function') })).rejects.toThrow(
      'x is not a function',
    );
  });

  it('without credentials has run nothing, and still says what the stage needs', async () => {
    const { checks, regions } = await preflight(stageOf([templateOf(...STAGE)]), {
      account: async () => new FakeAccount({ failure: new NoCredentials() }),
      costTags: async () => new FakeCostTags({}, new NoCredentials()),
    });
    expect(checks.map(({ result, noCredentials }) => [result, noCredentials])).toEqual(
      Array.from({ length: 4 }, () => ['not run', true]),
    );
    expect(regions).toMatchObject([{ demands: { instances: [{ instanceType: GPU, atLeast: 8 }] } }]);
  });
});
