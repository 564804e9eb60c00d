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
import { putPayload } from '../shared/put-payload';
import { systemClock } from './io/clock';
import { LambdaBackend } from './io/lambda-backend';
import { DynamoRecordStore } from './io/record-store';
import { DynamoRegistry } from './io/registry';
import { SecretSubjectKey } from './io/subject-key';
import type { Ports } from './ports';
import { handle, type Service } from './route';
import { Routing } from './routing';
import type { Settings } from './run';

const guard = compileGuard(readConfigFile<PredictConfig>(__dirname).guard);
const settings: Settings = {
  deployment: requiredEnv(ENV.deployment),
  model: requiredEnv(ENV.model),
  // The API itself ends a request after 29 s.
  timeoutMs: requiredInteger(ENV.timeoutMs, { min: 1, max: 29_000 }),
  recordTtlDays: requiredInteger(ENV.recordTtlDays, { min: 1, max: 36_500 }),
  payloadBucket: requiredEnv(ENV.payloadBucket),
  inputNames: guard.inputNames,
};
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment: settings.deployment });
const table = dynamoDb();

const ports: Ports = {
  records: new DynamoRecordStore(table, requiredEnv(ENV.recordsTable)),
  payloads: { put: putPayload, get: getPayload },
  registry: new DynamoRegistry(table, requiredEnv(ENV.registryTable), settings.model),
  backend: new LambdaBackend(requiredEnv(ENV.backendFunction)),
  subjects: new SecretSubjectKey(requiredEnv(ENV.subjectSecret)),
  guard,
  clock: systemClock,
  chance: { inferenceId: randomUUID, lease: randomUUID, fraction: Math.random },
  log,
};
const service: Service = { ports, routing: new Routing(ports.registry, ports.clock, log), settings, emit: writeLine };

/** POST /predictions and GET /health. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return handle(event, service);
}
