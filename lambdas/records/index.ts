import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ENV } from '../../protocol/env';
import type { RecordsConfig } from '../../protocol/handler-config';
import { dynamoDb } from '../shared/clients/dynamodb';
import { readConfigFile } from '../shared/config-file';
import { requiredChoice, requiredEnv } from '../shared/env';
import { getPayload } from '../shared/get-payload';
import { textMask } from '../shared/guard/mask-text';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { DynamoRecordFile } from './io/record-file';
import type { PayloadReader, Ports } from './ports';
import { handle, type Service } from './route';

/** Payloads of this deployment's bucket: the role reads no other, and a reference to one says that the record was brought here. */
function ownPayloads(bucket: string): PayloadReader {
  return {
    get: async (reference) => {
      if (reference.bucket !== bucket)
        throw new Error(`a payload is in bucket ${reference.bucket}, expected ${bucket}; copy it there`);
      return getPayload(reference);
    },
  };
}

const deployment = requiredEnv(ENV.deployment);
const ports: Ports = {
  records: new DynamoRecordFile(dynamoDb(), requiredEnv(ENV.recordsTable)),
  payloads: ownPayloads(requiredEnv(ENV.payloadBucket)),
  log: createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment }),
  now: () => Date.now(),
};
const { positiveLabel, maskedTerms } = readConfigFile<RecordsConfig>(__dirname);
const maskLabel = textMask(maskedTerms);
const service: Service = { ports, deployment, positiveLabel, maskLabel, emit: writeLine };

/** GET /predictions/{id} and POST /predictions/{id}/feedback. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return handle(event, service);
}
