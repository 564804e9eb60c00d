import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CfnParameter, CfnResource, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import { PredefinedMetric, ScalableTarget, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, Dashboard, GraphWidget, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { stages } from '../../bin/stages';
import { EndpointChecks, ProductionModel } from '../../lib/index';
import { addOidcVpcStage, newApp } from '../support';
import { type CorpusTemplate, changed, REAL_TIME, SCALED, withResources } from './corpus/templates';

const REASON = 'it was measured, and this is how it has to be';

/** The resources of a template as constructs of a stack. */
function add(stack: Stack, { Resources }: CorpusTemplate): CfnResource[] {
  return Object.entries(Resources).map(
    ([id, { Type, Properties }]) => new CfnResource(stack, id, { type: Type, properties: Properties }),
  );
}

/** What synthesis with the checks ends with, and the part of CDK's report that is theirs. */
function checked(build: (app: App) => void) {
  const app = newApp();
  Validations.of(app).addPlugins(new EndpointChecks());
  build(app);
  let error = '';
  try {
    app.synth();
  } catch (thrown) {
    error = String(thrown);
  }
  return { error, reports: reportsOf(app) };
}

interface Violation {
  readonly ruleName: string;
  readonly severity: string;
  readonly reason?: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
}

interface PluginReport {
  readonly pluginName: string;
  readonly violations: readonly Violation[];
  readonly suppressedViolations?: readonly Violation[];
}

function reportsOf(app: App): readonly PluginReport[] {
  return JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')).pluginReports;
}

const inBrief = (violations: readonly Violation[] = []) =>
  violations.map(({ ruleName, violatingConstructs }) => [
    ruleName,
    ...violatingConstructs.map((one) => one.constructPath),
  ]);

const TOO_LOW = changed(SCALED, { 'Target.MinCapacity': 9 });

describe('EndpointChecks', () => {
  it('fail synthesis for an error, although CDK_VALIDATION is false, with place, limit, source and fix', () => {
    expect(process.env.CDK_VALIDATION).toBe('false');
    const { error, reports } = checked((app) => add(new Stack(new Stage(app, 'pilot'), 'endpoint'), TOO_LOW));
    expect(error).toContain('Properties.MinCapacity is 9: the minimum is 9 and the maximum 8');
    expect(error).toContain('`MinCapacity` is at most `MaxCapacity`');
    expect(error).toContain('API_RegisterScalableTarget.html');
    expect(error).toContain('Raise the maximum or lower the minimum');
    expect(error).toContain("Acknowledge with 'Slipway::scaling-range'");
    expect(reports.map(({ pluginName }) => pluginName)).toEqual(['Slipway']);
    expect(inBrief(reports[0]?.violations)).toEqual([['scaling-range', 'pilot/endpoint/Target']]);
  });

  it('show a warning and let synthesis pass', () => {
    const { error, reports } = checked((app) =>
      add(new Stack(app, 'endpoint'), changed(REAL_TIME, { 'Endpoint.DeploymentConfig': undefined })),
    );
    expect(error).toBe('');
    expect(reports[0]?.violations).toMatchObject([{ ruleName: 'rollback-none', severity: 'warning' }]);
  });

  it.each([
    ['by its whole id', 'Slipway::scaling-range', 'Target'],
    ['by its id alone', 'scaling-range', 'Target'],
    ['by its whole id on the stack', 'Slipway::scaling-range', undefined],
    ['by its id alone on the stack', 'scaling-range', undefined],
  ])('accept a finding that is acknowledged %s, and keep the reason', (_, id, on) => {
    const { error, reports } = checked((app) => {
      const stack = new Stack(app, 'endpoint');
      const target = add(stack, TOO_LOW).find(({ node }) => node.id === on);
      Validations.of(target ?? stack).acknowledge({ id, reason: REASON });
    });
    expect(error).toBe('');
    expect(reports[0]?.violations).toEqual([]);
    expect(reports[0]?.suppressedViolations).toMatchObject([{ severity: 'error', reason: REASON }]);
  });

  it.each(['Slipway::scaling-variant', 'scaling-variant', 'Other::scaling-range'])(
    'do not accept a finding for the acknowledgement of %s',
    (id) => {
      const { error } = checked((app) => {
        const stack = new Stack(app, 'endpoint');
        add(stack, TOO_LOW);
        Validations.of(stack).acknowledge({ id, reason: REASON });
      });
      expect(error).toContain('Slipway::scaling-range');
    },
  );

  it('judge a nested stack, its parameters given by the stack around it', () => {
    const { error, reports } = checked((app) => {
      const stack = new Stack(app, 'endpoint');
      const resources = add(stack, changed(REAL_TIME, { 'Endpoint.EndpointName': undefined }));
      const endpoint = resources.find(({ node }) => node.id === 'Endpoint');
      const alarms = new NestedStack(stack, 'Alarms');
      new CfnResource(alarms, 'Slow', {
        type: 'AWS::CloudWatch::Alarm',
        properties: {
          Namespace: 'AWS/SageMaker',
          MetricName: 'ApproximateBacklogSize',
          Dimensions: [{ Name: 'EndpointName', Value: endpoint?.getAtt('EndpointName') }],
        },
      });
    });
    expect(error).toContain('a real-time endpoint does not publish ApproximateBacklogSize');
    expect(inBrief(reports[0]?.violations)).toEqual([['metric-endpoint-kind', 'endpoint/Alarms/Slow']]);
  });

  it('judge an alarm by the endpoint of another stack of its stage, and not of another stage', () => {
    const alarmOnly: CorpusTemplate = {
      Resources: { Far: withResources(REAL_TIME, {}).Resources.Errors ?? { Type: '', Properties: {} } },
    };
    const { reports } = checked((app) => {
      for (const name of ['pilot', 'production']) {
        const stage = new Stage(app, name);
        if (name === 'pilot') add(new Stack(stage, 'endpoint'), REAL_TIME);
        add(new Stack(stage, 'operate'), changed(alarmOnly, { 'Far.Dimensions.1.Value': 'Main' }));
      }
    });
    expect(inBrief(reports[0]?.violations)).toEqual([['metric-variant', 'pilot/operate/Far']]);
  });

  it('read what constructs of CDK make of scaling, alarms and dashboards, across stacks', () => {
    const build = (metricName: string) => (app: App) => {
      const stack = new Stack(app, 'endpoint');
      // Without a name: everything else refers to what CloudFormation makes up.
      const unnamed = changed(REAL_TIME, {
        'Endpoint.EndpointName': undefined,
        'Endpoint.DeploymentConfig': undefined,
      });
      const resources = add(stack, withResources(unnamed, { Errors: undefined }));
      const endpoint =
        resources
          .find(({ node }) => node.id === 'Endpoint')
          ?.getAtt('EndpointName')
          .toString() ?? '';
      const dimensionsMap = { EndpointName: endpoint, VariantName: 'AllTraffic' };
      const metric = (name: string) => new Metric({ namespace: 'AWS/SageMaker', metricName: name, dimensionsMap });
      const target = new ScalableTarget(stack, 'Target', {
        serviceNamespace: ServiceNamespace.SAGEMAKER,
        resourceId: `endpoint/${endpoint}/variant/AllTraffic`,
        scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        minCapacity: 1,
        maxCapacity: 4,
      });
      target.scaleToTrackMetric('Track', {
        targetValue: 50,
        predefinedMetric: PredefinedMetric.SAGEMAKER_VARIANT_INVOCATIONS_PER_INSTANCE,
      });
      target.scaleOnMetric('Step', {
        metric: metric('ConcurrentRequestsPerModel'),
        scalingSteps: [
          { upper: 1, change: 0 },
          { lower: 5, change: 1 },
        ],
      });
      const operate = new Stack(app, 'operate');
      const rate = new MathExpression({
        expression: 'errors / calls',
        usingMetrics: { errors: metric('Invocation5XXErrors'), calls: metric('Invocations') },
      });
      new Alarm(operate, 'Rate', { metric: rate, threshold: 0.01, evaluationPeriods: 1 });
      new Dashboard(operate, 'Dashboard', {
        widgets: [[new GraphWidget({ left: [metric('ModelLatency'), rate], right: [metric(metricName)] })]],
      });
    };
    expect(checked(build('OverheadLatency')).error).not.toContain('metric-');
    expect(inBrief(checked(build('InvocationsProcessed')).reports[0]?.violations)).toEqual(
      expect.arrayContaining([['metric-endpoint-kind', 'operate/Dashboard/Resource']]),
    );
  });

  it('judge only the stage that they are added to', () => {
    const app = newApp();
    for (const name of ['pilot', 'production']) add(new Stack(new Stage(app, name), 'endpoint'), TOO_LOW);
    const production = app.node.findChild('production');
    Validations.of(production).addPlugins(new EndpointChecks());
    expect(() => app.synth()).toThrow('scaling-range');
    expect(inBrief(reportsOf(app)[0]?.violations)).toEqual([['scaling-range', 'production/endpoint/Target']]);
  });

  it('say nothing of what a parameter decides', () => {
    const { error } = checked((app) => {
      const stack = new Stack(app, 'endpoint');
      const given = new CfnParameter(stack, 'Given', { type: 'Number' });
      add(stack, changed(SCALED, { 'Target.MinCapacity': given.valueAsNumber }));
    });
    expect(error).toBe('');
  });

  it('find nothing in the stages of this project', () => {
    const app = newApp();
    Validations.of(app).addPlugins(new EndpointChecks());
    for (const { id, ...props } of stages) new ProductionModel(app, id, props);
    addOidcVpcStage(app);
    expect(() => app.synth()).not.toThrow();
    expect(reportsOf(app)).toEqual([]);
  }, 60_000);
});
