import { endpoint } from './sagemaker/endpoint';
import { endpointConfig } from './sagemaker/endpoint-config';
import { inferenceComponent } from './sagemaker/inference-component';
import { model } from './sagemaker/model';
import { scalableTarget } from './scaling/scalable-target';
import { scalingPolicy } from './scaling/scaling-policy';
import type { StandIn, StandInRequest } from './stand-in';
import { alarm } from './watch/alarm';
import { budget } from './watch/budget';

const BY_TYPE: Readonly<Record<string, StandIn>> = {
  'AWS::ApplicationAutoScaling::ScalableTarget': scalableTarget,
  'AWS::ApplicationAutoScaling::ScalingPolicy': scalingPolicy,
  'AWS::Budgets::Budget': budget,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::SageMaker::Endpoint': endpoint,
  'AWS::SageMaker::EndpointConfig': endpointConfig,
  'AWS::SageMaker::InferenceComponent': inferenceComponent,
  'AWS::SageMaker::Model': model,
};

/** Where nobody has the service's API: a name, and nothing behind it. */
const declaredOnly: StandIn = {
  create: asDeclared,
  update: asDeclared,
  delete: async () => {},
};

async function asDeclared({ name }: StandInRequest) {
  return { physicalId: name, attributes: {} };
}

export function standInFor(type: string): StandIn {
  return BY_TYPE[type] ?? declaredOnly;
}
