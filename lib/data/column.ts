import type { ColumnSchema, ColumnType, RuleSeverity } from '../../protocol/dataset';
import { show } from '../core/checks';
import { type ColumnRules, columnFaults } from './column-faults';

/** What a broken rule does. */
export class FaultSeverity {
  /** The row is set apart, with its reason, and the run goes on. */
  static readonly REJECT_ROW = new FaultSeverity('reject');
  /** The row is set apart, and the gate of the run fails: no version is published. */
  static readonly FAIL_GATE = new FaultSeverity('fail');

  private constructor(
    /** reject or fail. */
    readonly name: string,
  ) {}

  /** @internal */
  get _severity(): RuleSeverity {
    return this.name === 'fail' ? 'fail' : 'reject';
  }
}

/** What can be expected of any column. */
export interface ColumnOptions {
  /**
   * Whether an empty or absent value is a fault.
   * @default false
   */
  readonly required?: boolean;
  /**
   * Whether values are personal data: they are never shown, logged, or kept in a profile.
   * @default false
   */
  readonly personal?: boolean;
  /**
   * What a value that breaks a rule of this column does.
   * @default FaultSeverity.REJECT_ROW
   */
  readonly onFault?: FaultSeverity;
  /**
   * Largest share of empty values in a run, 0 to 1.
   * @default any share
   */
  readonly maxNullShare?: number;
  /**
   * Largest population stability index of a run's values against the last published version, 0.001 to 10; 0.1 is a small
   * shift, 0.25 a large one. Not for personal columns, of which nothing is kept that could be compared.
   * @default distributions are not compared
   */
  readonly maxPsi?: number;
}

/** What can be expected of texts. */
export interface StringColumnOptions extends ColumnOptions {
  /**
   * The values that there are.
   * @default any
   */
  readonly allowed?: string[];
  /**
   * Regular expression that a value must match as a whole. One that could take exponential time is refused.
   * @default any
   */
  readonly pattern?: string;
  /**
   * Most characters of a value.
   * @default any number
   */
  readonly maxLength?: number;
}

/** What can be expected of numbers. */
export interface NumberColumnOptions extends ColumnOptions {
  /**
   * Least value, inclusive.
   * @default none
   */
  readonly minimum?: number;
  /**
   * Greatest value, inclusive.
   * @default none
   */
  readonly maximum?: number;
  /**
   * The values that there are.
   * @default any
   */
  readonly allowed?: number[];
}

/** What can be expected of dates and timestamps. */
export interface TimeColumnOptions extends ColumnOptions {
  /**
   * Least value, inclusive: `YYYY-MM-DD` of a date, ISO 8601 with a zone of a timestamp.
   * @default none
   */
  readonly minimum?: string;
  /**
   * Greatest value, inclusive.
   * @default none
   */
  readonly maximum?: string;
}

/**
 * A column of a dataset: its name, what it holds, and what is expected of it. Made by type.
 *
 * @example
 * Column.integer('delay', { required: true, minimum: -120, maximum: 2_880, maxPsi: 0.25 });
 */
export class Column {
  /** Texts. */
  static string(name: string, options: StringColumnOptions = {}): Column {
    return new Column(name, 'string', options);
  }

  /** Whole numbers that a double holds exactly. */
  static integer(name: string, options: NumberColumnOptions = {}): Column {
    return new Column(name, 'integer', options);
  }

  /** Numbers. */
  static number(name: string, options: NumberColumnOptions = {}): Column {
    return new Column(name, 'number', options);
  }

  /** True or false. */
  static boolean(name: string, options: ColumnOptions = {}): Column {
    return new Column(name, 'boolean', options);
  }

  /** Days, as `YYYY-MM-DD`. */
  static date(name: string, options: TimeColumnOptions = {}): Column {
    return new Column(name, 'date', options);
  }

  /** Moments: ISO 8601 with a zone, or epoch seconds or milliseconds as numbers. */
  static timestamp(name: string, options: TimeColumnOptions = {}): Column {
    return new Column(name, 'timestamp', options);
  }

  private constructor(
    /** Name, as it stands in the header or as member. */
    readonly name: string,
    private readonly type: ColumnType,
    private readonly options: ColumnOptions & ColumnRules,
  ) {}

  /** Whether its values are personal data. */
  get personal(): boolean {
    return this.options.personal === true;
  }

  /**
   * As handlers read it.
   *
   * @internal
   */
  _document(): ColumnSchema {
    const { required, personal, onFault, ...rules } = this.options;
    return {
      name: this.name,
      type: this.type,
      required: required ?? false,
      personal: personal ?? false,
      severity: (onFault ?? FaultSeverity.REJECT_ROW)._severity,
      ...rules,
    };
  }

  /**
   * Everything that is wrong with it.
   *
   * @internal
   */
  _faults(): string[] {
    const { name, type, options } = this;
    const { onFault } = options;
    const severity =
      onFault === undefined || onFault instanceof FaultSeverity
        ? []
        : [
            `column ${show(name)}: onFault is ${show(onFault)}, expected FaultSeverity.REJECT_ROW or FAIL_GATE; use one of them`,
          ];
    return [...columnFaults(name, type, options), ...severity];
  }
}
