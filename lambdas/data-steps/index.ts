import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { DataStepEvent, PipelineRun } from '../../protocol/data-pipeline';
import type { DataPipelineConfig } from '../../protocol/dataset';
import { ENV } from '../../protocol/env';
import { callsWithin } from '../shared/clients/call-limits';
import { DatasetBucket, S3_LIMITS } from '../shared/clients/dataset-bucket';
import { StepFunctionsExecutions } from '../shared/clients/executions';
import { SourceObjects } from '../shared/clients/source-objects';
import { readConfigFile } from '../shared/config-file';
import { emfLine } from '../shared/emf';
import { requiredChoice, requiredEnv } from '../shared/env';
import { createLog, LOG_LEVELS, writeLine } from '../shared/log';
import { StepBucket } from './io/bucket';
import { DynamoCatalogue } from './io/catalogue';
import { S3Sources } from './io/sources';
import type { World } from './ports';
import { runStep } from './steps';

/** Nobody waits for an answer: five attempts ride out a throttled table. */
const TABLE = callsWithin({ attemptMs: 5_000, attempts: 5 });

const deployment = requiredEnv(ENV.deployment);
const log = createLog(requiredChoice(ENV.logLevel, LOG_LEVELS), { deployment });
const config = readConfigFile<DataPipelineConfig>(__dirname);
const s3 = new S3Client(S3_LIMITS);
const bucket = requiredEnv(ENV.datasetBucket);

const world: World = {
  deployment,
  config,
  catalogue: new DynamoCatalogue(new DynamoDBClient(TABLE), requiredEnv(ENV.catalogueTable), config.dataset),
  sources: new S3Sources(s3, new SourceObjects()),
  bucket: new StepBucket(bucket, s3, new DatasetBucket(bucket, s3), config.lockDays),
  executions: new StepFunctionsExecutions(new SFNClient(TABLE)),
  emit: (metrics, properties) => writeLine(emfLine({ deployment, at: Date.now(), metrics, properties })),
  now: () => Date.now(),
};

/** One step of a data pipeline, called by its state machine only. */
export async function handler(event: DataStepEvent): Promise<PipelineRun> {
  const { step, execution } = event;
  const { dataset } = config;
  try {
    const answer = await runStep(world, event);
    const { run, outcome, ending, shards } = answer;
    log.info('step', { dataset, step, execution, run, outcome, ending, shards });
    return answer;
  } catch (error) {
    log.error('step-failed', error, { dataset, step, execution, run: event.run?.run });
    throw error;
  }
}
