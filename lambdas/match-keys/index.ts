import type { PartitionTask } from '../../protocol/data-pipeline';
import type { DataPipelineConfig } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { DatasetBucket } from '../shared/clients/dataset-bucket';
import { readConfigFile } from '../shared/config-file';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { matchPartition } from './match-partition';

const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment: requiredEnv(ENV.deployment) });
const store = new DatasetBucket(requiredEnv(ENV.datasetBucket));
const { dataset, partitions } = readConfigFile<DataPipelineConfig>(__dirname);

/** Finds duplicates and broken keys in one partition of keys; a worker of the state machine of a data pipeline. */
export async function handler(task: PartitionTask): Promise<{ readonly partition: number }> {
  const { run, partition } = task;
  try {
    const { rows, kept, duplicates, conflicts } = await matchPartition(store, task, partitions);
    log.info('matched', { dataset, run, partition, rows, kept, duplicates, conflicts });
    return { partition };
  } catch (error) {
    log.error('match-failed', error, { dataset, run, partition });
    throw error;
  }
}
