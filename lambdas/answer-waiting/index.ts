import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { dynamoDb } from '../shared/clients/dynamodb';
import { readConfigFile } from '../shared/config-file';
import { deletePayload } from '../shared/delete-payload';
import { requiredChoice, requiredEnv } from '../shared/env';
import { getPayload } from '../shared/get-payload';
import { compileGuard } from '../shared/guard/compile';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { systemClock } from '../shared/prediction/io/clock';
import { endpointTarget } from '../shared/prediction/io/endpoint-target';
import { DynamoRecordStore } from '../shared/prediction/io/record-store';
import { DynamoRegistry } from '../shared/prediction/io/registry';
import { SageMakerBackend } from '../shared/prediction/io/sagemaker-backend';
import { SqsWaitingRoom } from '../shared/prediction/io/waiting-queue';
import { Routing } from '../shared/prediction/routing';
import { putPayload } from '../shared/put-payload';
import { answerBatch } from './batch';
import type { Worker } from './ports';

const deployment = requiredEnv(ENV.deployment);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });
const table = dynamoDb();
const registry = new DynamoRegistry(table, requiredEnv(ENV.registryTable), requiredEnv(ENV.model));
const routing = new Routing(registry, systemClock, log);
const deadLetters = requiredEnv(ENV.waitingDeadLetters);

const worker: Worker = {
  ports: {
    records: new DynamoRecordStore(table, requiredEnv(ENV.recordsTable)),
    payloads: { put: putPayload, get: getPayload, remove: deletePayload },
    backend: new SageMakerBackend(endpointTarget()),
    waiting: new SqsWaitingRoom(requiredEnv(ENV.waitingQueue)),
    guard: compileGuard(readConfigFile<PredictConfig>(__dirname).guard),
    clock: systemClock,
    chance: { inferenceId: randomUUID, lease: randomUUID, fraction: Math.random },
    log,
    liveVersion: async () => {
      const route = await routing.route();
      return route.kind === 'live' ? route.version.version : undefined;
    },
  },
  settings: { deployment, payloadBucket: requiredEnv(ENV.payloadBucket) },
  emit: writeLine,
};

/** Answers requests that wait for a fleet to wake, and closes those that were given up on. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const deliveries = event.Records.map(({ messageId, body, eventSourceARN }) => {
    return { messageId, body, dead: eventSourceARN === deadLetters };
  });
  const failed = await answerBatch(deliveries, worker);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
