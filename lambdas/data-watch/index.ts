import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DataPipelineConfig } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { callsWithin } from '../shared/clients/call-limits';
import { readConfigFile } from '../shared/config-file';
import { emfLine } from '../shared/emf';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { DynamoWatchedCatalogue } from './io/catalogue';
import { watch } from './watch';

/** Three reads and a write, of a minute that the function has. */
const TABLE = callsWithin({ attemptMs: 3_000, attempts: 3 });

const deployment = requiredEnv(ENV.deployment);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });
const { dataset, schema } = readConfigFile<DataPipelineConfig>(__dirname);
const catalogue = new DynamoWatchedCatalogue(new DynamoDBClient(TABLE), requiredEnv(ENV.catalogueTable), dataset);

/** Says, on a schedule, how old the data of a pipeline are, and its last good run: silence has no event of its own. */
export async function handler(): Promise<void> {
  const now = Date.now();
  try {
    const metrics = await watch(catalogue, schema.freshness !== undefined, now);
    writeLine(emfLine({ deployment, at: now, metrics, properties: { dataset } }));
  } catch (error) {
    log.error('data-watch-failed', error, { dataset });
    throw error;
  }
}
