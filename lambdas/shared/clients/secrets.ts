import { endpointOverride, regionalDomain, signingClient } from './signed-fetch';

/**
 * One operation of Secrets Manager over a signed `fetch`. The SDK's client would add 30 KB to a bundle that is parsed at every
 * cold start, for one call in the life of few functions.
 */
const ATTEMPTS = 2;
const ATTEMPT_MS = 1_500;

/** A refusal of Secrets Manager, named by its code, as the SDK's errors are. */
class SecretsError extends Error {
  readonly $fault: 'client' | 'server';

  constructor(code: string, status: number) {
    super(`Secrets Manager refused GetSecretValue with ${status} ${code}`);
    this.name = code;
    this.$fault = status < 500 ? 'client' : 'server';
  }
}

/** The text of a secret; undefined where it is binary. */
export async function readSecret(secretId: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await getSecretValue(secretId);
    } catch (error) {
      if ((error instanceof SecretsError && error.$fault === 'client') || attempt === ATTEMPTS) throw error;
    }
  }
}

async function getSecretValue(SecretId: string): Promise<string | undefined> {
  const { region, domain } = regionalDomain();
  const url = endpointOverride('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? `https://secretsmanager.${region}.${domain}`;
  const signed = await (await signingClient('secretsmanager')).sign(`${url}/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId }),
  });
  const response = await fetch(signed, { signal: AbortSignal.timeout(ATTEMPT_MS) });
  const text = await response.text();
  if (!response.ok) throw new SecretsError(codeOf(text) ?? `Http${response.status}`, response.status);
  const { SecretString }: { readonly SecretString?: string } = JSON.parse(text);
  return SecretString;
}

/** `__type` is the code, perhaps behind the name of its shape's namespace. */
function codeOf(text: string): string | undefined {
  return /"__type"\s*:\s*"(?:[\w.]+#)?(\w{1,64})"/.exec(text)?.[1];
}
