import type { Duration } from 'aws-cdk-lib';
import type { ColumnSchema, DatasetSchemaDocument } from '../../protocol/dataset';
import { ConfigError } from '../core/config-error';
import { type Column, FaultSeverity } from './column';
import { schemaFaults } from './dataset-schema-faults';

/** How old the newest event of a dataset may be. */
export interface FreshnessOptions {
  /** Date or timestamp column that tells when a row happened. */
  readonly column: string;
  /** Oldest that the newest of them may be when a run is judged; whole seconds, a minute to ten years. */
  readonly maxAge: Duration;
}

/** Least and greatest share of a class. */
export interface ShareRange {
  /**
   * Least share, 0 to 1, inclusive.
   * @default 0
   */
  readonly minimum?: number;
  /**
   * Greatest share, 0 to 1, inclusive.
   * @default 1
   */
  readonly maximum?: number;
}

/** How the rows of a run must be divided among classes. */
export interface ClassBalanceOptions {
  /** Column that holds the class; not a personal one. */
  readonly column: string;
  /** Shares by value, among the accepted rows of a run. */
  readonly shares: { [value: string]: ShareRange };
}

/** Properties of a `DatasetSchema`. */
export interface DatasetSchemaProps {
  /** Its columns, in the order in which rows are written. */
  readonly columns: Column[];
  /**
   * Columns that identify a row: a second row with the same key is a duplicate, or a conflict where its content differs.
   * @default the whole row identifies it
   */
  readonly key?: string[];
  /**
   * What a row does that has the key of another and other content. The row that was there first stays.
   * @default FaultSeverity.REJECT_ROW
   */
  readonly onKeyConflict?: FaultSeverity;
  /**
   * Columns by which rows belong together: they never stand on both sides of the hold-out. Where rows that differ in their time
   * alone are different things, such as two flights, name the time column among them.
   * @default all columns but the key and the time column of the hold-out: equal content belongs together
   */
  readonly group?: string[];
  /**
   * Column that says whose row it is, for `slipway data forget`.
   * @default the key, where it is one column
   */
  readonly subject?: string;
  /**
   * Least number of accepted rows of a run.
   * @default 1
   */
  readonly minimumRows?: number;
  /**
   * Largest share of rows of a run that may be set apart, 0 to 1.
   * @default any share
   */
  readonly maximumBadShare?: number;
  /**
   * How old the newest event may be.
   * @default any age
   */
  readonly freshness?: FreshnessOptions;
  /**
   * How rows must be divided among classes.
   * @default in any way
   */
  readonly classBalance?: ClassBalanceOptions;
}

/**
 * What the rows of a dataset are, and what is expected of them: declared beside the contract, checked at synthesis, compiled into
 * the functions of the pipeline. Its hash is part of a version's address.
 *
 * @example
 * new DatasetSchema({
 *   columns: [Column.string('id', { required: true }), Column.string('label', { allowed: ['spam', 'ham'] })],
 *   key: ['id'], maximumBadShare: 0.02,
 *   classBalance: { column: 'label', shares: { spam: { minimum: 0.1, maximum: 0.7 } } } });
 */
export class DatasetSchema {
  private readonly document: DatasetSchemaDocument;

  constructor(props: DatasetSchemaProps) {
    const faults = schemaFaults(props);
    if (faults.length > 0) throw new ConfigError('DatasetSchema', faults);
    this.document = documentOf(props);
  }

  /** Names of all columns. */
  get columnNames(): string[] {
    return this.document.columns.map(({ name }) => name);
  }

  /** Names of the columns whose values are personal data. */
  get personalColumns(): string[] {
    return this.document.columns.filter(({ personal }) => personal).map(({ name }) => name);
  }

  /**
   * As handlers read it.
   *
   * @internal
   */
  get _document(): DatasetSchemaDocument {
    return this.document;
  }

  /** @internal */
  _column(name: string): ColumnSchema | undefined {
    return this.document.columns.find((column) => column.name === name);
  }
}

function documentOf(props: DatasetSchemaProps): DatasetSchemaDocument {
  const {
    columns,
    key = [],
    onKeyConflict = FaultSeverity.REJECT_ROW,
    group = [],
    subject,
    freshness,
    classBalance,
  } = props;
  return {
    columns: columns.map((column) => column._document()),
    key,
    keySeverity: onKeyConflict._severity,
    group,
    subject: subject ?? (key.length === 1 ? key[0] : undefined),
    // A version of nothing trains nothing.
    minimumRows: props.minimumRows ?? 1,
    maximumBadShare: props.maximumBadShare,
    freshness:
      freshness === undefined ? undefined : { column: freshness.column, maxAgeSeconds: freshness.maxAge.toSeconds() },
    classBalance:
      classBalance === undefined
        ? undefined
        : {
            column: classBalance.column,
            shares: Object.entries(classBalance.shares).map(([value, { minimum = 0, maximum = 1 }]) => ({
              value,
              minimum,
              maximum,
            })),
          },
  };
}
