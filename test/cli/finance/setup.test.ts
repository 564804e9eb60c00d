import { Stack, Stage } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../../cli/errors';
import { financeCommand } from '../../../cli/finance';
import { type CostTags, NoCredentials } from '../../../cli/finance/cost-tags';
import { TAG } from '../../../protocol/tags';
import { modelWith } from '../../support';
import { assemblyOf, run } from '../stages';
import { FakeCostTags } from './fake-cost-tags';

const assembly = assemblyOf((app) => {
  modelWith({}, app);
  new Stack(new Stage(app, 'plain'), 'state', { stackName: 'demo-plain-state' });
});

const setup = (costTags: CostTags, ...args: string[]) =>
  run(
    (output) => financeCommand({ output, assembly: async () => assembly, costTags: async () => costTags }),
    'setup',
    ...args,
  );

describe('slipway finance setup', () => {
  it('shows each tag with its status, and why it matters', async () => {
    const { code, out, err } = await setup(new FakeCostTags({ [TAG.deployment]: 'inactive' }), 'pilot');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('the budget of spam-filter-pilot counts');
    expect(out).toContain('an inactive tag makes the budget read 0 for ever');
    expect(out).toContain('only the account that pays');
    expect(out).toMatch(/│ slipway:deployment +│ inactive │ yes/);
    expect(out).toMatch(/│ slipway:owner +│ not seen │ optional/);
    expect(out).toContain('dry run');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('with --yes says what it activated', async () => {
    const { code, out } = await setup(new FakeCostTags({ [TAG.deployment]: 'inactive' }), 'pilot', '--yes');
    expect(code).toBe(0);
    expect(out).toMatch(/│ slipway:deployment +│ active \(now\)/);
  });

  it('without credentials prints the tags, and fails only when it was to activate them', async () => {
    const listed = await setup(new FakeCostTags({}, new NoCredentials()), 'pilot');
    expect({ code: listed.code, err: listed.err }).toEqual({ code: 0, err: '' });
    expect(listed.out).toMatch(/│ slipway:deployment +│ unknown/);
    expect(listed.out).toContain('the status is unknown');
    const asked = await setup(new FakeCostTags({}, new NoCredentials()), 'pilot', '--yes');
    expect(asked.code).toBe(1);
    expect(asked.out).toContain('slipway:deployment');
    expect(asked.err).toMatch(/^slipway: slipway:deployment was not activated: there are no AWS credentials.*\n$/);
  });

  it('fails with code 1 when a tag was refused', async () => {
    const costTags = new FakeCostTags({ [TAG.deployment]: 'inactive' });
    costTags.refusals.set(TAG.deployment, 'TagKeysNotFound: not found');
    const { code, out, err } = await setup(costTags, 'pilot', '--yes');
    expect(code).toBe(1);
    expect(out).toMatch(/│ slipway:deployment +│ inactive \(not activated\)/);
    expect(err).toBe('slipway: could not activate slipway:deployment (TagKeysNotFound: not found)\n');
  });

  it('prints the same as JSON', async () => {
    const { out } = await setup(new FakeCostTags({ [TAG.deployment]: 'inactive' }), 'pilot', '--json');
    expect(JSON.parse(out)).toMatchObject({
      stage: 'pilot',
      deployment: 'spam-filter-pilot',
      hasBudget: true,
      requests: 1,
      usdPerRequest: 0.01,
      tags: [{ key: TAG.deployment, needed: true, status: 'inactive', activated: false }, {}, {}, {}, {}],
    });
  });

  it('says when a stage has no budget', async () => {
    const { out } = await setup(new FakeCostTags({}), 'plain');
    expect(out).toContain('demo-plain has no budget');
  });

  it('fails for an unknown stage without asking Cost Explorer', async () => {
    const costTags = new FakeCostTags({});
    expect(await setup(costTags, 'prod')).toEqual({
      code: 2,
      out: '',
      err: 'slipway: there is no stage "prod"; this project has pilot, plain\n',
    });
    expect(costTags.requests).toBe(0);
  });

  it('tells a refusal of Cost Explorer in one line', async () => {
    const { code, out, err } = await setup(new FakeCostTags({}, new CliError('access denied', 1)), 'pilot');
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'slipway: access denied\n' });
  });
});
