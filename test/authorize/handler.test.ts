import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ENV } from '../../protocol/env';
import { AUDIENCE, Issuer } from './issuer';

let issuer: Issuer;
let handler: typeof import('../../lambdas/authorize/index')['handler'];
const logged: string[] = [];

beforeAll(async () => {
  issuer = await Issuer.start();
  await issuer.addKey('rs', 'RS256');
  vi.stubEnv(ENV.oidcIssuer, issuer.url);
  vi.stubEnv(ENV.oidcAudience, AUDIENCE);
  vi.stubEnv(ENV.oidcRoles, '["caller"]');
  vi.stubEnv(ENV.oidcRolesClaim, 'groups');
  vi.stubEnv(ENV.logLevel, 'DEBUG');
  ({ handler } = await import('../../lambdas/authorize/index'));
  vi.unstubAllEnvs();
});
afterAll(() => issuer.stop());
afterEach(() => {
  logged.length = 0;
});

async function call(authorizationToken: string) {
  const event: APIGatewayTokenAuthorizerEvent = {
    type: 'TOKEN',
    methodArn: 'arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/POST/predictions',
    authorizationToken,
  };
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    logged.push(String(text));
    return true;
  });
  try {
    return await handler(event);
  } finally {
    write.mockRestore();
  }
}

/** Everything that was logged, and that an error says to the runtime, which logs it. */
async function toldBy(token: string): Promise<string> {
  const error: unknown = await call(`Bearer ${token}`).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  return `${logged.join('')}${error instanceof Error ? error.stack : ''}`;
}

describe('the authorizer', () => {
  // The issuer is down while nothing of it is cached: first.
  it('logs that the issuer is down, and nothing of the token', async () => {
    issuer.conduct = 'discovery fails';
    const token = await issuer.token({ email: 'carol@example.com' });
    const told = await toldBy(token);
    issuer.conduct = 'sound';
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      level: 'ERROR',
      event: 'token could not be checked',
      handler: 'authorize',
      errorName: 'Error',
    });
    for (const part of token.split('.')) expect(told).not.toContain(part);
    expect(told).not.toContain('carol');
  });

  it('lets in a caller with one of the roles, and refuses one without', async () => {
    const allowed = await call(`Bearer ${await issuer.token({ groups: ['caller'] })}`);
    const denied = await call(`Bearer ${await issuer.token({ roles: ['caller'] })}`);
    expect([allowed, denied].map(({ policyDocument }) => policyDocument.Statement[0]?.Effect)).toEqual([
      'Allow',
      'Deny',
    ]);
    expect(logged).toEqual([]);
  });

  it('says nothing of a token that it refuses', async () => {
    const tokens = [
      await issuer.token({ aud: 'carol@example.com' }),
      await issuer.token({ exp: 1, email: 'carol@example.com' }),
      `${await issuer.token()}x`,
      'carol.example.com',
    ];
    for (const token of tokens) {
      const told = await toldBy(token);
      for (const part of token.split('.').filter(({ length }) => length > 3)) expect(told).not.toContain(part);
      expect(told).not.toContain('carol');
      expect(told).toMatch(/^Unauthorized: Unauthorized\n/);
    }
  });
});
