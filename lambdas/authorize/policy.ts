import { AUTHORIZER_CONTEXT, oidcActorId } from '../../protocol/actor';

/** What an API Gateway Lambda authorizer answers. */
export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly {
      readonly Action: string;
      readonly Effect: 'Allow' | 'Deny';
      readonly Resource: string;
    }[];
  };
  readonly context: Readonly<Record<string, string>>;
}

/** The claims that matter here, of a token whose signature, issuer, audience and times were verified. */
export interface VerifiedClaims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** The token of an `Authorization` header, or undefined. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '')?.[1];
}

/** Whether one of `wanted` is among the roles of the claim: an array, or a string with spaces as OAuth scopes have. */
export function hasRole(claims: VerifiedClaims, claim: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const value = claims[claim];
  const roles: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return wanted.some((role) => roles.includes(role));
}

/**
 * Lets the caller use every route of the API's stage, or none. The answer is cached per token whatever the route, so that a
 * narrower resource would refuse the next route that the same token asks for.
 */
export function authorization(claims: VerifiedClaims, methodArn: string, allowed: boolean): AuthorizerAnswer {
  const [api, stage] = methodArn.split('/', 2);
  const actor = oidcActorId(claims.iss, claims.sub);
  return {
    principalId: actor,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: allowed ? 'Allow' : 'Deny', Resource: `${api}/${stage}/*` }],
    },
    context: { [AUTHORIZER_CONTEXT.actor]: actor },
  };
}
