import { setTimeout as sleep } from 'node:timers/promises';
import { ENV } from '../../protocol/env';
import { type CustomResourceRequest, type Outcome, respond } from '../shared/custom-resource';
import { requiredChoice } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { apiGatewayAccount } from './io/account';
import { ensureLoggingRole, PHYSICAL_ID } from './setting';

const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { handler: 'api-logging-role' });
const account = apiGatewayAccount();
const PAUSE_MS = 5_000;

/** Answers once: where the answer itself does not arrive, it fails, and Lambda calls again. */
export async function handler(request: CustomResourceRequest): Promise<void> {
  await respond(request, await outcomeOf(request));
}

async function outcomeOf(request: CustomResourceRequest): Promise<Outcome> {
  const physicalId = request.PhysicalResourceId ?? PHYSICAL_ID;
  try {
    const data = await ensureLoggingRole(request, account, () => sleep(PAUSE_MS));
    return { status: 'SUCCESS', physicalId, data };
  } catch (error) {
    log.error('role was not set', error);
    const reason = `${error instanceof Error ? error.name : 'Error'}: the role by which API Gateway writes logs was not set`;
    return { status: 'FAILED', physicalId, reason };
  }
}
