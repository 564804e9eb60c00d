import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteInferenceComponentCommand,
  DeleteModelCommand,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListInferenceComponents,
  paginateListModels,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { ClientConfig } from '../aws';
import { all, type Kind } from './kind';

/** What a stage with an endpoint can leave behind in the double of SageMaker and of Application Auto Scaling. */
export function endpointKinds(config: ClientConfig): Kind[] {
  const client = new SageMakerClient(config);
  const scaling = new ApplicationAutoScalingClient(config);
  return [
    {
      type: 'AWS::SageMaker::Endpoint',
      list: () =>
        all(
          paginateListEndpoints({ client }, {}),
          ({ Endpoints }) => Endpoints,
          ({ EndpointName }) => EndpointName,
        ),
      remove: (EndpointName) => client.send(new DeleteEndpointCommand({ EndpointName })),
    },
    {
      type: 'AWS::SageMaker::EndpointConfig',
      list: () =>
        all(
          paginateListEndpointConfigs({ client }, {}),
          ({ EndpointConfigs }) => EndpointConfigs,
          ({ EndpointConfigName }) => EndpointConfigName,
        ),
      remove: (EndpointConfigName) => client.send(new DeleteEndpointConfigCommand({ EndpointConfigName })),
    },
    {
      type: 'AWS::SageMaker::Model',
      list: () =>
        all(
          paginateListModels({ client }, {}),
          ({ Models }) => Models,
          ({ ModelName }) => ModelName,
        ),
      remove: (ModelName) => client.send(new DeleteModelCommand({ ModelName })),
    },
    {
      type: 'AWS::SageMaker::InferenceComponent',
      list: () =>
        all(
          paginateListInferenceComponents({ client }, {}),
          ({ InferenceComponents }) => InferenceComponents,
          ({ InferenceComponentName }) => InferenceComponentName,
        ),
      remove: (InferenceComponentName) => client.send(new DeleteInferenceComponentCommand({ InferenceComponentName })),
    },
    {
      type: 'AWS::ApplicationAutoScaling::ScalableTarget',
      list: () =>
        all(
          paginateDescribeScalableTargets({ client: scaling }, { ServiceNamespace: 'sagemaker' }),
          ({ ScalableTargets }) => ScalableTargets,
          ({ ResourceId, ScalableDimension }) => `${ResourceId} ${ScalableDimension}`,
        ),
      remove: (id) => {
        const [ResourceId, ScalableDimension] = id.split(' ');
        return scaling.send(
          new DeregisterScalableTargetCommand({
            ServiceNamespace: 'sagemaker',
            ResourceId,
            ScalableDimension: ScalableDimension as 'sagemaker:variant:DesiredInstanceCount',
          }),
        );
      },
    },
  ];
}
