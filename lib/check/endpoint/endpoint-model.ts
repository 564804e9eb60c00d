import type { Field } from '../template/field';
import { hasMarker } from '../template/markers';
import type { Resource, Template } from '../template/parts';
import type { TemplateSet } from '../template/template-set';
import { type EndpointKind, kindOf } from './endpoint-kind';

const ENDPOINT = 'AWS::SageMaker::Endpoint';
const CONFIG = 'AWS::SageMaker::EndpointConfig';
const COMPONENT = 'AWS::SageMaker::InferenceComponent';
const MODEL = 'AWS::SageMaker::Model';

/** A configuration of endpoints, and what can be said of all its variants. */
export interface Config {
  readonly properties: Field;
  readonly production: readonly Field[];
  readonly shadow: readonly Field[];
  /** Whether these are all variants that there are. */
  readonly isComplete: boolean;
  /** Undefined where it cannot be told. */
  readonly kind: EndpointKind | undefined;
}

/** An endpoint with the configuration that it serves, where that is in the templates. */
export interface Endpoint {
  readonly resource: Resource;
  readonly properties: Field;
  readonly config: Config | undefined;
}

/** How endpoints, configurations, models and components of the templates belong together. */
export class EndpointModel {
  readonly configs: readonly Config[];
  readonly endpoints: readonly Endpoint[];
  readonly components: readonly Field[];
  private readonly byResource: ReadonlyMap<Resource, Endpoint>;

  constructor(private readonly set: TemplateSet) {
    const configs = new Map(set.ofType(CONFIG).map((resource) => [resource, readConfig(set.properties(resource))]));
    this.configs = [...configs.values()];
    this.endpoints = set.ofType(ENDPOINT).map((resource) => {
      const properties = set.properties(resource);
      const config = set.named(properties.at('EndpointConfigName').symbol, resource.template, CONFIG);
      return { resource, properties, config: config === undefined ? undefined : configs.get(config) };
    });
    this.byResource = new Map(this.endpoints.map((endpoint) => [endpoint.resource, endpoint]));
    this.components = set.ofType(COMPONENT).map((resource) => set.properties(resource));
  }

  /** The endpoint that goes by a name, as seen from a template. */
  endpointNamed(name: string | undefined, from: Template): Endpoint | undefined {
    const resource = this.set.named(name, from, ENDPOINT);
    return resource === undefined ? undefined : this.byResource.get(resource);
  }

  /** The component that goes by a name, as seen from a template. */
  componentNamed(name: string | undefined, from: Template): Resource | undefined {
    return this.set.named(name, from, COMPONENT);
  }

  /** Names of all components, if each of them is known. */
  get componentNames(): readonly string[] | undefined {
    const names = this.set.ofType(COMPONENT).map((resource) => this.set.nameOf(resource));
    const known = names.filter((name): name is string => name !== undefined && !hasMarker(name));
    return known.length === names.length ? known : undefined;
  }

  /** Models of the variants that are in the templates. */
  modelsOf(variants: readonly Field[]): readonly Field[] {
    return variants.flatMap((variant) => {
      const model = this.set.named(variant.at('ModelName').symbol, variant.resource.template, MODEL);
      return model === undefined ? [] : [this.set.properties(model)];
    });
  }
}

/** The variant of a name, production or shadow. */
export function variantNamed({ production, shadow }: Config, name: string): Field | undefined {
  return [...production, ...shadow].find((variant) => variant.at('VariantName').symbol === name);
}

/** Names of all variants, if each of them is known. */
export function variantNames({ production, shadow, isComplete }: Config): readonly string[] | undefined {
  const variants = [...production, ...shadow];
  const names = variants.map((variant) => variant.at('VariantName').text).filter((name) => name !== undefined);
  return isComplete && names.length === variants.length ? names : undefined;
}

/** Instance types of a variant, its pools included, that are known. */
export function instanceTypesOf(variant: Field): readonly Field[] {
  const pools = variant.at('InstancePools').items.map((pool) => pool.at('InstanceType'));
  return [variant.at('InstanceType'), ...pools].filter(({ text }) => text !== undefined);
}

function readConfig(properties: Field): Config {
  const production = properties.at('ProductionVariants');
  const shadow = properties.at('ShadowProductionVariants');
  return {
    properties,
    production: production.items,
    shadow: shadow.items,
    isComplete: production.isComplete && shadow.isComplete,
    kind: kindOf(properties),
  };
}
