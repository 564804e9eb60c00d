import type { PartitionTask } from '../../protocol/data-pipeline';
import type { DataPipelineConfig } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { DatasetBucket } from '../shared/clients/dataset-bucket';
import { readConfigFile } from '../shared/config-file';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS } from '../shared/log';
import { splitPartition } from './split-partition';

const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment: requiredEnv(ENV.deployment) });
const store = new DatasetBucket(requiredEnv(ENV.datasetBucket));
const config = readConfigFile<DataPipelineConfig>(__dirname);

/** Splits one partition of groups into its sides; a worker of the state machine of a data pipeline. */
export async function handler(task: PartitionTask): Promise<{ readonly partition: number }> {
  const { run, partition } = task;
  const { dataset } = config;
  try {
    const { rows, published, duplicates, conflicts, files } = await splitPartition(store, task, config);
    log.info('split', { dataset, run, partition, rows, published, duplicates, conflicts, files: files.length });
    return { partition };
  } catch (error) {
    log.error('split-failed', error, { dataset, run, partition });
    throw error;
  }
}
