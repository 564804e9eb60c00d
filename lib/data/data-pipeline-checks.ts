import { Duration, Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { checkBoolean, checkDuration, checkNumber, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { MAX_DEPLOYMENT_NAME, NAME_PATTERN } from '../core/deployment-name';
import { share } from './column-faults';
import type { DataPipelineOptions, DataPipelineProps } from './data-pipeline-props';
import { DataSchedule } from './data-schedule';
import { sourceFaults } from './data-source';
import { DatasetSchema } from './dataset-schema';
import { HoldOut } from './hold-out';

/** Refuses what no pipeline can be made of, all faults together. */
export function checkDataPipeline(scope: Construct, props: DataPipelineProps): void {
  const { deployment, dataset, store, schema } = props;
  const name = {
    required: true,
    known: true,
    pattern: NAME_PATTERN,
    expected: 'lower case letters, digits and single hyphens, beginning with a letter',
    fix: 'it becomes part of names and metric dimensions',
  };
  const faults = [
    ...faultsOf(
      checkText('deployment', deployment, name),
      checkText('dataset', dataset, { ...name, required: false }),
      checkDuration('maximumDataAge', props.maximumDataAge, {
        minMs: Duration.minutes(1).toMilliseconds(),
        maxMs: Duration.days(3653).toMilliseconds(),
        known: true,
        fix: 'give how old the newest event may be',
      }),
    ),
    ...checkDataOptions(props),
  ];
  if (typeof deployment === 'string' && deployment.length > MAX_DEPLOYMENT_NAME) {
    faults.push(
      `deployment has ${deployment.length} characters, expected at most ${MAX_DEPLOYMENT_NAME}; shorten it, for functions are named after it`,
    );
  }
  if (
    props.maximumDataAge !== undefined &&
    schema instanceof DatasetSchema &&
    schema._document.freshness === undefined
  ) {
    faults.push('maximumDataAge is stated, and no column tells the age of a row; state freshness in the schema');
  }
  if (store?.versionLock !== undefined && schema instanceof DatasetSchema && schema.personalColumns.length > 0) {
    faults.push(
      `store locks what is published, and ${schema.personalColumns.join(', ')} hold personal data, expected a store without a lock; a person can ask to be erased`,
    );
  }
  if (store !== undefined && props.encryptionKey !== undefined) {
    faults.push('encryptionKey is stated beside store, expected one of them; the store has a key of its own');
  }
  if (faults.length > 0) throw new ConfigError(scope, faults);
}

/** Faults of what a dataset is made of. */
export function checkDataOptions(options: DataPipelineOptions): string[] {
  const { schema, holdOut, schedule, partitions, maxConcurrency, warnAtBadShare } = options;
  const faults = [
    ...sourceFaults(options.sources),
    ...faultsOf(
      schema instanceof DatasetSchema
        ? undefined
        : `schema is ${schema === undefined ? 'missing' : show(schema)}, expected a DatasetSchema; declare what the rows are`,
      holdOut === undefined || holdOut instanceof HoldOut
        ? undefined
        : `holdOut is ${show(holdOut)}, expected a HoldOut; such as HoldOut.byHash({ share: 0.2 })`,
      schedule === undefined || schedule instanceof DataSchedule
        ? undefined
        : `schedule is ${show(schedule)}, expected a DataSchedule; such as DataSchedule.daily({ at: '02:30' })`,
      checkBoolean('startOnArrival', options.startOnArrival),
      checkDuration('settleTime', options.settleTime, {
        minMs: Duration.seconds(10).toMilliseconds(),
        maxMs: Duration.hours(1).toMilliseconds(),
        known: true,
        wholeSeconds: true,
        fix: 'give how long further arrivals are waited for',
      }),
      options.settleTime !== undefined && options.startOnArrival !== true
        ? 'settleTime is stated without startOnArrival; state both, or leave it out'
        : undefined,
      checkNumber('partitions', partitions, { ...COUNT, max: 256, fix: 'about one for each 500,000 rows' }),
      checkNumber('maxConcurrency', maxConcurrency, {
        ...COUNT,
        max: 1_000,
        fix: 'give how many functions may run at once',
      }),
      checkNumber('warnAtBadShare', warnAtBadShare, share('a share, such as 0.01')),
      checkDuration('timeout', options.timeout, {
        minMs: Duration.minutes(20).toMilliseconds(),
        maxMs: Duration.days(7).toMilliseconds(),
        known: true,
        wholeSeconds: true,
        fix: 'a worker alone may take a quarter of an hour',
      }),
      checkSize('shardSize', options.shardSize),
      checkText('codeVersion', options.codeVersion, {
        known: true,
        pattern: /^[\x21-\x7e]{1,128}$/,
        expected: 'up to 128 printable characters without spaces',
        fix: 'such as the commit that is deployed',
      }),
    ),
  ];
  if (schema instanceof DatasetSchema && holdOut instanceof HoldOut) faults.push(...holdOut._faults(schema));
  return faults;
}

const COUNT = { min: 1, integer: true, known: true } as const;

function checkSize(name: string, size: Size | undefined): string | undefined {
  if (size === undefined) return undefined;
  if (typeof size !== 'object' || size === null || !('toBytes' in size) || size.isUnresolved()) {
    return `${name} is ${show(size)}, expected a Size of 1 MiB to 1 GiB; such as Size.mebibytes(64)`;
  }
  const bytes = size.toBytes();
  if (bytes >= Size.mebibytes(1).toBytes() && bytes <= Size.gibibytes(1).toBytes()) return undefined;
  return `${name} is ${bytes} bytes, expected 1 MiB to 1 GiB; a worker reads so much in a quarter of an hour at most`;
}
