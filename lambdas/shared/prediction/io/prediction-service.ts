import { randomUUID } from 'node:crypto';
import { ENV } from '../../../../protocol/env';
import type { PredictConfig } from '../../../../protocol/handler-config';
import { dynamoDb } from '../../clients/dynamodb';
import { readConfigFile } from '../../config-file';
import { requiredChoice, requiredEnv, requiredInteger } from '../../env';
import { getPayload } from '../../get-payload';
import { compileGuard } from '../../guard/compile';
import { createLog, LOG_LEVELS, writeLine } from '../../log';
import { putPayload } from '../../put-payload';
import type { Ports } from '../ports';
import type { Service } from '../route';
import { Routing } from '../routing';
import type { Settings } from '../run';
import { systemClock } from './clock';
import { DynamoRecordStore } from './record-store';
import { DynamoRegistry } from './registry';
import { SecretSubjectKey } from './subject-key';

/** What the handlers that take predictions differ by. */
type Parts = Pick<Ports, 'backend' | 'waiting'> & Pick<Settings, 'endpoint' | 'waitMs'>;

/** The service of a handler whose bundle lies in `folder`, as its environment says. */
export function predictionService(folder: string, { backend, waiting, endpoint, waitMs }: Parts): Service {
  const guard = compileGuard(readConfigFile<PredictConfig>(folder).guard);
  const settings: Settings = {
    deployment: requiredEnv(ENV.deployment),
    model: requiredEnv(ENV.model),
    // The API itself ends a request after 29 s.
    timeoutMs: requiredInteger(ENV.timeoutMs, { min: 1, max: 29_000 }),
    recordTtlDays: requiredInteger(ENV.recordTtlDays, { min: 1, max: 36_500 }),
    payloadBucket: requiredEnv(ENV.payloadBucket),
    inputNames: guard.inputNames,
    endpoint,
    waitMs,
  };
  const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment: settings.deployment });
  const table = dynamoDb();
  const ports: Ports = {
    records: new DynamoRecordStore(table, requiredEnv(ENV.recordsTable)),
    payloads: { put: putPayload, get: getPayload },
    registry: new DynamoRegistry(table, requiredEnv(ENV.registryTable), settings.model),
    backend,
    waiting,
    subjects: new SecretSubjectKey(requiredEnv(ENV.subjectSecret)),
    guard,
    clock: systemClock,
    chance: { inferenceId: randomUUID, lease: randomUUID, fraction: Math.random },
    log,
  };
  return { ports, routing: new Routing(ports.registry, ports.clock, log), settings, emit: writeLine };
}
