import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { dynamoDb } from '../shared/clients/dynamodb';
import { readConfigFile } from '../shared/config-file';
import { requiredChoice, requiredEnv, requiredInteger } from '../shared/env';
import { getPayload } from '../shared/get-payload';
import { compileGuard } from '../shared/guard/compile';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { systemClock } from '../shared/prediction/io/clock';
import { DynamoRecordStore } from '../shared/prediction/io/record-store';
import { DynamoRegistry } from '../shared/prediction/io/registry';
import { SecretSubjectKey } from '../shared/prediction/io/subject-key';
import type { Ports } from '../shared/prediction/ports';
import { handle, type Service } from '../shared/prediction/route';
import { Routing } from '../shared/prediction/routing';
import type { Settings } from '../shared/prediction/run';
import { putPayload } from '../shared/put-payload';
import { LambdaBackend } from './io/lambda-backend';

const settings: Settings = {
  deployment: requiredEnv(ENV.deployment),
  model: requiredEnv(ENV.model),
  // The API itself ends a request after 29 s.
  timeoutMs: requiredInteger(ENV.timeoutMs, { min: 1, max: 29_000 }),
  recordTtlDays: requiredInteger(ENV.recordTtlDays, { min: 1, max: 36_500 }),
  payloadBucket: requiredEnv(ENV.payloadBucket),
};
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment: settings.deployment });
const table = dynamoDb();

const ports: Ports = {
  records: new DynamoRecordStore(table, requiredEnv(ENV.recordsTable)),
  payloads: { put: putPayload, get: getPayload },
  registry: new DynamoRegistry(table, requiredEnv(ENV.registryTable), settings.model),
  backend: new LambdaBackend(requiredEnv(ENV.backendFunction)),
  subjects: new SecretSubjectKey(requiredEnv(ENV.subjectSecret)),
  guard: compileGuard(readConfigFile<PredictConfig>(__dirname).guard),
  clock: systemClock,
  chance: { inferenceId: randomUUID, lease: randomUUID, fraction: Math.random },
  log,
};
const service: Service = { ports, routing: new Routing(ports.registry, ports.clock, log), settings, emit: writeLine };

/** POST /predictions and GET /health. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return handle(event, service);
}
