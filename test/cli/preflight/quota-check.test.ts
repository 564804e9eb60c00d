import { describe, expect, it } from 'vitest';
import { endpointQuota, SERVERLESS_QUOTA } from '../../../cli/preflight/quota-check';
import { checksOf, OWN, QUOTA, quotaCheckOf, STAGE } from './check-of';
import { codeOf, configsOf, type FakeParts, hosted } from './fake-account';
import { endpoint, GPU, target, variant, without } from './templates';

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

  it.each([
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/servicequotas/'],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/servicequotas/'],
    ['us-east-1', 'https://us-east-1.console.aws.amazon.com/servicequotas/'],
  ])('that is short in %s links to its console', async (region, link) => {
    const check = await quotaCheckOf(STAGE, { region, applied: { [QUOTA]: 1 } });
    expect(check?.toDo[0]?.step).toContain(link);
    expect(check?.toDo[0]?.command).toMatch(new RegExp(` --region ${region}$`));
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
      { check: `kind of ${OWN}` },
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
      endpoints: [{ name: 'other', configName: 'other-config', asynchronous: false, variants: [other], pending: [] }],
    };
    expect(await checksOf([endpoint([serverless])], account)).toMatchObject([
      {
        result: 'failed',
        text: 'short by 3: needs 8 concurrent requests, other endpoints use 5, and the quota is 10 (applied)',
      },
      {},
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
