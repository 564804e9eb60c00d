import { type App, Stack, Stage } from 'aws-cdk-lib';
import { CfnScalableTarget } from 'aws-cdk-lib/aws-applicationautoscaling';
import { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { describe, expect, it } from 'vitest';
import { CliError, EXIT } from '../../../cli/errors';
import { NoCredentials } from '../../../cli/finance/cost-tags';
import { preflightCommand } from '../../../cli/preflight';
import { endpointQuota } from '../../../cli/preflight/quota-check';
import { runCommand } from '../../../cli/run';
import { type Assembly, stageNamed } from '../../../cli/synth';
import { TAG } from '../../../protocol/tags';
import { FakeCostTags } from '../finance/fake-cost-tags';
import { assemblyOf, run } from '../stages';
import { FakeAccount, type FakeParts, hosted, targetOf } from './fake-account';
import { GPU } from './templates';

/** As an app synthesizes them: a stage with an endpoint that scales from 1 to 4, and one without any. */
const assembly = assemblyOf((app: App) => {
  const stack = new Stack(new Stage(app, 'pilot', { env: { region: 'eu-west-1' } }), 'endpoint', {
    stackName: 'spam-filter-pilot-endpoint',
  });
  const config = new CfnEndpointConfig(stack, 'Config', {
    productionVariants: [
      {
        variantName: 'AllTraffic',
        modelName: 'model',
        instanceType: GPU,
        initialInstanceCount: 1,
        initialVariantWeight: 1,
      },
    ],
  });
  const endpoint = new CfnEndpoint(stack, 'Endpoint', {
    endpointConfigName: config.attrEndpointConfigName,
    endpointName: 'spam-filter-pilot',
  });
  new CfnScalableTarget(stack, 'Target', {
    serviceNamespace: 'sagemaker',
    scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    resourceId: `endpoint/${endpoint.attrEndpointName}/variant/AllTraffic`,
    minCapacity: 1,
    maxCapacity: 4,
  });
  new Stack(new Stage(app, 'plain'), 'state', { stackName: 'demo-plain-state' });
});

const QUOTA = endpointQuota(GPU);
const active = () => new FakeCostTags(Object.fromEntries(Object.values(TAG).map((key) => [key, 'active' as const])));

function preflightOf(parts: FakeParts, costTags: FakeCostTags = active(), from: Assembly = assembly) {
  const account = new FakeAccount(parts);
  return (...args: string[]) =>
    run(
      (output) =>
        preflightCommand({
          output,
          assembly: async () => from,
          account: async () => account,
          costTags: async () => costTags,
        }),
      ...args,
    );
}

const NONE: FakeParts = { failure: new NoCredentials() };
const withoutCredentials = () => preflightOf(NONE, new FakeCostTags({}, new NoCredentials()));

describe('slipway preflight', () => {
  it('of a stage that can be deployed shows what it needs and each check, in 120 columns', async () => {
    const { code, out, err } = await preflightOf({ applied: { [QUOTA]: 8 } })('pilot');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^what the endpoints of pilot hold at most, in eu-west-1\n/);
    expect(out).toMatch(
      /│ ml\.g5\.xlarge │ 8 +│ spam-filter-pilot\/AllTraffic: 4 \(maximum of autoscaling\) \+ 4 while it is updated/,
    );
    expect(out.match(/│ passed /g)).toHaveLength(4);
    expect(out).not.toContain('to do');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('of one that is short ends with code 1 and one line, and what to do', async () => {
    const { code, out, err } = await preflightOf({ applied: { [QUOTA]: 2 } })('pilot');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'slipway: stage "pilot" is not ready to deploy: quota "ml.g5.xlarge for endpoint usage"\n',
    });
    expect(out).toMatch(/│ failed +│ short by 6: needs 8 instances/);
    expect(out).toMatch(
      /\nto do\n- raise "ml\.g5\.xlarge for endpoint usage" .* from 2 to 8: https:.*\n {2}aws service-quotas request-.*\n$/,
    );
  });

  it('names every check that failed', async () => {
    const parts = {
      applied: { [QUOTA]: 2 },
      endpoints: [hosted('spam-filter-pilot', 1, 'v1')],
      targets: [targetOf('spam-filter-pilot', 'v1')],
    };
    const { code, err } = await preflightOf(parts)('pilot');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'slipway: stage "pilot" is not ready to deploy: quota "ml.g5.xlarge for endpoint usage", scaling of spam-filter-pilot\n',
    });
  });

  it('with warnings alone ends with code 0', async () => {
    const { code, out, err } = await preflightOf({}, new FakeCostTags({}))('pilot');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(/│ warning /g)).toHaveLength(2);
    expect(out).toContain('  npx slipway finance setup pilot --yes\n');
  });

  it('that may not look at a quota ends with code 1: nobody knows', async () => {
    const { code, out, err } = await preflightOf({ denied: ['servicequotas:ListServiceQuotas'] })('pilot');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'slipway: the preflight of stage "pilot" is incomplete: access denied: the credentials lack the permission servicequotas:ListServiceQuotas\n',
    });
    expect(out).toMatch(/│ not run │ access denied/);
    expect(out).toMatch(/│ passed +│ not deployed yet/);
  });

  it('that may not look at the cost tags alone ends with code 0', async () => {
    const refused = new FakeCostTags({}, new CliError('access denied', EXIT.failed));
    const { code, out } = await preflightOf({ applied: { [QUOTA]: 8 } }, refused)('pilot');
    expect(code).toBe(0);
    expect(out).toMatch(/│ cost tags +│ not run │ access denied/);
  });

  it('without credentials says so in one line with code 1, after what the stage needs', async () => {
    const { code, out, err } = await withoutCredentials()('pilot');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'slipway: the preflight of stage "pilot" is incomplete: no AWS credentials were found; set AWS_PROFILE, or sign in with "aws sso login"\n',
    });
    expect(out).toMatch(/│ ml\.g5\.xlarge │ 8 /);
    expect(out.match(/│ not run │/g)).toHaveLength(4);
  });

  it('of a stage without endpoints checks the cost tags alone', async () => {
    const { code, out } = await preflightOf({})('plain');
    expect(code).toBe(0);
    expect(out).toMatch(/^stage plain has no SageMaker endpoints: there is nothing to check but the cost tags\n/);
    expect(out.match(/│ passed /g)).toHaveLength(1);
    expect(await withoutCredentials()('plain')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no AWS credentials'),
    });
  });

  it('of an unknown stage ends with code 2, and asks nothing', async () => {
    const costTags = active();
    expect(await preflightOf({}, costTags)('prod')).toEqual({
      code: 2,
      out: '',
      err: 'slipway: there is no stage "prod"; this project has pilot, plain\n',
    });
    expect(costTags.requests).toBe(0);
  });

  it('prints the same as JSON, and ends with the same code', async () => {
    const { code, out, err } = await preflightOf({ applied: { [QUOTA]: 2 } })('pilot', '--json');
    expect(code).toBe(1);
    expect(err.split('\n')).toHaveLength(2);
    expect(JSON.parse(out)).toMatchObject({
      stage: 'pilot',
      demands: [
        {
          region: 'eu-west-1',
          instances: [{ instanceType: GPU, atLeast: 8, rollback: 8, open: [] }],
          serverless: null,
          open: [],
        },
      ],
      checks: [
        {
          check: 'quota "ml.g5.xlarge for endpoint usage"',
          result: 'failed',
          toDo: [{ command: expect.stringContaining('--desired-value 8') }],
        },
        { check: 'kind of spam-filter-pilot', result: 'passed', toDo: [] },
        { check: 'scaling of spam-filter-pilot', result: 'passed', toDo: [] },
        { check: 'cost tags', result: 'passed' },
      ],
    });
    const unknown = JSON.parse((await withoutCredentials()('pilot', '--json')).out);
    expect(unknown.demands).toMatchObject([{ instances: [{ atLeast: 8 }] }]);
    expect(unknown.checks[0]).toMatchObject({ result: 'not run' });
  });

  it('shows what is known only at deployment as a lower bound, and never as 0', async () => {
    const { directory, stages } = assembly;
    const stage = stageNamed(assembly, 'pilot');
    const open = (count: unknown): Assembly => {
      const text = JSON.stringify(stage).replace(
        '"InitialInstanceCount":1',
        `"InitialInstanceCount":${JSON.stringify(count)}`,
      );
      return { directory, stages: [JSON.parse(text), ...stages] };
    };
    const bounded = await preflightOf({ applied: { [QUOTA]: 50 } }, active(), open({ Ref: 'Size' }))('pilot');
    expect(bounded.out).toMatch(/│ 8 or more │ spam-filter-pilot\/AllTraffic: 4/);
    expect(bounded.out).toContain('InitialInstanceCount is Ref Size');
    const text = JSON.stringify(open({ Ref: 'Size' })).replace('"MaxCapacity":4', '"MaxCapacity":{"Ref":"Most"}');
    expect((await preflightOf({}, active(), JSON.parse(text))('pilot')).out).toMatch(/│ ml\.g5\.xlarge │ unknown │/);
  });

  it('has colours on a terminal alone', async () => {
    let out = '';
    const output = { isTTY: true, write: (text: string) => (out += text) };
    const command = preflightCommand({
      output,
      assembly: async () => assembly,
      account: async () => new FakeAccount({ applied: { [QUOTA]: 2 } }),
      costTags: async () => active(),
    });
    await runCommand(command, ['pilot'], { write: () => {} });
    expect(out).toContain('\u001b[31mfailed\u001b[39m');
    expect(out).toContain('\u001b[32mpassed\u001b[39m');
    expect((await preflightOf({ applied: { [QUOTA]: 2 } })('pilot')).out).not.toContain('\u001b[');
  });
});
