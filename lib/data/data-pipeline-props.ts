import type { Duration, Size } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { FunctionSettings } from '../core/handler-function';
import type { IMonitor } from '../monitor/api';
import type { IDatasetStore } from './api';
import type { DataSchedule } from './data-schedule';
import type { DataSource } from './data-source';
import type { DatasetSchema } from './dataset-schema';
import type { HoldOut } from './hold-out';

/** What a dataset is made of, and when. */
export interface DataPipelineOptions {
  /**
   * Name of the dataset: lower case letters, digits and single hyphens.
   * @default the name of the deployment; in a stage, of the model
   */
  readonly dataset?: string;
  /** Where its objects arrive. */
  readonly sources: DataSource[];
  /** What its rows are, and what is expected of them. */
  readonly schema: DatasetSchema;
  /**
   * Which rows are held out.
   * @default a fifth, by hash
   */
  readonly holdOut?: HoldOut;
  /**
   * When the pipeline runs by itself.
   * @default it does not
   */
  readonly schedule?: DataSchedule;
  /**
   * Whether an arriving object starts a run. Buckets other than the dataset's own must send their events to EventBridge.
   * @default false
   */
  readonly startOnArrival?: boolean;
  /**
   * How long further arrivals are waited for after the first; 10 seconds to an hour. Only with `startOnArrival`.
   * @default 1 minute
   */
  readonly settleTime?: Duration;
  /**
   * Parts into which keys and groups of rows are divided: as many workers look for duplicates and write shards. About one for each
   * 500,000 rows that the dataset will ever have; 1 to 256. Fixed for the life of a dataset.
   * @default 16
   */
  readonly partitions?: number;
  /**
   * Bytes of an object that one worker checks, about; 1 MiB to 1 GiB.
   * @default 64 MiB
   */
  readonly shardSize?: Size;
  /**
   * Workers at once, 1 to 1,000; they count towards the account's concurrency of functions.
   * @default 40
   */
  readonly maxConcurrency?: number;
  /**
   * How long an execution may take: 20 minutes to 7 days.
   * @default 6 hours
   */
  readonly timeout?: Duration;
  /**
   * Share of bad rows of a run above which an alarm warns, 0 to 1.
   * @default half of the schema's maximumBadShare; 0.05 where it has none
   */
  readonly warnAtBadShare?: number;
  /**
   * Version of the code that makes the dataset, such as the commit that is deployed, for the manifests; 1 to 128 characters.
   * @default the version of Slipway
   */
  readonly codeVersion?: string;
}

/** Properties of a `DataPipeline`. */
export interface DataPipelineProps extends DataPipelineOptions {
  /** Name of the deployment, such as `<model>-<stage>`: dimension of its metrics, beginning of its names; 46 characters at most. */
  readonly deployment: string;
  /**
   * Where versions are kept: of this dataset alone, one store is filled by one pipeline.
   * @default a store of its own, encrypted with `encryptionKey`
   */
  readonly store?: IDatasetStore;
  /**
   * Key of a store of its own.
   * @default a key of its own
   */
  readonly encryptionKey?: IKey;
  /**
   * Who is told about what goes wrong.
   * @default nobody
   */
  readonly monitor?: IMonitor;
  /**
   * Oldest that the newest event of the published data may be before an alarm tells.
   * @default as the schema says of a run
   */
  readonly maximumDataAge?: Duration;
  /**
   * How its functions are run and logged.
   * @default as `FunctionSettings` says
   */
  readonly functionSettings?: FunctionSettings;
}
