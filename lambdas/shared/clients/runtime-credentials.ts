/** Credentials as the Lambda runtime gives them. */
export interface RuntimeCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Read again after this time: a sandbox that is kept warm may be given new ones. */
  readonly expiration: Date;
}

const TRUST_MS = 5 * 60_000;

/**
 * Provider of the function's own credentials. In a handler they are always in the environment; the SDK's default chain would
 * add single sign-on, profiles and instance metadata: 120 KB parsed at every cold start. The build puts this file in its place,
 * hence its name.
 */
export function defaultProvider(): () => Promise<RuntimeCredentials> {
  return async () => ({
    accessKeyId: runtimeValue('AWS_ACCESS_KEY_ID'),
    secretAccessKey: runtimeValue('AWS_SECRET_ACCESS_KEY'),
    sessionToken: process.env.AWS_SESSION_TOKEN,
    expiration: new Date(Date.now() + TRUST_MS),
  });
}

/** Variables that the Lambda runtime itself sets. */
export function runtimeValue(name: 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION'): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`environment variable ${name} is not set; the Lambda runtime sets it`);
  }
  return value;
}
