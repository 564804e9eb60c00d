import { ENV } from '../../../../protocol/env';
import { optionalEnv, requiredEnv } from '../../env';
import type { EndpointTarget } from './sagemaker-backend';

/** The endpoint that the environment names. */
export function endpointTarget(): EndpointTarget {
  return {
    endpoint: requiredEnv(ENV.endpoint),
    inferenceComponent: optionalEnv(ENV.inferenceComponent),
    contentType: optionalEnv(ENV.contentType),
  };
}
