/** Names in and around a SageMaker endpoint, which constructs set and handlers look for. */

/** Name of the production variant. Never changed: a rollout needs the same variant in the old and the new configuration. */
export const PRODUCTION_VARIANT = 'AllTraffic';

/** Name of the shadow variant. */
export const SHADOW_VARIANT = 'Shadow';

/** Name of the inference component that answers predictions, where an endpoint has components. */
export function componentName(endpointName: string): string {
  return `${endpointName}-model`;
}

/** Content type of the body that a model is sent. */
export const DEFAULT_CONTENT_TYPE = 'application/json';

/** Parameters of the endpoint stack's template that say what serves. */
export const TEMPLATE_PARAMETER = {
  /** Version, S3 URI of the artefact's prefix ending in a slash, image URI; each may be `none`. */
  desiredVersion: 'DesiredVersion',
  /** `running` or `stopped`. */
  desiredState: 'DesiredState',
} as const;

/** Prefix in the bucket of payloads below which asynchronous inference keeps its own. */
export const DEFAULT_ASYNC_PREFIX = 'async/';

/** Where requests, answers and failures lie below it; failures among the answers, so that one permission reads both. */
export const ASYNC_PREFIX = { input: 'input/', output: 'output/', failure: 'output/failure/' } as const;

/** Topic of a stage that is told of answers, or of failures, of asynchronous inference. */
export function asyncTopicName(endpointName: string, what: 'answers' | 'failures'): string {
  return `${endpointName}-async-${what}`;
}
