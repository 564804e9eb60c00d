import { DescribeInferenceComponentCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { DeployedComponent } from '../deployed-component';

/** Undefined where there is no such component. */
export async function describeComponent(client: SageMakerClient, name: string): Promise<DeployedComponent | undefined> {
  try {
    const found = await client.send(new DescribeInferenceComponentCommand({ InferenceComponentName: name }));
    const { Specification, Specifications = [] } = found;
    const specifications = Specification === undefined ? Specifications : [Specification, ...Specifications];
    const models = specifications.flatMap(({ ModelName }) => (ModelName === undefined ? [] : [ModelName]));
    return {
      status: found.InferenceComponentStatus ?? 'unknown',
      models: [...new Set(models)],
      failureReason: found.FailureReason,
    };
  } catch (error) {
    // SageMaker has no error of its own for what does not exist.
    if (error instanceof Error && error.name === 'ValidationException' && /could not find/i.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}
