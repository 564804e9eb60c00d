import { CfnOutput, CfnResource, CustomResource, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { CONTRACT_METADATA, FACTS_METADATA, type StageFacts } from '../../rehearsal/stage/facts';
import { StageTemplates } from '../../rehearsal/stage/templates';
import { applyStandIns } from '../../rehearsal/stand-ins/apply';
import { REHEARSAL_STACK } from '../../rehearsal/stand-ins/stand-in-types';
import { newApp, REGION } from '../support';
import { scratchFolders } from './scratch';

const newFolder = scratchFolders();
const FACTS: StageFacts = {
  stage: 'pilot',
  model: 'spam-filter',
  deployment: 'spam-filter-pilot',
  region: 'eu-west-1',
  criteria: [{ metric: 'f1', atLeast: 0.95 }],
  latencyP95Ms: 200,
  peakRequestsPerSecond: 40,
  minimumFeedback: 50,
};

/** A rehearsed app: a stage of two stacks, and the rehearsal's own stack. */
function assembly(): string {
  const app = newApp();
  app.node.setContext('aws:cdk:enable-path-metadata', true);
  const own = new Stack(app, REHEARSAL_STACK, { env: REGION });
  own.templateOptions.metadata = { [FACTS_METADATA]: FACTS };
  const stage = new Stage(app, 'pilot', { env: REGION });
  const state = new Stack(stage, 'state', { stackName: 'spam-filter-pilot-state' });
  const operate = new Stack(stage, 'operate', { stackName: 'spam-filter-pilot-operate' });
  new Bucket(state, 'Kept', { removalPolicy: RemovalPolicy.RETAIN });
  new Bucket(state, 'Gone', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
  new CustomResource(state, 'Own', { serviceToken: 'arn:own', properties: { A: 'b' } });
  new CfnBudget(operate, 'Budget', { budget: { budgetType: 'COST', timeUnit: 'MONTHLY' } });
  new CfnOutput(operate, 'Out', { value: 'x' });
  operate.templateOptions.metadata = { [CONTRACT_METADATA]: [{ clause: 'monthlyBudgetUsd', logicalId: 'Budget' }] };
  applyStandIns(stage, 'arn:stand-in');
  return app.synth().directory;
}

describe('the templates of a rehearsed stage', () => {
  const templates = new StageTemplates(assembly());

  it('are those of its stacks, without the rehearsal’s own', () => {
    expect(templates.stacks.map(({ stackName }) => stackName)).toEqual([
      'spam-filter-pilot-state',
      'spam-filter-pilot-operate',
    ]);
  });

  it('give what the app says of the stage', () => {
    expect(templates.facts).toEqual(FACTS);
    expect([...templates.clauses]).toEqual([['Budget', 'monthlyBudgetUsd']]);
  });

  it('describe a stand-in by what was declared', () => {
    expect(templates.resources.find(({ isStandIn }) => isStandIn)).toEqual({
      stack: 'spam-filter-pilot-operate',
      logicalId: 'Budget',
      type: 'AWS::Budgets::Budget',
      isStandIn: true,
      path: 'pilot/operate/Budget',
      retained: false,
      properties: { Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY' } },
    });
  });

  it('describe every other resource as it is', () => {
    const own = templates.resources.find(({ path }) => path.startsWith('pilot/state/Own'));
    expect(own).toMatchObject({ isStandIn: false, properties: { ServiceToken: 'arn:own', A: 'b' } });
    const buckets = templates.resources.filter(({ type }) => type === 'AWS::S3::Bucket');
    expect(buckets.map(({ path, retained }) => [path, retained])).toEqual([
      ['pilot/state/Kept', true],
      ['pilot/state/Gone', false],
    ]);
  });

  it('leave out what a condition leaves out of the deployment', () => {
    expect(templates.resources.map(({ type }) => type)).not.toContain('Custom::S3AutoDeleteObjects');
    expect(Object.values(templates.stacks[0]?.template.Resources ?? {}).map(({ Type }) => Type)).toContain(
      'Custom::S3AutoDeleteObjects',
    );
  });

  it('fail where there are none', () => {
    const folder = newFolder();
    expect(() => new StageTemplates(folder)).toThrow(`there is no cloud assembly in ${folder}`);
  });

  it('fail where they were not synthesized for a rehearsal', () => {
    const app = newApp();
    new CfnResource(new Stack(app, 'plain'), 'Any', { type: 'AWS::SNS::Topic' });
    const { directory } = app.synth();
    expect(() => new StageTemplates(directory)).toThrow(
      `the assembly ${directory} was not synthesized for a rehearsal`,
    );
  });
});
