import { describe, expect, it } from 'vitest';
import { checkTemplates } from '../../lib/check/check-templates';
import {
  ASYNCHRONOUS,
  alarm,
  COMPONENT,
  type CorpusTemplate,
  changed,
  ENDPOINT_NAME,
  REAL_TIME,
  SERVERLESS,
  withResources,
} from './corpus/templates';

/** The only finding in a template. */
function finding(template: CorpusTemplate) {
  const [only, ...more] = checkTemplates([{ name: 'template.json', template }]);
  if (only === undefined || more.length > 0) throw new Error(`${more.length + (only === undefined ? 0 : 1)} findings`);
  return only;
}

const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };

describe('a finding', () => {
  it('has everything that it takes to act on it', () => {
    const size = 'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize.Value';
    expect(finding(changed(REAL_TIME, { [size]: 60 }))).toEqual({
      id: 'rollout-canary-size',
      severity: 'error',
      template: 'template.json',
      logicalId: 'Endpoint',
      path: 'Properties.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize.Value',
      value: 60,
      message: 'a canary is 60 %',
      limit: 'At most 50 % of the instances of the variant',
      source: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html',
      fix: 'Set a canary of 50 % or less; 10 % shows most faults',
    });
  });

  it.each<[string, CorpusTemplate, string]>([
    [
      'an instance type',
      changed(REAL_TIME, { 'Config.ProductionVariants.0.InstanceType': 'ml.m5.lrage' }),
      'Did you mean ml.m5.large?',
    ],
    ['a metric', withResources(REAL_TIME, { Slow: alarm('ModelLatencey', DIMENSIONS) }), 'Did you mean ModelLatency?'],
    [
      'a component',
      changed(COMPONENT, { 'Target.ResourceId': 'inference-component/llm-production-modle' }),
      'Did you mean llm-production-model?',
    ],
  ])('of %s that is misspelt names the nearest that is known', (_, template, fix) => {
    expect(finding(template).fix).toBe(fix);
  });

  it.each<[string, CorpusTemplate]>([
    ['an instance type', changed(REAL_TIME, { 'Config.ProductionVariants.0.InstanceType': '?' })],
    ['a metric', withResources(REAL_TIME, { Slow: alarm('Z', DIMENSIONS) })],
    ['a component', changed(COMPONENT, { 'Target.ResourceId': 'inference-component/z' })],
  ])('of %s that is like none guesses nothing', (_, template) => {
    expect(finding(template).fix).not.toContain('Did you mean');
  });

  it.each<[string, CorpusTemplate, string]>([
    [
      'dimensions that are wrong',
      withResources(REAL_TIME, { Slow: alarm('ModelLatency', { Endpoint: ENDPOINT_NAME, Variant: 'AllTraffic' }) }),
      'ModelLatency is published with EndpointName and VariantName, or with InferenceComponentName, not with Endpoint and Variant',
    ],
    [
      'no dimensions',
      withResources(REAL_TIME, { Slow: alarm('HasBacklogWithoutCapacity', {}) }),
      'HasBacklogWithoutCapacity is published with EndpointName, not with no dimensions',
    ],
  ])('says with what a metric is published instead of %s', (_, template, message) => {
    expect(finding(template).message).toBe(message);
  });

  it.each<[string, CorpusTemplate, RegExp]>([
    [
      'an asynchronous endpoint',
      withResources(ASYNCHRONOUS, { Calls: alarm('Invocations', DIMENSIONS) }),
      /ApproximateBacklogSizePerInstance/,
    ],
    [
      'a serverless endpoint',
      withResources(SERVERLESS, { Busy: alarm('InvocationsPerInstance', DIMENSIONS) }),
      /ServerlessConcurrentExecutionsUtilization/,
    ],
    [
      'a real-time endpoint that is asked for a backlog',
      withResources(REAL_TIME, { Backlog: alarm('ApproximateBacklogSize', { EndpointName: ENDPOINT_NAME }) }),
      /InvocationsPerInstance or ConcurrentRequestsPerModel/,
    ],
    [
      'a real-time endpoint that is asked for cold starts',
      withResources(REAL_TIME, { Cold: alarm('ModelSetupTime', DIMENSIONS) }),
      /that the guide lists/,
    ],
  ])('says which metric to use of %s', (_, template, fix) => {
    expect(finding(template).fix).toMatch(fix);
  });

  it('stands in the order of the templates and of their resources', () => {
    const wrong = changed(REAL_TIME, {
      'Config.ProductionVariants.0.InstanceType': 'ml.g99.huge',
      'Errors.Dimensions.1.Value': 'Main',
      'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize.Value': 60,
    });
    const findings = checkTemplates([
      { name: 'b', template: wrong },
      { name: 'a', template: changed(wrong, { 'Endpoint.EndpointName': 'other' }) },
    ]);
    expect(findings.map(({ template, id }) => `${template} ${id}`)).toEqual([
      'b instance-type',
      'b metric-variant',
      'b rollout-canary-size',
      'a instance-type',
      'a metric-variant',
      'a rollout-canary-size',
    ]);
  });
});
