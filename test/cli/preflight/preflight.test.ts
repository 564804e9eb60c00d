import { describe, expect, it } from 'vitest';
import { NoCredentials } from '../../../cli/finance/cost-tags';
import type { Check } from '../../../cli/preflight/check';
import { preflight } from '../../../cli/preflight/preflight';
import { endpointQuota, SERVERLESS_QUOTA } from '../../../cli/preflight/quota-check';
import { TAG } from '../../../protocol/tags';
import { FakeCostTags } from '../finance/fake-cost-tags';
import { codeOf, configsOf, FakeAccount, type FakeParts, hosted, targetOf } from './fake-account';
import { endpoint, GPU, type Resources, stageOf, target, templateOf, variant, without } from './templates';

const QUOTA = endpointQuota(GPU);
const ACTIVE = new FakeCostTags(Object.fromEntries(Object.values(TAG).map((key) => [key, 'active' as const])));

/** Checks of a stage of these resources in this account, but for the cost tags. */
async function checksOf(resources: readonly Resources[], parts: FakeParts): Promise<Check[]> {
  const account = new FakeAccount(parts);
  const ports = { account: async () => account, costTags: async () => ACTIVE };
  const { checks } = await preflight(stageOf([templateOf(...resources)]), ports);
  return checks.filter(({ check }) => check !== 'cost tags');
}

async function quotaCheckOf(resources: readonly Resources[], parts: FakeParts): Promise<Check | undefined> {
  return (await checksOf(resources, parts)).find(({ check }) => check === `quota "${QUOTA}"`);
}

async function scalingCheckOf(resources: readonly Resources[], parts: FakeParts): Promise<Check | undefined> {
  const checks = await checksOf(resources, { applied: { [QUOTA]: 100 }, ...parts });
  return checks.find(({ check }) => check.startsWith('scaling of'));
}

/** Up to 4 instances, 8 during an update. */
const STAGE = [endpoint([variant()]), target(4)];
const OWN = 'spam-filter-pilot';

