import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

/** How the issuer behaves; `refusing` ends connections without an answer, `silent` keeps them open. */
export type Conduct = 'sound' | 'refusing' | 'silent' | 'discovery fails' | 'keys fail' | 'no keys named' | 'not JSON';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

interface SigningKey extends KeyPair {
  readonly alg: SigningAlgorithm;
}

export interface TokenOptions {
  readonly kid?: string;
  readonly alg?: string;
  /** Signs instead of the key of `kid`. */
  readonly key?: KeyPair['privateKey'] | Uint8Array;
  /** Added to the protected header. */
  readonly header?: Readonly<Record<string, unknown>>;
}

export const AUDIENCE = 'spam-filter';
export const SUBJECT = 'mail-gateway';

/** An OpenID Connect issuer on loopback: discovery document, keys and tokens. */
export class Issuer {
  readonly keys = new Map<string, SigningKey>();
  readonly asked = { discovery: 0, keys: 0 };
  conduct: Conduct = 'sound';

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Issuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const issuer = new Issuer(server, `http://127.0.0.1:${port}`);
    server.on('request', async (request, response) => {
      const status = issuer.count(request.url ?? '');
      if (issuer.conduct === 'silent') return;
      if (status === undefined) return response.destroy();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(issuer.conduct === 'not JSON' ? '<html>' : JSON.stringify(await issuer.answer(request.url ?? '')));
    });
    return issuer;
  }

  async addKey(kid: string, alg: SigningAlgorithm): Promise<void> {
    this.keys.set(kid, { alg, ...(await generateKeyPair(alg, { extractable: true })) });
  }

  /** A token that is valid but for what `claims` and `options` change; a claim that is undefined is left out. */
  token(claims: JWTPayload = {}, { kid = 'rs', alg, key, header }: TokenOptions = {}): Promise<string> {
    const signing = this.keys.get(kid);
    const signer = key ?? signing?.privateKey;
    if (signer === undefined) throw new Error(`the issuer has no key "${kid}"`);
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: this.url, aud: AUDIENCE, sub: SUBJECT, exp: now + 300, ...claims })
      .setProtectedHeader({ alg: alg ?? signing?.alg ?? 'RS256', kid, ...header })
      .sign(signer);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Notes the request; gives the status to answer with, or undefined for no answer. */
  private count(path: string): number | undefined {
    const isDiscovery = path.endsWith('/openid-configuration');
    if (isDiscovery) this.asked.discovery += 1;
    else this.asked.keys += 1;
    if (this.conduct === 'refusing') return undefined;
    return this.conduct === (isDiscovery ? 'discovery fails' : 'keys fail') ? 503 : 200;
  }

  private async answer(path: string): Promise<unknown> {
    if (path === '/.well-known/openid-configuration' || path === '/realm/.well-known/openid-configuration') {
      return this.conduct === 'no keys named' ? {} : { issuer: this.url, jwks_uri: `${this.url}/keys` };
    }
    const keys = [...this.keys].map(async ([kid, { alg, publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg,
      use: 'sig',
    }));
    return { keys: await Promise.all(keys) };
  }
}
