import type { CreateEndpointConfigInput, EndpointConfigSummary, ProductionVariant } from '@aws-sdk/client-sagemaker';
import type { Account } from '../account';
import { validationException } from '../api-error';
import { Named } from '../named';
import { epochSeconds, type Wire } from '../wire';
import type { Models } from './models';
import type { Tags } from './tags';

export interface EndpointConfig {
  readonly input: CreateEndpointConfigInput & { readonly EndpointConfigName: string };
  readonly arn: string;
  readonly createdAt: number;
}

export class EndpointConfigs {
  private readonly configs: Named<EndpointConfig>;

  constructor(
    private readonly account: Account,
    private readonly tags: Tags,
    private readonly models: Models,
  ) {
    this.configs = new Named(account, 'endpoint-config');
  }

  create(input: CreateEndpointConfigInput) {
    const { EndpointConfigName } = input;
    this.configs.refuseTaken(EndpointConfigName);
    refuseVariants(input);
    for (const variant of allVariants(input)) this.refuseVariant(variant, input);
    const arn = this.account.arn('endpoint-config', EndpointConfigName);
    this.configs.add(EndpointConfigName, { input: { ...input, EndpointConfigName }, arn, createdAt: epochSeconds() });
    this.tags.set(arn, input.Tags);
    return { EndpointConfigArn: arn };
  }

  describe({ EndpointConfigName }: { readonly EndpointConfigName?: string }) {
    const { input, arn, createdAt } = this.configs.get(EndpointConfigName);
    const { Tags: _tags, ...described } = input;
    return { ...described, EndpointConfigArn: arn, CreationTime: createdAt };
  }

  /** Also of a configuration in use: the documentation says that one must not, the API does not refuse it. */
  delete({ EndpointConfigName = '' }: { readonly EndpointConfigName?: string }) {
    this.tags.forget(this.configs.get(EndpointConfigName).arn);
    this.configs.remove(EndpointConfigName);
    return {};
  }

  list(): { EndpointConfigs: Wire<EndpointConfigSummary>[] } {
    return {
      EndpointConfigs: this.configs.all().map(({ input, arn, createdAt }) => ({
        EndpointConfigName: input.EndpointConfigName,
        EndpointConfigArn: arn,
        CreationTime: createdAt,
      })),
    };
  }

  get(name: string | undefined): EndpointConfig {
    return this.configs.get(name);
  }

  private refuseVariant(variant: ProductionVariant, { ExecutionRoleArn }: CreateEndpointConfigInput): void {
    const { VariantName, ModelName, ServerlessConfig, ManagedInstanceScaling } = variant;
    if (ModelName !== undefined) {
      this.models.get(ModelName);
      if (ManagedInstanceScaling !== undefined) {
        throw validationException('ManagedInstanceScaling is only supported for inference component endpoints.');
      }
    } else if (ExecutionRoleArn === undefined) {
      throw validationException(
        `Variant ${VariantName} has no ModelName: an endpoint for inference components needs the ExecutionRoleArn of the endpoint configuration.`,
      );
    }
    const hasInstances = variant.InstanceType !== undefined || variant.InstancePools !== undefined;
    if ((ServerlessConfig === undefined) !== hasInstances) {
      throw validationException(`Variant ${VariantName} must have either an instance type or a ServerlessConfig.`);
    }
  }
}

function allVariants(input: CreateEndpointConfigInput): readonly ProductionVariant[] {
  return [...(input.ProductionVariants ?? []), ...(input.ShadowProductionVariants ?? [])];
}

function refuseVariants(input: CreateEndpointConfigInput): void {
  const { ProductionVariants = [], ShadowProductionVariants = [] } = input;
  if (ProductionVariants.length === 0) {
    throw validationException('ProductionVariants must have at least one variant.');
  }
  if (ShadowProductionVariants.length > 0 && ProductionVariants.length + ShadowProductionVariants.length !== 2) {
    throw validationException(
      'With ShadowProductionVariants there must be one production variant and one shadow variant.',
    );
  }
  const names = allVariants(input).map(({ VariantName }) => VariantName);
  if (new Set(names).size < names.length) throw validationException('The names of variants must differ.');
}