describe('a quota', () => {
  it.each<[string, FakeParts, string]>([
    [
      'at exactly what is needed',
      { applied: { [QUOTA]: 8 } },
      'needs 8 instances, other endpoints use 0, and the quota is 8 (applied)',
    ],
    [
      'beside what others use',
      { applied: { [QUOTA]: 10 }, endpoints: [hosted('other', 2)], configs: configsOf('other') },
      'needs 8 instances, other endpoints use 2, and the quota is 10 (applied)',
    ],
    [
      'by its default where none is applied',
      { defaults: { [QUOTA]: 8 } },
      'needs 8 instances, other endpoints use 0, and the quota is 8 (default)',
    ],
    [
      "while the stage's own endpoint runs, which is not counted twice",
      { applied: { [QUOTA]: 8 }, endpoints: [hosted(OWN, 4)], configs: configsOf(OWN) },
      'needs 8 instances, other endpoints use 0, and the quota is 8 (applied)',
    ],
  ])('passes %s', async (_, parts, text) => {
    expect(await quotaCheckOf(STAGE, parts)).toMatchObject({ result: 'passed', text, toDo: [] });
  });

  it('that is short fails, and says what to raise to what, with the command', async () => {
    const check = await quotaCheckOf(STAGE, {
      applied: { [QUOTA]: 4 },
      endpoints: [hosted('other', 2)],
      configs: configsOf('other'),
    });
    const code = codeOf(QUOTA);
    expect(check).toMatchObject({
      result: 'failed',
      text: 'short by 6: needs 8 instances, other endpoints use 2, and the quota is 4 (applied)',
      toDo: [
        {
          step: `raise "${QUOTA}" (${code}) from 4 to 10: https://eu-west-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas/${code}`,
          command: `aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code ${code} --desired-value 10 --region eu-west-1`,
        },
      ],
    });
  });

  it('that is applied counts, though the default would suffice', async () => {
    expect(await quotaCheckOf(STAGE, { applied: { [QUOTA]: 0 }, defaults: { [QUOTA]: 100 } })).toMatchObject({
      result: 'failed',
      text: expect.stringContaining('short by 8'),
    });
  });

  it('that cannot be raised says to need less', async () => {
    expect(await quotaCheckOf(STAGE, { applied: { [QUOTA]: 4 }, adjustable: false })).toMatchObject({
      result: 'failed',
      toDo: [{ step: expect.stringContaining('cannot be raised from 4: lower the maximum of the stage') }],
    });
  });

  it.each<[string, FakeParts, string]>([
    ['listed nowhere', {}, `unknown: Service Quotas lists none of that name in eu-west-1; the stage needs 8 instances`],
    [
      'listed without a value, whatever the default is',
      { applied: { [QUOTA]: undefined }, defaults: { [QUOTA]: 100 } },
      'unknown: Service Quotas lists it without a value; the stage needs 8 instances',
    ],
  ])('%s is unknown: a warning that says what to look up', async (_, parts, text) => {
    const check = await quotaCheckOf(STAGE, parts);
    expect(check).toMatchObject({ result: 'warning', text });
    expect(check?.toDo[0]?.step).toMatch(
      /^look up "ml\.g5\.xlarge for endpoint usage" before you deploy, or ask AWS Support: https:/,
    );
  });

  it('of 0 is no unknown one', async () => {
    expect(await quotaCheckOf(STAGE, { applied: { [QUOTA]: 0 } })).toMatchObject({
      result: 'failed',
      text: expect.stringContaining('the quota is 0 (applied)'),
    });
  });

  it('of a fallback fails by itself, and says that it would be none', async () => {
    const pools = [
      { InstanceType: GPU, Priority: 1 },
      { InstanceType: 'ml.g6.xlarge', Priority: 2 },
    ];
    const checks = await checksOf([endpoint([without(variant({ InstancePools: pools }), 'InstanceType')])], {
      applied: { [QUOTA]: 8, [endpointQuota('ml.g6.xlarge')]: 1 },
    });
    expect(checks).toMatchObject([
      { check: `quota "${QUOTA}"`, result: 'passed' },
      {
        check: 'quota "ml.g6.xlarge for endpoint usage"',
        result: 'failed',
        text: expect.stringMatching(/^short by 1: .*; without it nothing falls back to this type$/),
      },
      { check: `scaling of ${OWN}` },
    ]);
  });

  it('of serverless concurrency is compared with what all endpoints may use together', async () => {
    const serverless = without(
      variant({ ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 8 } }),
      'InstanceType',
      'InitialInstanceCount',
    );
    const other = { name: 'AllTraffic', instances: 0, concurrency: 5, instanceType: undefined, pools: [] };
    const account = {
      applied: { [SERVERLESS_QUOTA]: 10 },
      endpoints: [{ name: 'other', configName: 'other-config', variants: [other], pending: [] }],
    };
    expect(await checksOf([endpoint([serverless])], account)).toMatchObject([
      {
        result: 'failed',
        text: 'short by 3: needs 8 concurrent requests, other endpoints use 5, and the quota is 10 (applied)',
      },
      {},
    ]);
  });

  const rolling = (others: object = {}) => ({
    RollingUpdatePolicy: {
      MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 },
      WaitIntervalInSeconds: 0,
      ...others,
    },
  });

  it('that suffices to roll out and not to roll back at once is a warning', async () => {
    const check = await quotaCheckOf([endpoint([variant()], { deploymentConfig: rolling() }), target(4)], {
      applied: { [QUOTA]: 5 },
    });
    expect(check).toMatchObject({
      result: 'warning',
      text: expect.stringContaining(
        'a rollback after an alarm may hold 8 instances with those of others: raise the quota to that',
      ),
    });
  });

  it('that suffices for the batches of a rollback passes', async () => {
    const batches = rolling({ RollbackMaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 } });
    const check = await quotaCheckOf([endpoint([variant()], { deploymentConfig: batches }), target(4)], {
      applied: { [QUOTA]: 5 },
    });
    expect(check).toMatchObject({ result: 'passed' });
  });

  it('of a demand that is not all known never passes silently', async () => {
    const open = [endpoint([variant()]), target({ Ref: 'Most' })];
    expect(await quotaCheckOf(open, { applied: { [QUOTA]: 100 } })).toMatchObject({
      result: 'warning',
      text: expect.stringMatching(
        /^needs 2 instances or more, .*; spam-filter-pilot\/AllTraffic: maximum of autoscaling is Ref Most$/,
      ),
    });
    expect(await quotaCheckOf(open, { applied: { [QUOTA]: 1 } })).toMatchObject({
      result: 'failed',
      toDo: [{ step: expect.stringContaining('from 1 to at least 2') }],
    });
  });
});

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
    const other = { name: 'other', configName: 'other-config', variants: [{ ...part, pools }], pending: [] };
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

