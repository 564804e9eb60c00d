import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorize, Unauthorized } from '../../lambdas/authorize/authorize';
import { issuerKeys } from '../../lambdas/authorize/io/oidc-keys';
import { AUDIENCE, type Conduct, Issuer } from './issuer';

const METHOD = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/GET/health';
const MINUTE = 60_000;

let issuer: Issuer;
beforeEach(async () => {
  issuer = await Issuer.start();
  await issuer.addKey('rs', 'RS256');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await issuer.stop();
});

/** One warm function: what it found at its first request stays. */
function functionOf(url = issuer.url) {
  const keys = issuerKeys(url);
  const settings = { issuer: url, audience: AUDIENCE, roles: [], rolesClaim: 'roles' };
  return async (token: string | Promise<string>) => authorize(`Bearer ${await token}`, METHOD, settings, keys);
}

function later(ms: number): void {
  const now = Date.now() + ms;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
}

describe('the keys of an issuer', () => {
  it('are asked for once, whatever the number of requests', async () => {
    const check = functionOf();
    await check(issuer.token());
    await Promise.all(Array.from({ length: 20 }, () => check(issuer.token())));
    expect(issuer.asked).toEqual({ discovery: 1, keys: 1 });
  });

  it('are asked for once by requests that come together at cold start', async () => {
    const check = functionOf();
    await Promise.all(Array.from({ length: 20 }, () => check(issuer.token())));
    expect(issuer.asked).toEqual({ discovery: 1, keys: 1 });
  });

  it('are asked for again where a token names a key that is new', async () => {
    const check = functionOf();
    await check(issuer.token());
    issuer.keys.delete('rs');
    await issuer.addKey('rotated', 'RS256');
    later(MINUTE);
    expect(await check(issuer.token({}, { kid: 'rotated' }))).toHaveProperty('principalId');
    expect(issuer.asked).toEqual({ discovery: 1, keys: 2 });
  });

  it('are not asked for again and again by tokens that name keys which do not exist', async () => {
    const check = functionOf();
    const key = issuer.keys.get('rs')?.privateKey;
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => issuer.token({}, { kid: `made-up-${n}`, key })),
    );
    await Promise.all(tokens.map((token) => expect(check(token)).rejects.toThrow(Unauthorized)));
    expect(issuer.asked.keys).toBeLessThanOrEqual(2);
    expect(await check(issuer.token())).toHaveProperty('principalId');
  });

  it('that the issuer has withdrawn no longer let anybody in after ten minutes', async () => {
    const check = functionOf();
    await check(issuer.token());
    const options = { kid: 'rs', key: issuer.keys.get('rs')?.privateKey };
    issuer.keys.delete('rs');
    await issuer.addKey('rotated', 'RS256');
    later(11 * MINUTE);
    await expect(check(issuer.token({}, options))).rejects.toThrow(Unauthorized);
  });

  it('are asked of nobody for a header without a token', async () => {
    await expect(functionOf()('')).rejects.toThrow(Unauthorized);
    expect(issuer.asked).toEqual({ discovery: 0, keys: 0 });
  });

  it.each(['', '/', '/realm', '/realm/'])('are found for an issuer whose URL ends with "%s"', async (path) => {
    const url = `${issuer.url}${path}`;
    expect(await functionOf(url)(issuer.token({ iss: url }))).toMatchObject({
      principalId: `oidc:${url}#mail-gateway`,
    });
  });
});

describe('an issuer that is down', () => {
  it.each<Conduct>(['refusing', 'discovery fails', 'keys fail', 'no keys named', 'not JSON'])(
    '(%s) is no fault of the token, and is asked again by the next request',
    async (conduct) => {
      const check = functionOf();
      issuer.conduct = conduct;
      const error: unknown = await check(issuer.token()).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(Unauthorized);
      expect(error).not.toHaveProperty('message', 'Unauthorized');
      issuer.conduct = 'sound';
      expect(await check(issuer.token())).toHaveProperty('principalId');
    },
  );

  it('does not matter while its keys are fresh', async () => {
    const check = functionOf();
    await check(issuer.token());
    issuer.conduct = 'refusing';
    expect(await check(issuer.token())).toHaveProperty('principalId');
  });

  it('is given up on before the function is', { timeout: 15_000 }, async () => {
    issuer.conduct = 'silent';
    const started = performance.now();
    const error: unknown = await functionOf()(issuer.token()).catch((reason: unknown) => reason);
    expect(error).toHaveProperty('name', 'TimeoutError');
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
