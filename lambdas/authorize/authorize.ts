import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type AuthorizerAnswer, authorization, bearerToken, hasRole, type VerifiedClaims } from './policy';

/** API Gateway answers exactly this message with 401; any other error with 500. */
export class Unauthorized extends Error {
  constructor() {
    super('Unauthorized');
    this.name = 'Unauthorized';
  }
}

export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly roles: readonly string[];
  readonly rolesClaim: string;
}

/** Asymmetric algorithms only: with a public key known to all, HMAC would let anybody sign, and `none` needs no key at all. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks of issuer and verifier differ by seconds. */
const CLOCK_TOLERANCE_S = 30;

/** Verifies a token and says what its bearer may do; throws `Unauthorized` where it is no valid token. */
export async function authorize(
  header: string | undefined,
  methodArn: string,
  settings: OidcSettings,
  keys: () => Promise<JWTVerifyGetKey>,
): Promise<AuthorizerAnswer> {
  const token = bearerToken(header);
  if (token === undefined) throw new Unauthorized();
  const claims = await verify(token, settings, await keys());
  return authorization(claims, methodArn, hasRole(claims, settings.rolesClaim, settings.roles));
}

async function verify(token: string, settings: OidcSettings, keys: JWTVerifyGetKey): Promise<VerifiedClaims> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['sub', 'exp'],
    });
    const { iss } = payload;
    // Declared as text, but taken from the token as it is: ["a"] would read like "a" in the actor's id.
    const sub: unknown = payload.sub;
    if (iss === undefined || typeof sub !== 'string' || sub === '') throw new Unauthorized();
    return { ...payload, iss, sub };
  } catch (error) {
    // What is wrong with the token is the caller's fault; that the issuer's keys cannot be had is not.
    const ofIssuer = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
    if (error instanceof errors.JOSEError && !ofIssuer && error.code !== 'ERR_JOSE_GENERIC') throw new Unauthorized();
    throw error;
  }
}