describe('scaling that is deployed', () => {
  const deployed = (variantName: string, types = [GPU]): FakeParts => ({
    endpoints: [hosted(OWN, 2, variantName)],
    configs: { [`${OWN}-config`]: { [variantName]: types } },
  });

  it('of a variant that the templates rename fails, with why and both ways out', async () => {
    const check = await scalingCheckOf(STAGE, {
      ...deployed('v1'),
      targets: [targetOf(OWN, 'v1'), targetOf('other', 'v0')],
    });
    expect(check).toMatchObject({
      check: `scaling of ${OWN}`,
      result: 'failed',
      text:
        'v1 has a scalable target and is not among the variants of the templates (AllTraffic): the target stays registered ' +
        'for a variant that is gone, and nothing scales what takes its place',
    });
    expect(check?.toDo).toMatchObject([
      { step: "keep the variant's name v1: a name is no place for a version" },
      {
        step: expect.stringContaining('rename it in two deployments'),
        command:
          'aws application-autoscaling deregister-scalable-target --service-namespace sagemaker --scalable-dimension ' +
          'sagemaker:variant:DesiredInstanceCount --resource-id endpoint/spam-filter-pilot/variant/v1 --region eu-west-1',
      },
    ]);
  });

  it('of a variant whose instance type changes fails, as SageMaker refuses the update', async () => {
    const check = await scalingCheckOf(STAGE, {
      ...deployed('AllTraffic', ['ml.g4dn.xlarge']),
      targets: [targetOf(OWN)],
    });
    expect(check).toMatchObject({
      result: 'failed',
      text: expect.stringMatching(
        /^AllTraffic changes from ml\.g4dn\.xlarge to ml\.g5\.xlarge while a scalable target/,
      ),
      toDo: [
        {
          step: expect.stringContaining('in two deployments'),
          command: expect.stringContaining(`/variant/AllTraffic --region`),
        },
      ],
    });
  });

  it.each<[string, FakeParts, string]>([
    ['is not deployed', { targets: [targetOf('other')] }, 'not deployed yet: no scalable target can be left behind'],
    ['has no target', deployed('AllTraffic'), 'no scalable target is registered for what is deployed'],
    [
      'changes nothing',
      { ...deployed('AllTraffic'), targets: [targetOf(OWN)] },
      'AllTraffic has a scalable target, and keeps its name and instance type',
    ],
    [
      'changes its type without a target',
      deployed('AllTraffic', ['ml.g4dn.xlarge']),
      'no scalable target is registered for what is deployed',
    ],
    [
      'has targets of inference components only',
      {
        ...deployed('AllTraffic'),
        targets: [{ resourceId: 'inference-component/x', dimension: 'sagemaker:inference-component:DesiredCopyCount' }],
      },
      'no scalable target is registered for what is deployed',
    ],
  ])('of an endpoint that %s passes', async (_, parts, text) => {
    expect(await scalingCheckOf(STAGE, parts)).toMatchObject({ result: 'passed', text });
  });

  it('that keeps one of the types of pools passes', async () => {
    const pools = {
      InstancePools: [
        { InstanceType: 'ml.g6.xlarge', Priority: 1 },
        { InstanceType: GPU, Priority: 2 },
      ],
    };
    const check = await scalingCheckOf([endpoint([without(variant(pools), 'InstanceType')])], {
      ...deployed('AllTraffic'),
      targets: [targetOf(OWN)],
    });
    expect(check).toMatchObject({ result: 'passed' });
  });

  it('is not in the way of a renamed variant without a target, which is a warning about the rollout', async () => {
    expect(await scalingCheckOf(STAGE, deployed('v1'))).toMatchObject({
      result: 'warning',
      text: expect.stringContaining('v1 gives way to AllTraffic'),
      toDo: [{ step: "keep the variant's name v1" }],
    });
  });

  it.each<[string, readonly Resources[], string]>([
    [
      'a name of the endpoint',
      [endpoint([variant()], { name: { Ref: 'Name' } })],
      'its name is known only at deployment',
    ],
    ['a name of a variant', [endpoint([variant({ VariantName: { Ref: 'Name' } })])], 'a variant has no literal name'],
    [
      'an instance type',
      [endpoint([variant({ InstanceType: { Ref: 'Type' } })])],
      'AllTraffic: InstanceType is Ref Type',
    ],
  ])('cannot be compared with %s that is known only at deployment: a warning', async (_, resources, text) => {
    const check = await scalingCheckOf(resources, { ...deployed('AllTraffic'), targets: [targetOf(OWN)] });
    expect(check).toMatchObject({ result: 'warning', text: expect.stringContaining(text) });
  });

  it('cannot be compared by type where the deployed config was deleted', async () => {
    const check = await scalingCheckOf(STAGE, { ...deployed('AllTraffic'), configs: {}, targets: [targetOf(OWN)] });
    expect(check).toMatchObject({
      result: 'warning',
      text: expect.stringContaining('the config of what is deployed was deleted'),
    });
  });
});

describe('a look that the credentials do not permit', () => {
  const own = { endpoints: [hosted(OWN, 2)], configs: configsOf(OWN), targets: [targetOf(OWN)] };
  const results = async (denied: string, applied: FakeParts['applied'] = { [QUOTA]: 100 }, others: FakeParts = own) => {
    const checks = await checksOf(STAGE, { applied, ...others, denied: [denied] });
    return checks.map(({ result, text }) => [result, text.includes(denied) ? `… ${denied}` : 'else']);
  };

  it.each([
    ['servicequotas:ListServiceQuotas', 'not run', 'passed'],
    ['sagemaker:ListEndpoints', 'warning', 'passed'],
    ['application-autoscaling:DescribeScalableTargets', 'passed', 'not run'],
    ['sagemaker:DescribeEndpoint', 'passed', 'not run'],
    ['sagemaker:DescribeEndpointConfig', 'passed', 'warning'],
  ])('as %s leaves the others', async (denied, quota, scaling) => {
    const text = (result: string) => (result === 'passed' ? 'else' : `… ${denied}`);
    expect(await results(denied)).toEqual([
      [quota, text(quota)],
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
      Array.from({ length: 3 }, () => ['not run', true]),
    );
    expect(regions).toMatchObject([{ demands: { instances: [{ instanceType: GPU, atLeast: 8 }] } }]);
  });
});
