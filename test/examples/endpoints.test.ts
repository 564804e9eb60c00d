import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { gpuLlm } from '../../examples/gpu-llm/stack';
import { spamFilterRealTime } from '../../examples/spam-filter/real-time/stack';
import { spamFilterServerless } from '../../examples/spam-filter/serverless/stack';
import { annotations, newApp } from '../support';

const EXAMPLES: readonly (readonly [string, (app: App) => Stack])[] = [
  ['gpu-llm', gpuLlm],
  ['spam-filter-real-time', spamFilterRealTime],
  ['spam-filter-serverless', spamFilterServerless],
];

describe('the example', () => {
  it.each(EXAMPLES)('%s is one endpoint of that name, held to objectives, without an advice', (name, make) => {
    const stack = make(newApp());
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SageMaker::Endpoint', { EndpointName: name });
    expect(Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length).toBeGreaterThan(1);
    expect(annotations(stack, 'aws:cdk:warning')).toEqual([]);
  });

  it('gpu-llm goes to zero at night, and holds its model on each of its types', () => {
    const template = Template.fromStack(gpuLlm(newApp()));
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 0, MaxCapacity: 4 });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'gpu-llm-wake-no-capacity' });
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [
        { InstancePools: ['ml.g5.xlarge', 'ml.g6.xlarge', 'ml.g5.2xlarge'].map((InstanceType) => ({ InstanceType })) },
      ],
    });
  });
});
