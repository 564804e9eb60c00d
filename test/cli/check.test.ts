import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCommand } from '../../cli/check';
import { BUDGET, changed, REAL_TIME, SCALED } from '../check/corpus/templates';
import { assemblyOf, run } from './stages';

const REASON = 'it was measured, and this is how it has to be';

const check = (...args: string[]) => run((output) => checkCommand({ output }), ...args);

let folder = '';
const file = (name: string) => join(folder, name);

function written(name: string, content: unknown): string {
  writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content));
  return file(name);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-check-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('slipway check', () => {
  it('says how many templates it looked at, and ends with 0 when nothing is wrong', async () => {
    const result = await check(written('a.json', REAL_TIME), written('b.json', BUDGET));
    expect(result).toEqual({ code: 0, out: '2 templates: 0 errors, 0 warnings\n', err: '' });
  });

  it('prints of an error where it is, the value, the limit, the fix and the source, and ends with 1', async () => {
    const { code, out, err } = await check(written('low.json', changed(SCALED, { 'Target.MinCapacity': 9 })));
    expect({ code, err }).toEqual({ code: 1, err: 'slipway: 1 error found\n' });
    for (const text of [
      'error scaling-range',
      'low.json',
      'Target',
      'Properties.MinCapacity',
      'the minimum is 9 and the maximum 8',
      'is: 9',
      'limit: `MinCapacity` is at most `MaxCapacity`',
      'fix: Raise the maximum or lower the minimum',
      'API_RegisterScalableTarget.html',
      '1 template: 1 error, 0 warnings',
    ]) {
      expect(out).toContain(text);
    }
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('ends with 0 for warnings', async () => {
    const { code, out } = await check(
      written('warn.json', changed(REAL_TIME, { 'Endpoint.DeploymentConfig': undefined })),
    );
    expect(code).toBe(0);
    expect(out).toContain('warning rollback-none');
    expect(out).toContain('1 template: 0 errors, 1 warning\n');
  });

  it('prints the same as JSON', async () => {
    const { code, out } = await check('--json', written('low.json', changed(SCALED, { 'Target.MinCapacity': 9 })));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      templates: 1,
      findings: [
        {
          id: 'scaling-range',
          severity: 'error',
          template: file('low.json'),
          logicalId: 'Target',
          path: 'Properties.MinCapacity',
          value: 9,
          message: 'the minimum is 9 and the maximum 8',
          limit: '`MinCapacity` is at most `MaxCapacity`, in `ScheduledActions` too',
          source: 'https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html',
          fix: 'Raise the maximum or lower the minimum',
        },
      ],
      acknowledged: [],
    });
  });

  it('judges files together', async () => {
    const { Errors, ...others } = REAL_TIME.Resources;
    const { Endpoint } = others;
    const without = {
      Resources: {
        ...others,
        Endpoint: { ...Endpoint, Properties: { ...Endpoint?.Properties, DeploymentConfig: { Ref: 'P' } } },
      },
    };
    const far = changed(
      { Resources: { Far: Errors ?? { Type: '', Properties: {} } } },
      { 'Far.Dimensions.1.Value': 'Main' },
    );
    expect((await check(written('far.json', far))).code).toBe(0);
    const { code, out } = await check(written('near.json', without), file('far.json'));
    expect(code).toBe(1);
    expect(out).toContain('the endpoint has no variant "Main"; it has AllTraffic');
  });

  it('accepts what a template acknowledges with a reason, and counts it', async () => {
    const low = changed(SCALED, {
      'Target.MinCapacity': 9,
      '/Resources.Target.Metadata': { 'slipway:acknowledged': { 'scaling-range': REASON } },
    });
    const { code, out } = await check(written('accepted.json', low));
    expect({ code, out }).toEqual({ code: 0, out: '1 template: 0 errors, 0 warnings, 1 acknowledged\n' });
    const empty = changed(low, { '/Resources.Target.Metadata': { 'slipway:acknowledged': { 'scaling-range': ' ' } } });
    expect((await check(written('accepted.json', empty))).code).toBe(1);
  });

  it('reads YAML with the short tags of functions', async () => {
    const path = written(
      'template.yaml',
      `Parameters:
  Least: { Type: Number }
Conditions:
  IsLarge: !Equals [!Ref Least, 4]
Resources:
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: sagemaker
      ResourceId: !Sub endpoint/\${Endpoint}/variant/AllTraffic
      ScalableDimension: sagemaker:variant:DesiredInstanceCount
      MinCapacity: !Select [0, [9, 1]]
      MaxCapacity: 8
  Other:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: !Join [/, [endpoint, !GetAtt Endpoint.EndpointName, variant, Main]]
      MinCapacity: !If [IsLarge, 9, !Ref AWS::NoValue]
      MaxCapacity: 1
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: !ImportValue
        Fn::Sub: '\${Least}-config'
`,
    );
    const { code, out } = await check('--json', path);
    expect(code).toBe(1);
    const findings: { id: string; logicalId: string }[] = JSON.parse(out).findings;
    expect(findings.map(({ id, logicalId }) => `${id} ${logicalId}`)).toEqual([
      'scaling-range Target',
      'scaling-name-is-arn Target',
    ]);
  });

  it.each<[string, () => string[], RegExp]>([
    ['no path', () => [], /missing required argument 'path'/],
    ['a missing file', () => [file('none.json')], /there is no .*none\.json; give a cloud assembly/],
    ['a file without JSON', () => [written('bad.json', '{ "Resources": ')], /bad\.json cannot be read: /],
    ['a file without YAML', () => [written('bad.yaml', 'a: [')], /bad\.yaml cannot be read: /],
    [
      'JSON that is no template',
      () => [written('no.json', { name: 'slipway' })],
      /no\.json is no template: it has no "Resources"/,
    ],
    ['JSON that is no object', () => [written('list.json', [])], /list\.json is no template/],
    ['a folder that is no assembly', () => [folder], /has no manifest\.json; give a cloud assembly/],
    ['an unknown option', () => ['--jsn', 'x'], /unknown option '--jsn'/],
  ])('fails for %s with one line and code 2', async (_, args, message) => {
    const { code, out, err } = await check(...args());
    expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: '', lines: 2 });
    expect(err).toMatch(message);
  });
});

