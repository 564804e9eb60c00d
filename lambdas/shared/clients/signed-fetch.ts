import { AwsClient } from 'aws4fetch';
import { defaultProvider, runtimeValue } from './runtime-credentials';

/** A client that signs for one service with the function's own credentials and sends once; repeating is the caller's. */
export async function signingClient(service: string): Promise<AwsClient> {
  return new AwsClient({ ...(await defaultProvider()()), service, region: runtimeValue('AWS_REGION'), retries: 0 });
}

/** The endpoint that the environment names for a service, as the SDK reads it, without a slash at its end. */
export function endpointOverride(variable: string): string | undefined {
  const endpoint = process.env[variable] ?? process.env.AWS_ENDPOINT_URL;
  return endpoint === undefined || endpoint === '' ? undefined : endpoint.replace(/\/$/, '');
}

/** Where the services of the function's region are. */
export function regionalDomain(): { readonly region: string; readonly domain: string } {
  const region = runtimeValue('AWS_REGION');
  return { region, domain: region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com' };
}
