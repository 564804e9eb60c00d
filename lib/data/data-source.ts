import type { SourceFormat as Format, SourceDocument } from '../../protocol/dataset';
import { DATASET_OBJECTS } from '../../protocol/dataset-objects';
import { checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';

/** How rows are written in an object. All but Parquet may be compressed with gzip, as the name of the object says (`.gz`). */
export class SourceFormat {
  /** Comma-separated values with a header, quoted as RFC 4180 says. */
  static readonly CSV = new SourceFormat('csv');
  /** One JSON object a line. */
  static readonly JSON_LINES = new SourceFormat('jsonl');
  static readonly PARQUET = new SourceFormat('parquet');

  private constructor(
    /** csv, jsonl or parquet. */
    readonly name: string,
  ) {}

  /** @internal */
  get _format(): Format {
    return this.name as Format;
  }
}

/** What is known of a source. */
export interface DataSourceOptions {
  /**
   * Format of all its objects.
   * @default told by the name of each: .csv, .jsonl, .ndjson, .parquet, and .gz behind the first three
   */
  readonly format?: SourceFormat;
  /**
   * What stands between two values of a CSV line: one character.
   * @default ','
   */
  readonly delimiter?: string;
}

/** Options of a source in a bucket of one's own. */
export interface PrefixSourceOptions extends DataSourceOptions {
  /**
   * ARN of the KMS key that encrypts the bucket, so that the pipeline may use it to read.
   * @default the bucket is encrypted without a key of its own
   */
  readonly encryptionKeyArn?: string;
}

/** Where the objects of a dataset arrive. Objects are read once; changed ones are read again. */
export class DataSource {
  /**
   * The objects of a bucket whose keys begin with a prefix. For `startOnArrival` the bucket must send its events to EventBridge.
   *
   * @param bucketName a literal: it is written into the functions of the pipeline
   * @param prefix empty for the whole bucket, or ends with a slash
   */
  static prefix(bucketName: string, prefix: string, options: PrefixSourceOptions = {}): DataSource {
    const faults = [
      ...faultsOf(
        checkText('the name of the bucket', bucketName, {
          required: true,
          known: true,
          pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          expected: 'the name of a bucket',
          fix: 'it is written into functions: name the bucket, or use DataSource.inbox()',
        }),
        checkText('encryptionKeyArn', options.encryptionKeyArn, {
          pattern: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-zA-Z0-9-]+$/,
          expected: 'the ARN of a key',
          fix: 'copy it from the key; an alias is none',
        }),
      ),
      ...commonFaults(prefix, options),
    ];
    if (faults.length > 0) throw new ConfigError('DataSource.prefix', faults);
    return new DataSource(bucketName, prefix, options, options.encryptionKeyArn);
  }

  /**
   * A folder of the dataset's own bucket, for data that have no bucket yet.
   *
   * @param folder name below `inbox/`; empty for all of it, or ends with a slash
   */
  static inbox(folder = '', options: DataSourceOptions = {}): DataSource {
    const faults = commonFaults(folder, options);
    if (faults.length > 0) throw new ConfigError('DataSource.inbox', faults);
    return new DataSource('', `${DATASET_OBJECTS.inbox}${folder}`, options, undefined);
  }

  private constructor(
    /** Name of the bucket; empty: the dataset's own. */
    readonly bucketName: string,
    /** What keys begin with. */
    readonly prefixText: string,
    private readonly options: DataSourceOptions,
    /** @internal */
    readonly _encryptionKeyArn: string | undefined,
  ) {}

  /** @internal */
  get _isInbox(): boolean {
    return this.bucketName === '';
  }

  /** @internal */
  get _document(): SourceDocument {
    return {
      bucket: this.bucketName,
      prefix: this.prefixText,
      format: this.options.format?._format,
      delimiter: this.options.delimiter,
    };
  }
}

function commonFaults(prefix: unknown, { format, delimiter }: DataSourceOptions): string[] {
  const faults = faultsOf(
    checkText('the prefix', prefix, {
      required: true,
      known: true,
      // What a policy would take for a wildcard, or S3 for another folder.
      pattern: /^(?:[^\s*?$\p{Cc}/][^*?$\p{Cc}]{0,800}\/)?$/u,
      expected: 'nothing, or a text that ends with a slash and has no "*", "?" or "$"',
      fix: 'give the whole folder, such as "mails/"',
    }),
    checkText('delimiter', delimiter, {
      pattern: /^[^"\r\n\\]$/,
      expected: 'one character that is neither a quote, a backslash nor the end of a line',
      known: true,
      fix: "such as ';'",
    }),
    format === undefined || format instanceof SourceFormat
      ? undefined
      : `format is ${show(format)}, expected a SourceFormat; such as SourceFormat.CSV`,
  );
  if (delimiter !== undefined && format !== undefined && format !== SourceFormat.CSV) {
    faults.push(`delimiter is stated of format ${format.name}, expected none; only CSV has delimiters`);
  }
  return faults;
}

/** Faults of several sources together: no object may be read twice. */
export function sourceFaults(sources: unknown): string[] {
  if (!Array.isArray(sources) || sources.length === 0) {
    return [
      `sources is ${sources === undefined ? 'missing' : show(sources)}, expected a list of sources; such as [DataSource.inbox()]`,
    ];
  }
  const strangers = sources.filter((source) => !(source instanceof DataSource));
  if (strangers.length > 0) {
    return strangers.map(
      (source) => `sources has ${show(source)}, expected a DataSource; make it with DataSource.prefix`,
    );
  }
  const all: DataSource[] = sources;
  return all.flatMap((source, index) =>
    all
      .slice(0, index)
      .filter((other) => source.bucketName === other.bucketName && contains(source.prefixText, other.prefixText))
      .map(
        (other) =>
          `sources has ${show(source.prefixText)} and ${show(other.prefixText)} of one bucket, expected folders of which none holds another; their objects would be read twice`,
      ),
  );
}

function contains(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
