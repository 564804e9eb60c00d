import { DescribeEndpointCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { describeComponent } from '../../shared/clients/inference-component';
import type { DeployedComponent } from '../../shared/deployed-component';
import type { Endpoint, EndpointDescription } from '../ports';

/** The endpoint as SageMaker describes it. */
export class SageMakerEndpoint implements Endpoint {
  constructor(
    private readonly client: SageMakerClient,
    readonly name: string,
    readonly warmUp: () => Promise<string>,
  ) {}

  async describe(): Promise<EndpointDescription | undefined> {
    try {
      const { EndpointStatus, EndpointConfigName, FailureReason } = await this.client.send(
        new DescribeEndpointCommand({ EndpointName: this.name }),
      );
      return {
        status: EndpointStatus ?? 'unknown',
        configName: EndpointConfigName,
        failureReason: FailureReason,
      };
    } catch (error) {
      // "Could not find endpoint": SageMaker has no error of its own for it.
      if (error instanceof Error && error.name === 'ValidationException' && /could not find/i.test(error.message)) {
        return undefined;
      }
      throw error;
    }
  }

  component(name: string): Promise<DeployedComponent | undefined> {
    return describeComponent(this.client, name);
  }
}
