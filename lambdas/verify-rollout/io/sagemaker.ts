import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type ProductionVariantSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DeployedEndpoint, DeployedVariant } from '../ports';

/** SageMaker has no error of its own for what does not exist. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException' && /could not find/i.test(error.message);
}

export async function describeEndpoint(client: SageMakerClient, name: string): Promise<DeployedEndpoint | undefined> {
  try {
    const found = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
    return {
      status: found.EndpointStatus ?? 'unknown',
      configName: found.EndpointConfigName,
      failureReason: found.FailureReason,
      variants: [...(found.ProductionVariants ?? []), ...(found.ShadowProductionVariants ?? [])].map(variantOf),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function variantOf({ VariantName = '', DeployedImages = [] }: ProductionVariantSummary): DeployedVariant {
  const images = DeployedImages.map(({ SpecifiedImage, ResolvedImage }) => ({
    specified: SpecifiedImage,
    resolved: ResolvedImage,
  }));
  return { name: VariantName, images };
}

export async function configMadeAt(client: SageMakerClient, name: string): Promise<number | undefined> {
  try {
    const { CreationTime } = await client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name }));
    return CreationTime?.getTime();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
