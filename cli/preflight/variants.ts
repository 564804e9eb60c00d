import { hostsComponents } from './rollout';
import { items, numbers, objects, texts } from './template-values';

/** A production or shadow variant as a template describes it. */
export interface Variant {
  /** Undefined where it is known only at deployment. */
  readonly name: string | undefined;
  /** The first is preferred; the others are pools to fall back to, or what a condition may choose. */
  readonly instanceTypes: readonly string[];
  /** Instances that it starts with, or that managed scaling may add. */
  readonly instances: Bound;
  /** Concurrent requests of a serverless variant; undefined for one with instances. */
  readonly serverless: Bound | undefined;
  readonly hostsComponents: boolean;
  /** What of the instance types is known only at deployment. */
  readonly openTypes: readonly string[];
}

/** The most of something, as far as the templates say. */
export interface Bound {
  readonly most: number;
  /** Where the most comes from. */
  readonly how: string;
  /** What is known only at deployment; `most` is then a lower bound. */
  readonly open: readonly string[];
}

type Properties = Readonly<Record<string, unknown>>;

export interface ConfigVariants {
  readonly variants: readonly Variant[];
  /** Lists of variants that are known only at deployment. */
  readonly open: readonly string[];
}

/** Variants of an `AWS::SageMaker::EndpointConfig`. Shadow variants hold instances like the others. */
export function variantsOf(config: Properties): ConfigVariants {
  const lists = [items(config.ProductionVariants), items(config.ShadowProductionVariants)];
  return {
    variants: lists.flatMap(({ literals }) => literals.map(variantOf)),
    open: lists.flatMap(({ open }) => open.map((what) => `its variants are ${what}`)),
  };
}

function variantOf(variant: Properties): Variant {
  const names = texts(variant.VariantName);
  const [name] = names.literals;
  const single = texts(variant.InstanceType);
  const pools = poolsOf(variant);
  return {
    name: names.literals.length === 1 && names.open.length === 0 ? name : undefined,
    instanceTypes: [...new Set([...single.literals, ...pools.types])],
    instances: instancesOf(variant),
    serverless: serverlessOf(variant),
    hostsComponents: hostsComponents(variant),
    openTypes: [...single.open.map((what) => `InstanceType is ${what}`), ...pools.open],
  };
}

function poolsOf(variant: Properties): { types: readonly string[]; open: readonly string[] } {
  const { literals, open } = items(variant.InstancePools);
  const pools = literals
    .map(({ InstanceType, Priority }) => ({
      type: texts(InstanceType),
      priority: numbers(Priority).literals[0] ?? Infinity,
    }))
    .toSorted((a, b) => (a.priority === b.priority ? 0 : a.priority - b.priority));
  const unknown = [...open, ...pools.flatMap(({ type }) => type.open)];
  return {
    types: pools.flatMap(({ type }) => type.literals),
    open: unknown.map((what) => `an instance pool is ${what}`),
  };
}

function instancesOf(variant: Properties): Bound {
  const initial = bound(variant.InitialInstanceCount, 'InitialInstanceCount');
  const managed = objects(variant.ManagedInstanceScaling);
  const scaled = managed.literals.flatMap(({ Status, MaxInstanceCount }) =>
    texts(Status).literals.every((status) => status === 'DISABLED') && texts(Status).open.length === 0
      ? []
      : [bound(MaxInstanceCount, 'maximum of managed scaling')],
  );
  return largest([initial, ...scaled, ...managed.open.map((what) => unknownBound('ManagedInstanceScaling', what))]);
}

/** What counts against the account is the concurrency that a variant may reach, not what is provisioned of it. */
function serverlessOf(variant: Properties): Bound | undefined {
  const { literals, open } = objects(variant.ServerlessConfig);
  if (literals.length === 0 && open.length === 0) return undefined;
  return largest([
    ...literals.map(({ MaxConcurrency }) => bound(MaxConcurrency, 'MaxConcurrency')),
    ...open.map((what) => unknownBound('ServerlessConfig', what)),
  ]);
}

/** The largest that a property of a template can be. */
export function bound(value: unknown, property: string): Bound {
  const { literals, open } = numbers(value);
  return { most: Math.max(0, ...literals), how: property, open: open.map((what) => `${property} is ${what}`) };
}

function unknownBound(property: string, what: string): Bound {
  return { most: 0, how: property, open: [`${property} is ${what}`] };
}

/** What remains open of any bound remains open of the largest. */
export function largest(bounds: readonly Bound[]): Bound {
  const most = Math.max(0, ...bounds.map((one) => one.most));
  return {
    most,
    how: bounds.find((one) => one.most === most)?.how ?? '',
    open: bounds.flatMap(({ open }) => open),
  };
}
