import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { messageOf, property, resourcesOf } from '../support';
import { controlledStage, DEPLOYMENT, functionNamed, ofComponents, roleOf, statementsOf, templatesOf } from './stage';

const templates = templatesOf(controlledStage());

describe('the verified rollout', () => {
  const { endpoint } = templates;

  it('runs after the endpoint, again with each configuration, and only where there is an endpoint', () => {
    const [[, found] = []] = resourcesOf(endpoint, 'Custom::SlipwayVerifiedRollout');
    expect(found).toMatchObject({
      Condition: 'Running',
      Properties: {
        EndpointName: DEPLOYMENT,
        EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] },
        Images: [{ Variant: 'AllTraffic', Image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/spam:1' }],
        RollbackAlarms: [`${DEPLOYMENT}-rollout-errors`],
        ServiceTimeout: '720',
      },
    });
    expect(found?.DependsOn).toContain('Endpoint');
    expect(property<number>(functionNamed(endpoint, 'verify-rollout'), 'Timeout')).toBe(660);
  });

  it('says which configuration was verified', () => {
    endpoint.hasOutput('ServedEndpointConfig', { Condition: 'Running' });
  });

  it('runs again with each model of an inference component, and says which were verified', () => {
    const [[, found] = []] = resourcesOf(ofComponents.endpoint, 'Custom::SlipwayVerifiedRollout');
    expect(found?.Properties?.Components).toEqual([
      { Component: `${DEPLOYMENT}-model`, Model: `of-${DEPLOYMENT}-model` },
      { Component: `${DEPLOYMENT}-Embed`, Model: `of-${DEPLOYMENT}-Embed` },
    ]);
    ofComponents.endpoint.hasOutput('ServedInferenceComponents', {
      Condition: 'Running',
      Value: `${DEPLOYMENT}-model=of-${DEPLOYMENT}-model,${DEPLOYMENT}-Embed=of-${DEPLOYMENT}-Embed`,
    });
    expect(endpoint.findOutputs('ServedInferenceComponents')).toEqual({});
  });

  it.each([
    ['verify-rollout', ofComponents.endpoint],
    ['endpoint-control', ofComponents.operate],
  ] as const)('lets %s describe exactly the components that there are', (suffix, template) => {
    const describing = statementsOf(template, roleOf(functionNamed(template, suffix))).filter(({ Action }) =>
      [Action].flat().includes('sagemaker:DescribeInferenceComponent'),
    );
    const resources = describing.flatMap(({ Resource }) => Resource).map((resource) => JSON.stringify(resource));
    expect(resources).toEqual([
      expect.stringContaining(`:inference-component/${DEPLOYMENT}-embed"`),
      expect.stringContaining(`:inference-component/${DEPLOYMENT}-model"`),
    ]);
  });

  it('may ask alarms that others named', () => {
    const own = templatesOf(controlledStage({ rollout: { rollbackAlarmNames: ['other-alarm'] } })).endpoint;
    expect(JSON.stringify(own.toJSON())).toContain(':alarm:other-alarm"');
  });

  it.each([Duration.seconds(29), Duration.minutes(15)])('fails with a time-out of %s', (timeout) => {
    expect(messageOf(() => controlledStage({ rollout: { timeout } }))).toContain('expected 30000 to 840000 ms');
  });
});
