import { createHash } from 'node:crypto';

/** The same for a repeated step, so that CloudFormation takes it for the same update. */
export function updateToken(execution: string, purpose: 'apply' | 'restore'): string {
  const digest = createHash('sha256').update(execution).digest('hex').slice(0, 32);
  return `slipway-${purpose}-${digest}`;
}
