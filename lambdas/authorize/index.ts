import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { authorize, type OidcSettings, Unauthorized } from './authorize';
import { issuerKeys } from './io/oidc-keys';
import type { AuthorizerAnswer } from './policy';

const settings: OidcSettings = {
  issuer: requiredEnv(ENV.oidcIssuer),
  audience: requiredEnv(ENV.oidcAudience),
  roles: JSON.parse(requiredEnv(ENV.oidcRoles)),
  rolesClaim: requiredEnv(ENV.oidcRolesClaim),
};
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { handler: 'authorize' });
const keys = issuerKeys(settings.issuer);

export async function handler(event: APIGatewayTokenAuthorizerEvent): Promise<AuthorizerAnswer> {
  try {
    return await authorize(event.authorizationToken, event.methodArn, settings, keys);
  } catch (error) {
    if (!(error instanceof Unauthorized)) log.error('token could not be checked', error);
    throw error;
  }
}
