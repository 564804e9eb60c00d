import type { DataPipelineConfig, ShardTask } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { DatasetBucket } from '../shared/clients/dataset-bucket';
import { SourceObjects } from '../shared/clients/source-objects';
import { readConfigFile } from '../shared/config-file';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { checkOnce } from './check-once';

const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment: requiredEnv(ENV.deployment) });
const store = new DatasetBucket(requiredEnv(ENV.datasetBucket));
const sources = new SourceObjects();
const config = readConfigFile<DataPipelineConfig>(__dirname);

/** Reads and checks one shard; a worker of the state machine of a data pipeline. What it finds lies in the dataset bucket. */
export async function handler(task: ShardTask): Promise<{ readonly shard: string }> {
  const { run, shard } = task;
  const { dataset } = config;
  try {
    const { counts, failFaults, lost } = await checkOnce(task, config, store, (object, range) =>
      sources.open(object, range),
    );
    log.info('checked', { dataset, run, shard, ...counts, failFaults, lost });
    return { shard };
  } catch (error) {
    log.error('check-failed', error, { dataset, run, shard });
    throw error;
  }
}
