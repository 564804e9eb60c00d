import { describe, expect, it } from 'vitest';
import { EndpointHosting, Rollout } from '../../lib/index';
import { messageOf } from '../support';
import { type Parts, templateOf } from './endpoints';

import { type Changes, held, template } from './held-endpoint';

describe('a shadow variant', () => {
  const shadowed: Changes = ({ model }) => ({
    hosting: EndpointHosting.realTime({
      instanceType: 'ml.m7i.large',
      shadow: { model, samplingPercent: 20, instanceType: 'ml.c7i.large' },
    }),
    rollout: Rollout.canary(),
  });

  it('gets its share by the ratio of the weights', () => {
    template(shadowed).hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [{ VariantName: 'AllTraffic', InitialVariantWeight: 1 }],
      ShadowProductionVariants: [
        { VariantName: 'Shadow', InitialVariantWeight: 0.2, InstanceType: 'ml.c7i.large', InitialInstanceCount: 1 },
      ],
    });
  });

  it('has alarms of its own that roll nothing back, and a tag for its cost', () => {
    const endpoint = held(shadowed);
    const of = templateOf(endpoint);
    for (const what of ['errors', 'model-errors', 'latency']) {
      of.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: `reranker-shadow-${what}` });
    }
    of.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'reranker-shadow-latency',
      Dimensions: [
        { Name: 'EndpointName', Value: 'reranker' },
        { Name: 'VariantName', Value: 'Shadow' },
      ],
    });
    expect(endpoint.rollbackAlarmNames.filter((name) => name.includes('shadow'))).toEqual([]);
    of.hasResourceProperties('AWS::SageMaker::Endpoint', { Tags: [{ Key: 'slipway:shadow', Value: '20' }] });
  });

  it('fails beside a rolling rollout, and with a share of nothing', () => {
    expect(
      messageOf(() => held((parts, stack) => ({ ...shadowed(parts, stack), rollout: Rollout.rolling() }))),
    ).toContain('beside a shadow variant, expected Rollout.canary, Rollout.linear or Rollout.allAtOnce');
    const nothing = ({ model }: Parts) => ({
      hosting: EndpointHosting.realTime({ instanceType: 'ml.m7i.large', shadow: { model, samplingPercent: 0 } }),
    });
    expect(messageOf(() => held(nothing))).toContain(
      'shadow.samplingPercent is 0, expected a whole number from 1 to 100',
    );
  });
});
