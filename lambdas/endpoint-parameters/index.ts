import { SSMClient } from '@aws-sdk/client-ssm';
import { ENV } from '../../protocol/env';
import { callsWithin } from '../shared/clients/call-limits';
import { type CustomResourceRequest, type Outcome, respond } from '../shared/custom-resource';
import { requiredChoice } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { ensureParameters, NOTHING_CREATED } from './ensure';
import { SsmParameterStore } from './io/parameter-store';

/** Four calls at most, one after the other: 48 s of the minute that the function has, so that it can still say what failed. */
const CALL = callsWithin({ attemptMs: 4_000, attempts: 3 });

const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { handler: 'endpoint-parameters' });
const store = new SsmParameterStore(new SSMClient(CALL));

/** Answers once: where the answer itself does not arrive, it fails, and Lambda calls again. */
export async function handler(request: CustomResourceRequest): Promise<void> {
  await respond(request, await outcomeOf(request));
}

async function outcomeOf(request: CustomResourceRequest): Promise<Outcome> {
  try {
    return { status: 'SUCCESS', ...(await ensureParameters(request, store)) };
  } catch (error) {
    log.error('parameters were not ensured', error);
    const reason = `${error instanceof Error ? error.name : 'Error'}: the parameters of the endpoint were not created or deleted`;
    return { status: 'FAILED', physicalId: request.PhysicalResourceId ?? NOTHING_CREATED, reason };
  }
}
