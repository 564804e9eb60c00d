import { createHmac } from 'node:crypto';
import { defaultProvider } from '../../clients/runtime-credentials';
import type { SubjectKey } from '../ports';

const ATTEMPTS = 2;
const ATTEMPT_MS = 1_500;

/**
 * Subjects under a secret key. The key is read when the first subject comes, and kept: another key would hide one person's
 * records from the search that must find them all, so the secret is never rotated.
 */
export class SecretSubjectKey implements SubjectKey {
  private key: Promise<string> | undefined;

  constructor(private readonly secretId: string) {}

  async hmac(subject: string): Promise<string> {
    this.key ??= this.load();
    try {
      return createHmac('sha256', await this.key)
        .update(subject, 'utf8')
        .digest('hex');
    } catch (error) {
      this.key = undefined;
      throw error;
    }
  }

  private async load(): Promise<string> {
    // Loaded here: most stages never see a subject, and each client costs every cold start.
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const client = new SecretsManagerClient({
      credentials: defaultProvider(),
      maxAttempts: ATTEMPTS,
      requestHandler: { requestTimeout: ATTEMPT_MS, throwOnRequestTimeout: true },
    });
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: this.secretId }));
    if (SecretString === undefined || SecretString === '') throw new Error('the secret that keys subjects is empty');
    return SecretString;
  }
}
