import { readSecret } from '../../clients/secrets';
import type { SubjectKey } from '../ports';
import { subjectHmac } from '../subject-hmac';

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
      return subjectHmac(await this.key, subject);
    } catch (error) {
      this.key = undefined;
      throw error;
    }
  }

  private async load(): Promise<string> {
    const secret = await readSecret(this.secretId);
    if (secret === undefined || secret === '') throw new Error('the secret that keys subjects is empty');
    return secret;
  }
}
