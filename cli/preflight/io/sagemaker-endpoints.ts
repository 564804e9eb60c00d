import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointsCommand,
  type PendingProductionVariantSummary,
  type ProductionVariantSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { HostedConfig, HostedEndpoint, HostedEndpoints, HostedVariant } from '../ports';
import { called } from './aws-failure';

const PAGE = 100;

/** Endpoints of the account and region that `client` has. */
export class SageMakerEndpoints implements HostedEndpoints {
  constructor(private readonly client: SageMakerClient) {}

  async names(): Promise<readonly string[]> {
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListEndpointsCommand({ MaxResults: PAGE, NextToken });
      const page = await called('sagemaker:ListEndpoints', () => this.client.send(command));
      names.push(...(page.Endpoints ?? []).flatMap(({ EndpointName }) => EndpointName ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return names;
  }

  async describe(name: string): Promise<HostedEndpoint | undefined> {
    const command = new DescribeEndpointCommand({ EndpointName: name });
    const found = await called('sagemaker:DescribeEndpoint', () => orUndefined(() => this.client.send(command)));
    if (found === undefined) return undefined;
    const {
      AsyncInferenceConfig,
      EndpointConfigName,
      ProductionVariants,
      ShadowProductionVariants,
      PendingDeploymentSummary: pending,
    } = found;
    return {
      name,
      configName: EndpointConfigName,
      asynchronous: AsyncInferenceConfig !== undefined,
      variants: [...(ProductionVariants ?? []), ...(ShadowProductionVariants ?? [])].map(variantOf),
      pending: [...(pending?.ProductionVariants ?? []), ...(pending?.ShadowProductionVariants ?? [])].map(variantOf),
    };
  }

  async config(configName: string): Promise<HostedConfig | undefined> {
    const command = new DescribeEndpointConfigCommand({ EndpointConfigName: configName });
    const found = await called('sagemaker:DescribeEndpointConfig', () => orUndefined(() => this.client.send(command)));
    if (found === undefined) return undefined;
    const { ProductionVariants = [], ShadowProductionVariants = [] } = found;
    const instanceTypes = new Map(
      [...ProductionVariants, ...ShadowProductionVariants].flatMap(
        ({ VariantName, InstanceType, InstancePools = [] }) => {
          const types = [InstanceType, ...InstancePools.map((pool) => pool.InstanceType)];
          return VariantName === undefined ? [] : [[VariantName, types.filter((type) => type !== undefined)] as const];
        },
      ),
    );
    return { instanceTypes, takesComponents: ProductionVariants.some(({ ModelName }) => ModelName === undefined) };
  }
}

function variantOf(variant: ProductionVariantSummary | PendingProductionVariantSummary): HostedVariant {
  const { VariantName = '', CurrentInstanceCount = 0, DesiredInstanceCount = 0, InstancePools = [] } = variant;
  const { CurrentServerlessConfig, DesiredServerlessConfig } = variant;
  return {
    name: VariantName,
    // Scaling out holds what it is to have; scaling in still holds what it had.
    instances: Math.max(CurrentInstanceCount, DesiredInstanceCount),
    concurrency: Math.max(CurrentServerlessConfig?.MaxConcurrency ?? 0, DesiredServerlessConfig?.MaxConcurrency ?? 0),
    instanceType: 'InstanceType' in variant ? variant.InstanceType : undefined,
    pools: InstancePools.flatMap(({ InstanceType, CurrentInstanceCount: instances = 0 }) =>
      InstanceType === undefined ? [] : [{ instanceType: InstanceType, instances }],
    ),
  };
}

/** SageMaker has no error of its own for what does not exist. */
async function orUndefined<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationException' && /could not find/i.test(error.message))
      return undefined;
    throw error;
  }
}
