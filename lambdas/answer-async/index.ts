import type { SNSEvent } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { dynamoDb } from '../shared/clients/dynamodb';
import { ObjectTooLarge } from '../shared/clients/s3';
import { readConfigFile } from '../shared/config-file';
import { deletePayload } from '../shared/delete-payload';
import { requiredChoice, requiredEnv, requiredPrefix } from '../shared/env';
import { getPayload } from '../shared/get-payload';
import { compileGuard } from '../shared/guard/compile';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { systemClock } from '../shared/prediction/io/clock';
import { DynamoRecordStore } from '../shared/prediction/io/record-store';
import { putPayload } from '../shared/put-payload';
import type { S3Place } from '../shared/s3-uri';
import { answerNotified, type Notified } from './answer';

const deployment = requiredEnv(ENV.deployment);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });

async function result(place: S3Place, maxBytes: number): Promise<string | undefined> {
  try {
    return await getPayload(place, maxBytes);
  } catch (error) {
    if (error instanceof ObjectTooLarge) return undefined;
    throw error;
  }
}

const notified: Notified = {
  ports: {
    records: new DynamoRecordStore(dynamoDb(), requiredEnv(ENV.recordsTable)),
    payloads: { put: putPayload, get: getPayload, remove: deletePayload, result },
    guard: compileGuard(readConfigFile<PredictConfig>(__dirname).guard),
    clock: systemClock,
    log,
  },
  settings: { deployment, payloadBucket: requiredEnv(ENV.payloadBucket) },
  places: { inputs: requiredPrefix(ENV.asyncInputs), results: requiredPrefix(ENV.asyncResults) },
  emit: writeLine,
};

/** Answers requests that an asynchronous endpoint is done with. A rejection has the notification delivered again. */
export async function handler(event: SNSEvent): Promise<void> {
  // SNS delivers one notification at a time; whatever it may come to, none is left undone because another failed.
  const outcomes = await Promise.allSettled(event.Records.map(({ Sns }) => answerNotified(Sns.Message, notified)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
