import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize, type OidcSettings } from '../../lambdas/authorize/authorize';
import { issuerKeys } from '../../lambdas/authorize/io/oidc-keys';
import { AUDIENCE, Issuer, SUBJECT, type TokenOptions } from './issuer';

const METHOD = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/POST/predictions';
const NOW = () => Math.floor(Date.now() / 1000);

let issuer: Issuer;
let keys: ReturnType<typeof issuerKeys>;
beforeAll(async () => {
  issuer = await Issuer.start();
  await issuer.addKey('rs', 'RS256');
  await issuer.addKey('es', 'ES256');
  await issuer.addKey('ed', 'EdDSA');
  keys = issuerKeys(issuer.url);
});
afterAll(() => issuer.stop());

function check(header: string | undefined, changes: Partial<OidcSettings> = {}) {
  const settings = { issuer: issuer.url, audience: AUDIENCE, roles: [], rolesClaim: 'roles', ...changes };
  return authorize(header, METHOD, settings, keys);
}

async function checkToken(claims: JWTPayload = {}, options: TokenOptions = {}) {
  return check(`Bearer ${await issuer.token(claims, options)}`);
}

/** What API Gateway turns into 401. */
const UNAUTHORIZED = expect.objectContaining({ message: 'Unauthorized' });

describe('a valid token', () => {
  it.each(['rs', 'es', 'ed'])('signed with the key "%s" lets its bearer in', async (kid) => {
    const { policyDocument } = await checkToken({}, { kid });
    expect(policyDocument.Statement).toMatchObject([{ Effect: 'Allow' }]);
  });

  it('makes its issuer and subject the actor', async () => {
    const { principalId, context } = await checkToken();
    const actor = `oidc:${issuer.url}#${SUBJECT}`;
    expect({ principalId, context }).toEqual({ principalId: actor, context: { slipwayActor: actor } });
  });

  it('may be meant for other audiences too', async () => {
    expect(await checkToken({ aud: ['other', AUDIENCE] })).toHaveProperty('policyDocument.Statement.0.Effect', 'Allow');
  });

  it('may have expired or begin within the tolerance of clocks', async () => {
    expect(await checkToken({ exp: NOW() - 20, nbf: NOW() + 20 })).toHaveProperty('principalId');
  });
});

describe('fails as unauthorized: a token', () => {
  it.each<[string, () => JWTPayload]>([
    ['of another issuer', () => ({ iss: 'https://login.example.com' })],
    ['of the issuer written with a slash at its end', () => ({ iss: `${issuer.url}/` })],
    ['without an issuer', () => ({ iss: undefined })],
    ['for another audience', () => ({ aud: 'billing' })],
    ['for an audience that only begins alike', () => ({ aud: `${AUDIENCE}-2` })],
    ['without an audience', () => ({ aud: undefined })],
    ['that expired', () => ({ exp: NOW() - 40 })],
    ['without an expiry', () => ({ exp: undefined })],
    ['that is not valid yet', () => ({ nbf: NOW() + 60 })],
    ['without a subject', () => ({ sub: undefined })],
    ['with an empty subject', () => ({ sub: '' })],
  ])('%s', async (_, claims) => {
    await expect(checkToken(claims())).rejects.toEqual(UNAUTHORIZED);
  });

  it.each([7, {}, ['mail-gateway'], true])('with the subject %j, which is no text', async (sub) => {
    const claims: Record<string, unknown> = { sub };
    await expect(checkToken(claims)).rejects.toEqual(UNAUTHORIZED);
  });

  it('whose expiry is no number', async () => {
    const claims: Record<string, unknown> = { exp: '2099-01-01' };
    await expect(checkToken(claims)).rejects.toEqual(UNAUTHORIZED);
  });

  it('signed by another key under a known id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    await expect(checkToken({}, { key: privateKey })).rejects.toEqual(UNAUTHORIZED);
  });

  it('that brings the key it is signed with', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const header = { jwk: await exportJWK(publicKey), jku: 'http://127.0.0.1:9/keys' };
    await expect(checkToken({}, { key: privateKey, header })).rejects.toEqual(UNAUTHORIZED);
    await expect(checkToken({}, { key: privateKey, header: { ...header, kid: 'mine' } })).rejects.toEqual(UNAUTHORIZED);
  });

  it('whose claims were changed after signing', async () => {
    const [head, , signature] = (await issuer.token()).split('.');
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'administrator', exp: NOW() + 300 };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    await expect(check(`Bearer ${head}.${payload}.${signature}`)).rejects.toEqual(UNAUTHORIZED);
  });

  it('that is not signed (alg none), with or without something in place of a signature', async () => {
    const [, payload] = (await issuer.token()).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      const head = Buffer.from(JSON.stringify({ alg, kid: 'rs' })).toString('base64url');
      await expect(check(`Bearer ${head}.${payload}.`)).rejects.toEqual(UNAUTHORIZED);
      await expect(check(`Bearer ${head}.${payload}.AA`)).rejects.toEqual(UNAUTHORIZED);
    }
  });

  it('signed with HS256 and the public key as its secret', async () => {
    const publicKey = issuer.keys.get('rs')?.publicKey;
    if (publicKey === undefined) throw new Error('the issuer lacks its key');
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(await exportJWK(publicKey))]) {
      const options = { alg: 'HS256', key: new TextEncoder().encode(secret) };
      await expect(checkToken({}, options)).rejects.toEqual(UNAUTHORIZED);
    }
  });

  it('whose algorithm is not that of the key it names', async () => {
    const key = issuer.keys.get('rs')?.privateKey;
    await expect(checkToken({}, { kid: 'es', alg: 'RS256', key })).rejects.toEqual(UNAUTHORIZED);
  });

  it.each(['a.b.c', '....', 'e30.e30.e30', `${'a'.repeat(50_000)}.${'b'.repeat(50_000)}.c`])(
    'that is none',
    async (text) => {
      await expect(check(`Bearer ${text}`)).rejects.toEqual(UNAUTHORIZED);
    },
  );

  it('whose header demands an extension that nobody here understands', async () => {
    const options = { header: { crit: ['b64'], b64: true } };
    expect(await checkToken({}, options)).toHaveProperty('principalId');
    const [, payload, signature] = (await issuer.token()).split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'rs', crit: ['x'], x: 1 })).toString('base64url');
    await expect(check(`Bearer ${head}.${payload}.${signature}`)).rejects.toEqual(UNAUTHORIZED);
  });
});

describe('the Authorization header', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('may write its scheme as "%s"', async (scheme) => {
    expect(await check(`${scheme} ${await issuer.token()}`)).toHaveProperty('principalId');
  });

  it.each<[string, (token: string) => string | undefined]>([
    ['is absent', () => undefined],
    ['is empty', () => ''],
    ['has no scheme', (token) => token],
    ['has another scheme', (token) => `Basic ${token}`],
    ['has no token', () => 'Bearer '],
    ['has two tokens', (token) => `Bearer ${token} ${token}`],
    ['has two tokens with a comma', (token) => `Bearer ${token}, Bearer ${token}`],
    ['has two spaces', (token) => `Bearer  ${token}`],
    ['ends with a line break', (token) => `Bearer ${token}\n`],
    ['has an encrypted token of five parts', (token) => `Bearer ${token}.a.b`],
    ['is a megabyte without a token', () => `Bearer ${'a'.repeat(1_000_000)}`],
  ])('fails as unauthorized where it %s', async (_, header) => {
    await expect(check(header(await issuer.token()))).rejects.toEqual(UNAUTHORIZED);
  });
});
