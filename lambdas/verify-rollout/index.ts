import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Context } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import { callsWithin } from '../shared/clients/call-limits';
import { describeComponent } from '../shared/clients/inference-component';
import { type CustomResourceRequest, type Outcome, respond } from '../shared/custom-resource';
import { requiredChoice } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { expectedOf } from './expected';
import { alarmChanges } from './io/alarm-history';
import { configMadeAt, describeEndpoint } from './io/sagemaker';
import type { Rollouts } from './ports';
import { verifyRollout } from './verify';

/** Each call answers within five seconds or is repeated. */
const CALL = callsWithin({ attemptMs: 5_000, attempts: 4 });
const PAUSE_MS = 10_000;
/** Kept for the alarms' histories, at most ten, and for the answer. */
const ANSWER_MS = 45_000;

const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { handler: 'verify-rollout' });
const sageMaker = new SageMakerClient(CALL);
const cloudWatch = new CloudWatchClient(CALL);
const rollouts: Rollouts = {
  endpoint: (name) => describeEndpoint(sageMaker, name),
  component: (name) => describeComponent(sageMaker, name),
  configMadeAt: (name) => configMadeAt(sageMaker, name),
  changes: (alarm) => alarmChanges(cloudWatch, alarm),
};

/** Fails the deployment of an endpoint that does not serve what the template asked for. */
export async function handler(request: CustomResourceRequest, context: Context): Promise<void> {
  await respond(request, await outcomeOf(request, context));
}

async function outcomeOf(request: CustomResourceRequest, context: Context): Promise<Outcome> {
  // The endpoint's name where it is known: an id that stays, so that nothing is ever replaced.
  const named = request.ResourceProperties.EndpointName;
  const physicalId = request.PhysicalResourceId ?? `verified-rollout-${typeof named === 'string' ? named : 'unknown'}`;
  if (request.RequestType === 'Delete') return { status: 'SUCCESS', physicalId };
  try {
    const expected = expectedOf(request);
    const fault = await verifyRollout(expected, {
      rollouts,
      now: () => Date.now(),
      pause: () => sleep(PAUSE_MS),
      remainingMs: () => context.getRemainingTimeInMillis() - ANSWER_MS,
    });
    if (fault === undefined) return { status: 'SUCCESS', physicalId, data: { ServedConfigName: expected.config } };
    log.warn('rollout-not-verified', { endpoint: expected.endpoint, config: expected.config });
    return { status: 'FAILED', physicalId, reason: fault };
  } catch (error) {
    log.error('rollout-unverifiable', error);
    const name = error instanceof Error ? error.name : 'Error';
    return { status: 'FAILED', physicalId, reason: `${name}: what the endpoint serves could not be verified` };
  }
}
