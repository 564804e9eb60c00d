import { demandsOf } from '../../../cli/preflight/demands';
import type { CloudFormationResource, CloudFormationTemplate, SynthesizedStage } from '../../../cli/synth';

type Properties = Readonly<Record<string, unknown>>;
export type Resources = Readonly<Record<string, CloudFormationResource>>;

export function templateOf(...parts: readonly Resources[]): CloudFormationTemplate {
  return { Resources: Object.assign({}, ...parts) };
}

export const GPU = 'ml.g5.xlarge';

/** A variant with one instance of a GPU type. */
export function variant(changes: Properties = {}): Properties {
  return { VariantName: 'AllTraffic', ModelName: 'model', InstanceType: GPU, InitialInstanceCount: 1, ...changes };
}

/** A variant without some of its properties. */
export function without(properties: Properties, ...names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

export interface EndpointParts {
  readonly id?: string;
  /** Null for none. */
  readonly name?: unknown;
  readonly config?: Properties;
  readonly configName?: unknown;
  readonly deploymentConfig?: unknown;
}

/** An endpoint and its config, which are `<id>` and `<id>Config`. */
export function endpoint(variants: unknown, parts: EndpointParts = {}): Resources {
  return { ...configAlone(variants, parts), ...endpointAlone(parts) };
}

export function configAlone(variants: unknown, { id = 'Endpoint', config = {} }: EndpointParts = {}): Resources {
  const Properties = { ProductionVariants: variants, ...config };
  return { [`${id}Config`]: { Type: 'AWS::SageMaker::EndpointConfig', Properties } };
}

export function endpointAlone(parts: EndpointParts = {}): Resources {
  const { id = 'Endpoint', name = 'spam-filter-pilot', deploymentConfig } = parts;
  const { configName = { 'Fn::GetAtt': [`${id}Config`, 'EndpointConfigName'] } } = parts;
  const Properties = {
    EndpointConfigName: configName,
    ...(name === null ? {} : { EndpointName: name }),
    ...(deploymentConfig === undefined ? {} : { DeploymentConfig: deploymentConfig }),
  };
  return { [id]: { Type: 'AWS::SageMaker::Endpoint', Properties } };
}

/** A scalable target `<id>`. */
export function target(maxCapacity: unknown, changes: Properties & { readonly id?: string } = {}): Resources {
  const { id = 'Target', ...properties } = changes;
  return {
    [id]: {
      Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
      Properties: {
        ServiceNamespace: 'sagemaker',
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        ResourceId: 'endpoint/spam-filter-pilot/variant/AllTraffic',
        MinCapacity: 1,
        MaxCapacity: maxCapacity,
        ...properties,
      },
    },
  };
}

/** A stage of one stack for each template. */
export function stageOf(
  templates: readonly CloudFormationTemplate[],
  { name = 'pilot', region = 'eu-west-1' }: { readonly name?: string; readonly region?: string | undefined } = {},
): SynthesizedStage {
  return {
    name,
    stacks: templates.map((template, index) => ({
      id: `stack-${index}`,
      stackName: `spam-filter-${name}-stack-${index}`,
      region,
      account: undefined,
      terminationProtection: false,
      templateFile: `stack-${index}.template.json`,
      template,
    })),
  };
}

export const rolling = (MaximumBatchSize: unknown, others: object = {}) => ({
  RollingUpdatePolicy: { MaximumBatchSize, WaitIntervalInSeconds: 60, ...others },
});
export const percent = (Value: unknown) => ({ Type: 'CAPACITY_PERCENT', Value });
export const count = (Value: unknown) => ({ Type: 'INSTANCE_COUNT', Value });
/** A text with a name that CloudFormation puts in. */
export const SUBSTITUTED = ['endpoint/$', '{Endpoint.EndpointName}/variant/AllTraffic'].join('');

/** Instances of the GPU type. */
export function neededOf(...parts: readonly Resources[]) {
  const { instances, open } = demandsOf([templateOf(...parts)]);
  const demand = instances.find(({ instanceType }) => instanceType === GPU);
  return { atLeast: demand?.atLeast, rollback: demand?.rollback, open: [...(demand?.open ?? []), ...open] };
}