describe('slipway check over a cloud assembly', () => {
  const assembly = assemblyOf((app) => {
    // As the CDK CLI sets it.
    app.node.setContext('aws:cdk:enable-asset-metadata', true);
    const pilot = new Stack(new Stage(app, 'pilot'), 'endpoint');
    addTarget(pilot, 'Low');
    Validations.of(addTarget(pilot, 'Accepted')).acknowledge({ id: 'Slipway::scaling-range', reason: REASON });
    const nested = new NestedStack(pilot, 'Nested');
    addTarget(nested, 'Inner');
    const accepted = new NestedStack(pilot, 'AcceptedNested');
    Validations.of(accepted).acknowledge({ id: 'scaling-range', reason: REASON });
    addTarget(accepted, 'Inner');
    addTarget(new Stack(app, 'alone'), 'Outer');
  });

  function addTarget(stack: Stack, id: string): CfnResource {
    const { Type, Properties } = SCALED.Resources.Target ?? { Type: '', Properties: {} };
    return new CfnResource(stack, id, { type: Type, properties: { ...Properties, MinCapacity: 9 } });
  }

  it('reads every stage and nested stack, and what constructs acknowledge', async () => {
    const { code, out } = await check('--json', assembly.directory);
    expect(code).toBe(1);
    const { templates, findings, acknowledged } = JSON.parse(out);
    expect(templates).toBe(4);
    const ids = (list: { logicalId: string }[]) => list.map(({ logicalId }) => logicalId).sort();
    expect(ids(findings)).toEqual(['Inner', 'Low', 'Outer']);
    expect(ids(acknowledged)).toEqual(['Accepted', 'Inner']);
    expect(acknowledged).toMatchObject([{ acknowledged: REASON }, { acknowledged: REASON }]);
  });

  it('follows what one stack takes from another', async () => {
    const { directory } = assemblyOf((app) => {
      const stack = new Stack(app, 'endpoint');
      const unnamed = changed(REAL_TIME, { 'Endpoint.EndpointName': undefined });
      const [endpoint] = Object.entries(unnamed.Resources)
        .map(([id, { Type, Properties }]) => new CfnResource(stack, id, { type: Type, properties: Properties }))
        .filter(({ node }) => node.id === 'Endpoint');
      new CfnResource(new Stack(app, 'operate'), 'Far', {
        type: 'AWS::CloudWatch::Alarm',
        properties: {
          Namespace: 'AWS/SageMaker',
          MetricName: 'ModelLatency',
          Dimensions: [
            { Name: 'EndpointName', Value: endpoint?.getAtt('EndpointName') },
            { Name: 'VariantName', Value: 'Main' },
          ],
        },
      });
    });
    const { out } = await check('--json', directory);
    expect(JSON.parse(out).findings).toMatchObject([{ id: 'metric-variant', logicalId: 'Far' }]);
  });

  it('fails for one without templates with one line and code 2', async () => {
    const { directory } = assemblyOf(() => {});
    const { code, err } = await check(directory);
    expect(code).toBe(2);
    expect(err).toMatch(/^slipway: .* holds no templates; synthesize it first\n$/);
  });
});
