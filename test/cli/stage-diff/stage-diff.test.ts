import { type App, CfnResource, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { describe, expect, it } from 'vitest';
import { diffStages, type StageDiff } from '../../../cli/stage-diff/stage-diff';
import { StageProfile } from '../../../lib/index';
import { contractOf, modelWith } from '../../support';
import { twoStages } from '../stages';

/** The difference of two stages that `build` fills in turn. */
function diffOf(build: (stack: Stack, stage: 'pilot' | 'production') => void): StageDiff {
  const stages = twoStages('pilot', 'production', (app) => {
    for (const name of ['pilot', 'production'] as const) {
      const stack = new Stack(new Stage(app, name), 'serve', { stackName: `demo-${name}-serve` });
      build(stack, name);
    }
  });
  return diffStages(...stages);
}

function changesOf({ domains }: StageDiff, path: string) {
  return domains.flatMap(({ changed }) => changed).find((resource) => resource.path === path)?.changes;
}

const profiles = (app: App) => {
  modelWith({ id: 'pilot', profile: StageProfile.PILOT }, app);
  modelWith({ id: 'production', profile: StageProfile.PRODUCTION }, app);
};

describe('two stages of one model', () => {
  it('do not differ when they have the same profile', () => {
    const stages = twoStages('pilot', 'load-test', (app) => {
      for (const id of ['pilot', 'load-test']) modelWith({ id }, app);
    });
    expect(diffStages(...stages)).toEqual({ from: 'pilot', to: 'load-test', domains: [] });
  });

  it('do not differ when they have the same profile in accounts and regions of their own', () => {
    const contract = contractOf({ allowedRegions: ['eu-west-1', 'eu-central-1'] });
    const stages = twoStages('here', 'there', (app) => {
      modelWith({ id: 'here', contract, env: { account: '111111111111', region: 'eu-west-1' } }, app);
      modelWith({ id: 'there', contract, env: { account: '222222222222', region: 'eu-central-1' } }, app);
    });
    expect(diffStages(...stages).domains).toEqual([]);
  });

  it('differ by what their profiles say, each in its domain', () => {
    const diff = diffStages(...twoStages('pilot', 'production', profiles));
    expect(diff.domains.map(({ domain }) => domain)).toEqual([
      'stage',
      'lifecycle',
      'serve',
      'endpoint',
      'monitor',
      'cost',
    ]);
    expect(changesOf(diff, '')).toEqual([{ path: 'terminationProtection', from: false, to: true }]);
    expect(changesOf(diff, 'Key')).toEqual([
      { path: 'Properties.MultiRegion', from: false, to: true },
      { path: 'UpdateReplacePolicy', from: 'Delete', to: 'Retain' },
      { path: 'DeletionPolicy', from: 'Delete', to: 'Retain' },
    ]);
    expect(changesOf(diff, 'PredictionApi/Backend/Serving')).toEqual([
      { path: 'Properties.ProvisionedConcurrencyConfig', to: { ProvisionedConcurrentExecutions: 2 } },
    ]);
    expect(changesOf(diff, 'Budget/Budget')).toEqual([
      { path: 'Properties.Budget.BudgetLimit.Amount', from: 40, to: 400 },
    ]);
    expect(changesOf(diff, 'Dashboard/Dashboard')).toEqual([
      { path: expect.stringMatching(/alarms\[\d+\]$/), to: `$\{Monitor/silence.Arn}` },
    ]);
    const monitor = diff.domains.find(({ domain }) => domain === 'monitor');
    expect(monitor?.added.map(({ path, type }) => [path, type])).toEqual([
      ['Monitor/silence', 'AWS::CloudWatch::Alarm'],
    ]);
  });

  it('differ by the same the other way round, with added and removed exchanged', () => {
    const [pilot, production] = twoStages('pilot', 'production', profiles);
    const there = diffStages(pilot, production);
    const back = diffStages(production, pilot);
    expect(back.domains.map(({ domain, removed, added }) => [domain, removed.length, added.length])).toEqual(
      there.domains.map(({ domain, removed, added }) => [domain, added.length, removed.length]),
    );
    const changes = ({ domains }: StageDiff) =>
      domains.flatMap(({ changed }) => changed.map(({ path, changes: of }) => `${path} ${of.length}`)).toSorted();
    expect(changes(back)).toEqual(changes(there));
  });

  it('name no stage in what they show', () => {
    const text = JSON.stringify(diffStages(...twoStages('pilot', 'production', profiles)).domains);
    expect(text).not.toMatch(/spam-filter-(pilot|production)/);
  });
});

describe('resources of two stages', () => {
  it('are matched although a hash in their logical id differs, and so are references to them', () => {
    const diff = diffOf((stack, stage) => {
      const fn = new LambdaFunction(stack, 'Predict', {
        runtime: Runtime.NODEJS_22_X,
        handler: 'index.handler',
        code: Code.fromInline('exports.handler = async () => 1'),
        environment: { LEVEL: stage === 'pilot' ? 'DEBUG' : 'INFO' },
      });
      new CfnResource(stack, 'Alias', { type: 'Test::Alias', properties: { To: fn.currentVersion.version } });
    });
    expect(diff.domains.flatMap(({ added, removed }) => [...added, ...removed])).toEqual([]);
    expect(diff.domains.flatMap(({ changed }) => changed)).toMatchObject([
      { path: 'Predict', changes: [{ path: 'Properties.Environment.Variables.LEVEL', from: 'DEBUG', to: 'INFO' }] },
    ]);
  });

  it('do not differ by the parameter that holds the name of their deployment', () => {
    const diff = diffOf((stack, stage) => {
      const value = StringParameter.valueForStringParameter(stack, `/slipway/demo-${stage}/table-arn`);
      new CfnResource(stack, 'Reader', { type: 'Test::Reader', properties: { Table: value } });
    });
    expect(diff.domains).toEqual([]);
  });

  it('differ by a parameter that they read from elsewhere', () => {
    const diff = diffOf((stack, stage) => {
      const value = StringParameter.valueForStringParameter(stack, stage === 'pilot' ? '/a' : '/b');
      new CfnResource(stack, 'Reader', { type: 'Test::Reader', properties: { Table: value } });
    });
    expect(changesOf(diff, 'Reader')).toEqual([{ path: 'Properties.Table', from: `$\{/a}`, to: `$\{/b}` }]);
  });

  it('that share a path are told apart by their logical ids', () => {
    const diff = diffOf((stack, stage) => {
      for (const id of ['One', 'Two']) {
        const resource = new CfnResource(stack, id, {
          type: 'Test::Thing',
          properties: { Of: stage === 'pilot' ? id : 'x' },
        });
        resource.addMetadata('aws:cdk:path', `${stage}/serve/Same`);
      }
    });
    const changed = diff.domains.flatMap((domain) => domain.changed);
    expect(changed.map(({ path, changes }) => [path, changes[0]?.from])).toEqual([
      ['One', 'One'],
      ['Two', 'Two'],
    ]);
  });

  it('of another type under the same path are one removed and one added', () => {
    const diff = diffOf((stack, stage) => {
      new CfnResource(stack, 'Thing', { type: stage === 'pilot' ? 'Test::Old' : 'Test::New' });
    });
    expect(diff.domains).toMatchObject([
      { domain: 'other', added: [{ type: 'Test::New' }], removed: [{ type: 'Test::Old' }], changed: [] },
    ]);
  });

  it('differ by what they depend on, whatever its order', () => {
    const diff = diffOf((stack, stage) => {
      const [a, b, c] = ['A', 'B', 'C'].map((id) =>
        stack.getLogicalId(new CfnResource(stack, id, { type: 'Test::On' })),
      );
      const thing = new CfnResource(stack, 'Thing', { type: 'Test::Thing' });
      thing.addOverride('DependsOn', stage === 'pilot' ? [a, b] : [b, a, c]);
    });
    expect(changesOf(diff, 'Thing')).toEqual([{ path: 'DependsOn[2]', to: 'C' }]);
  });
});

describe('stacks of two stages', () => {
  it('that only one has are told with all they hold', () => {
    const stages = twoStages('pilot', 'production', (app) => {
      for (const name of ['pilot', 'production']) {
        const stage = new Stage(app, name);
        new Stack(stage, 'serve');
        if (name === 'production') new Topic(new Stack(stage, 'operate'), 'Monitor');
      }
    });
    expect(diffStages(...stages).domains).toMatchObject([
      { domain: 'stage', added: [{ stack: 'operate', path: '' }] },
      { domain: 'monitor', added: [{ stack: 'operate', path: 'Monitor' }] },
    ]);
  });
});
