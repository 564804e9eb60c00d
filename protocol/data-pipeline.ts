import type { DatasetPublished, RowCounts } from './dataset';
import type { RunOutcome } from './dataset-catalogue';

/** What the state machine of a data pipeline asks of the handler `data-steps`, in this order. */
export const DATA_STEP = {
  /** Takes the lease of the dataset, or leaves. */
  begin: 'begin',
  /** Lists what is new and writes the lists of shards and partitions. */
  plan: 'plan',
  /** Adds up what the shards were found to be. */
  merge: 'merge',
  /** Judges the run by what is expected of it. */
  judge: 'judge',
  /** Makes the version. */
  publish: 'publish',
  /** Keeps evidence of a step that failed. */
  fail: 'fail',
  /** Writes how the run ended, and gives the lease back. */
  end: 'end',
} as const;

export type DataStep = (typeof DATA_STEP)[keyof typeof DATA_STEP];

/** What a step answers, for the Choice after it. */
export const DATA_OUTCOME = {
  /** Goes on to the next step. */
  next: 'next',
  /** Another run holds the lease; it was told to look again. */
  left: 'left',
  /** There is nothing new. */
  nothing: 'nothing',
  /** The gate did not pass. */
  refused: 'refused',
  published: 'published',
  /** Only duplicates, or nothing: the version before stays the latest. */
  unchanged: 'unchanged',
  /** The run has ended well. */
  ended: 'ended',
  /** The run has ended without a version, for a reason that somebody must look at. */
  failed: 'failed',
  /** While it ran, more arrived: begin again. */
  again: 'again',
} as const;

export type DataOutcome = (typeof DATA_OUTCOME)[keyof typeof DATA_OUTCOME];

/** What goes from state to state: names and counts, never rows. */
export interface PipelineRun {
  readonly run: string;
  readonly outcome: DataOutcome;
  /** Key of the list of shards in the dataset bucket; present once planned. */
  readonly shardList?: string;
  /** Key of the list of partitions. */
  readonly partitionList?: string;
  readonly shards?: number;
  /** How it will have ended; `end` writes it. */
  readonly ending?: RunOutcome;
  readonly counts?: RowCounts;
  /** Present once published. */
  readonly published?: DatasetPublished;
  /** Error that the machine caught, by name; the evidence is in the catalogue. */
  readonly crash?: string;
}

/** What `data-steps` is called with. */
export interface DataStepEvent {
  readonly step: DataStep;
  /** Execution of the state machine, by ARN: the holder of the lease. */
  readonly execution: string;
  /** ISO 8601: when the execution began. */
  readonly startedAt: string;
  /** What the step before answered; absent for the first. */
  readonly run?: PipelineRun;
  /** Error that was caught, for `fail`. */
  readonly crash?: string;
}

/** What `match-keys` and `split-data` are called with: one line of the list of partitions. */
export interface PartitionTask {
  readonly run: string;
  readonly partition: number;
}

/** Outputs of the stack of state by which the command line finds a data pipeline. */
export const DATA_OUTPUT = {
  dataset: 'DatasetName',
  bucket: 'DatasetBucketName',
  table: 'CatalogueTableName',
  pipeline: 'DataPipelineName',
} as const;

/** Name of the state machine that makes the versions of a dataset. */
export function dataPipelineName(deployment: string): string {
  return `${deployment}-data-pipeline`;
}

/** How an execution of a data pipeline can fail: the error of its end. */
export const DATA_ERROR = {
  /** The gate did not pass; the run's item says which checks. What it read is read again by the next run. */
  gateFailed: 'DataGateFailed',
  /** A step failed, also after retries; the run's item keeps the evidence. The next run takes over. */
  runFailed: 'DataRunFailed',
  /** Not even the evidence could be kept. The next run takes over. */
  notEnded: 'DataRunNotEnded',
} as const;

/** Input of an execution of a data pipeline; that of the command line and of schedules is empty. */
export interface DataPipelineInput {
  /** An object arrived: others may follow, and are waited for. */
  readonly arrival?: true;
  /** A long execution asks for it, and ends meanwhile. */
  readonly handedOver?: true;
}

/** Times that the state machine of a data pipeline and its functions must agree on, in seconds. */
export const DATA_TIMING = {
  /** Time-out of every function: the most that Lambda allows; what is compressed is read by one worker from end to end. */
  handler: 900,
  /** A state of the machine waits a little longer than the function runs, so that the function's own end is seen. */
  task: 910,
} as const;
