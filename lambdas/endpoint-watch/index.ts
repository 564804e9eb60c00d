import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { ScheduledEvent } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import type { EndpointWatchConfig } from '../../protocol/handler-config';
import { METRIC } from '../../protocol/metrics';
import { callsWithin } from '../shared/clients/call-limits';
import { readConfigFile } from '../shared/config-file';
import { emfLine } from '../shared/emf';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { ask } from './io/controller';
import { readDesired } from './io/desired';
import { requestsSince } from './io/requests';
import { type Look, watch } from './watch';

/** Two reads at once, requests, a start: 45 s in the worst case, of the minute that the function has. */
const CALL = callsWithin({ attemptMs: 5_000, attempts: 3 });

const deployment = requiredEnv(ENV.deployment);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });
const config = readConfigFile<EndpointWatchConfig>(__dirname);
const controller = requiredEnv(ENV.endpointController);
const since = Date.parse(requiredEnv(ENV.endpointSince));
const names = {
  version: requiredEnv(ENV.desiredVersionParameter),
  state: requiredEnv(ENV.desiredStateParameter),
};
const ssm = new SSMClient(CALL);
const cloudWatch = new CloudWatchClient(CALL);
const stepFunctions = new SFNClient(CALL);

/** Stops, on a schedule, an endpoint that has expired or that nobody uses, and says how long it still has. */
export async function handler(event: Pick<ScheduledEvent, 'id'>): Promise<Look> {
  const now = Date.now();
  const ports = {
    desired: () => readDesired(ssm, names),
    requestsSince: (from: number, to: number) => requestsSince(cloudWatch, config.activity, from, to),
    ask: (name: string, request: Parameters<typeof ask>[3]) => ask(stepFunctions, controller, name, request),
  };
  const look = await watch(ports, config, { now, since, name: `watch-${event.id}` });
  if (look.daysLeft !== undefined) {
    writeLine(emfLine({ deployment, at: now, metrics: { [METRIC.endpointDaysLeft]: look.daysLeft } }));
  }
  if (look.stopped !== undefined) log.info('endpoint-stopped', { reason: look.stopped });
  return look;
}
