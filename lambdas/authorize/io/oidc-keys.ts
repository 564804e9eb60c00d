import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';

/** Discovery and keys are asked for at cold start and when an unknown key turns up; longer than this the issuer is down. */
const TIMEOUT_MS = 3_000;

/** Keys of an issuer, found by OpenID Connect discovery and cached for as long as the function lives. */
export function issuerKeys(issuer: string): () => Promise<JWTVerifyGetKey> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return () => {
    keys ??= discover(issuer).catch((error: unknown) => {
      // A failed discovery is not cached: the next request tries again.
      keys = undefined;
      throw error;
    });
    return keys;
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the issuer answered its discovery with ${response.status}`);
  const document: unknown = await response.json();
  if (
    typeof document !== 'object' ||
    document === null ||
    !('jwks_uri' in document) ||
    typeof document.jwks_uri !== 'string'
  ) {
    throw new Error('the issuer has no jwks_uri in its discovery document');
  }
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: TIMEOUT_MS });
}
