import type { Field } from '../template/field';

/** Kinds of endpoints. Each publishes metrics of its own and scales in its own way. */
export type EndpointKind = 'real-time' | 'serverless' | 'asynchronous' | 'component';

/** How a kind is called in a message. */
export const KIND_NAMES: Readonly<Record<EndpointKind, string>> = {
  'real-time': 'a real-time endpoint',
  serverless: 'a serverless endpoint',
  asynchronous: 'an asynchronous endpoint',
  component: 'an endpoint of inference components',
};

/** The kind of the endpoints that a configuration makes; undefined where it cannot be told. */
export function kindOf(config: Field): EndpointKind | undefined {
  const asynchronous = config.at('AsyncInferenceConfig');
  if (asynchronous.isThere) return 'asynchronous';
  const variants = config.at('ProductionVariants');
  if (!asynchronous.isMissing || !variants.isComplete) return undefined;
  const { items } = variants;
  if (items.some((variant) => variant.at('ServerlessConfig').isThere)) return 'serverless';
  if (items.length === 0 || items.some((variant) => !variant.at('ServerlessConfig').isMissing)) return undefined;
  // Models of inference components are theirs, not the variant's.
  if (items.every((variant) => variant.at('ModelName').isMissing)) return 'component';
  return items.every((variant) => variant.at('ModelName').isThere) ? 'real-time' : undefined;
}
