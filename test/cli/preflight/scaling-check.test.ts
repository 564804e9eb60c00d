import { describe, expect, it } from 'vitest';
import type { Check } from '../../../cli/preflight/check';
import { preflight } from '../../../cli/preflight/preflight';
import { ACTIVE, checksOf, OWN, QUOTA, STAGE } from './check-of';
import { FakeAccount, type FakeParts, hosted, targetOf } from './fake-account';
import { endpoint, GPU, type Resources, stageOf, templateOf, variant, without } from './templates';

async function scalingCheckOf(resources: readonly Resources[], parts: FakeParts): Promise<Check | undefined> {
  const checks = await checksOf(resources, { applied: { [QUOTA]: 100 }, ...parts });
  return checks.find(({ check }) => check.startsWith('scaling of'));
}

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

  it('of a stage that is stopped and started says how its instance type can change', async () => {
    const account = new FakeAccount({
      applied: { [QUOTA]: 100 },
      ...deployed('AllTraffic', ['ml.g4dn.xlarge']),
      targets: [targetOf(OWN)],
    });
    const ports = { account: async () => account, costTags: async () => ACTIVE };
    const stage = stageOf([{ ...templateOf(...STAGE), Parameters: { DesiredState: { Type: 'String' } } }]);
    const { checks } = await preflight(stage, ports);
    expect(checks.find(({ check }) => check.startsWith('scaling of'))?.toDo).toMatchObject([
      {
        step: expect.stringContaining('stop the endpoint, deploy, and start it again'),
        command: "npx slipway stop-endpoint pilot --yes && npx cdk deploy 'pilot/*' && npx slipway wake pilot",
      },
      { step: expect.stringContaining('in two deployments') },
    ]);
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
    [
      'one of two instance types',
      [endpoint([variant({ InstanceType: { 'Fn::If': ['Big', 'ml.p5.48xlarge', { Ref: 'Type' }] } })])],
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
