import { Annotations, type Stack, type Stage } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { DATA_OUTPUT, dataPipelineName } from '../protocol/data-pipeline';
import { CLAUSE } from './core/clause';
import type { FunctionSettings } from './core/handler-function';
import { output } from './core/state-links';
import { Trace } from './core/trace';
import { DataPipeline } from './data/data-pipeline';
import { checkDataOptions } from './data/data-pipeline-checks';
import type { DataPipelineOptions } from './data/data-pipeline-props';
import { DataSchedule } from './data/data-schedule';
import { DatasetSchema } from './data/dataset-schema';
import { DatasetStore } from './data/dataset-store';
import type { IMonitor } from './monitor/api';
import type { ProductionModelProps } from './production-model-props';

/** Faults of the data of a stage, beside what its contract demands. */
export function checkStageData({ contract, data }: ProductionModelProps): string[] {
  const { dataFreshness } = contract;
  if (data === undefined) {
    if (dataFreshness === undefined) return [];
    return ['dataFreshness is stated, and the stage has no data; state data, or take the clause back'];
  }
  if (typeof data !== 'object' || data === null) return ['data is no object, expected sources and schema; state both'];
  const faults = checkDataOptions(data);
  if (!(data.schema instanceof DatasetSchema)) return faults;
  const personal = data.schema.personalColumns;
  if (personal.length > 0 && contract.dataClass?.personal === false) {
    faults.push(
      `data.schema declares ${personal.join(', ')} as personal, expected dataClass PERSONAL of the contract; correct the class, or the columns`,
    );
  }
  if (dataFreshness !== undefined && typeof dataFreshness.toSeconds === 'function') {
    faults.push(...freshnessFaults(data, dataFreshness.toSeconds()));
  }
  return faults;
}

/** A clause on the age of data holds only where something tells the age, judges it, and runs often enough. */
function freshnessFaults({ schema, schedule, startOnArrival }: DataPipelineOptions, seconds: number): string[] {
  const { freshness } = schema._document;
  const faults: string[] = [];
  if (freshness === undefined) {
    faults.push('dataFreshness is stated, and no column tells the age of a row; state freshness in data.schema');
  } else if (freshness.maxAgeSeconds > seconds) {
    faults.push(
      `data.schema accepts events of ${freshness.maxAgeSeconds} s, expected at most dataFreshness (${seconds} s); lower freshness.maxAge`,
    );
  }
  if (schedule instanceof DataSchedule && schedule.longestPause.toSeconds() > seconds && startOnArrival !== true) {
    faults.push(
      `data.schedule pauses for ${schedule.longestPause.toSeconds()} s, expected at most dataFreshness (${seconds} s); run more often, or allow older data`,
    );
  }
  if (schedule === undefined && startOnArrival !== true) {
    faults.push('dataFreshness is stated, and nothing starts the pipeline; state data.schedule or data.startOnArrival');
  }
  return faults;
}

/** What a stage may lack, but should know of. */
export function adviseOnData(stage: Stage, { contract, data }: ProductionModelProps): void {
  if (data === undefined || !contract.dataClass.personal || data.schema.personalColumns.length > 0) return;
  Annotations.of(stage).addWarningV2(
    'slipway:noPersonalColumn',
    'the contract says that the data concern people, and no column of the dataset is declared as personal; declare those that are, or acknowledge that none is',
  );
}

/** The dataset versions of a stage, in the stack of what must survive. */
export function keepDatasets(
  stack: Stack,
  { contract, profile, data, model }: ProductionModelProps,
  deployment: string,
  encryptionKey: IKey,
): void {
  if (data === undefined) return;
  const personalData = isPersonal(contract.dataClass.personal, data);
  const { removalPolicy, pointInTimeRecovery, recordRetention, datasetLock } = profile;
  const store = new DatasetStore(stack, 'DatasetStore', {
    encryptionKey,
    removalPolicy,
    pointInTimeRecovery,
    personalData,
    quarantineRetention: recordRetention,
    versionLock: personalData ? undefined : datasetLock,
  });
  store._publish(deployment);
  if (personalData && datasetLock.toMilliseconds() > 0) {
    Annotations.of(store).addInfoV2(
      'slipway:personalDataAreNotLocked',
      'dataset versions are not locked, as the profile says of others: a person can ask to be erased',
    );
  }
  Trace.enforce(
    CLAUSE.dataClass,
    store.bucket,
    'keeps dataset versions encrypted, and quarantine only as long as records',
  );
  output(stack, DATA_OUTPUT.dataset, data.dataset ?? model, 'name of the dataset');
  output(stack, DATA_OUTPUT.bucket, store.bucket.bucketName, 'dataset versions, quarantine and runs');
  output(stack, DATA_OUTPUT.table, store.table.tableName, 'catalogue of dataset versions and runs');
  output(stack, DATA_OUTPUT.pipeline, dataPipelineName(deployment), 'state machine that makes dataset versions');
}

interface DataOperation {
  readonly deployment: string;
  readonly monitor: IMonitor;
  readonly functionSettings: FunctionSettings;
}

/** What makes the dataset versions of a stage. */
export function operateData(
  stack: Stack,
  { contract, profile, data, model }: ProductionModelProps,
  { deployment, monitor, functionSettings }: DataOperation,
): DataPipeline | undefined {
  if (data === undefined) return undefined;
  const { datasetLock } = profile;
  const locks = !isPersonal(contract.dataClass.personal, data) && datasetLock.toMilliseconds() > 0;
  return new DataPipeline(stack, 'DataPipeline', {
    ...data,
    deployment,
    dataset: data.dataset ?? model,
    store: DatasetStore._fromLinks(stack, 'DatasetStore', deployment, locks ? datasetLock : undefined),
    monitor,
    maximumDataAge: contract.dataFreshness,
    functionSettings,
  });
}

function isPersonal(byContract: boolean, { schema }: DataPipelineOptions): boolean {
  return byContract || schema.personalColumns.length > 0;
}
