import type { HoldOutDocument } from '../../protocol/dataset';
import { checkNumber, checkText, faultsOf, show } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { timeFaults } from './column-faults';
import type { DatasetSchema } from './dataset-schema';

/** Options of a hold-out by hash. */
export interface HashHoldOutOptions {
  /** Share of the groups of rows that is held out, 0.001 to 0.9. */
  readonly share: number;
  /**
   * Text that makes the choice another one. Fixed for the life of a dataset.
   * @default 'slipway'
   */
  readonly salt?: string;
}

/**
 * Which rows are held out: models are judged by them and never trained on them. A row that was held out once is held out in every
 * later version, and rows that belong together stay on one side.
 */
export class HoldOut {
  /** A share, chosen by the hash of a row's key: the same rows whatever the order in which they arrive. */
  static byHash(options: HashHoldOutOptions): HoldOut {
    const faults = faultsOf(
      checkNumber('share', options.share, {
        required: true,
        min: 0.001,
        max: 0.9,
        known: true,
        fix: 'give the share that is held out, such as 0.2',
      }),
      checkText('salt', options.salt, {
        pattern: /^[\x20-\x7e]{1,64}$/,
        expected: '1 to 64 visible ASCII characters',
        known: true,
        fix: 'any text will do, as long as it stays',
      }),
    );
    if (faults.length > 0) throw new ConfigError('HoldOut.byHash', faults);
    return new HoldOut({ kind: 'hash', share: options.share, salt: options.salt ?? 'slipway' });
  }

  /**
   * Everything from a moment on, inclusive: the model is judged by what happened after all that it was trained on.
   *
   * @param column date or timestamp column that is required
   * @param from `YYYY-MM-DD`, or ISO 8601 with a zone where the column holds timestamps
   */
  static fromTime(column: string, from: string): HoldOut {
    return new HoldOut({ kind: 'time', column, from });
  }

  private constructor(private readonly document: HoldOutDocument) {}

  /** @internal */
  get _document(): HoldOutDocument {
    return this.document;
  }

  /**
   * What is wrong with it for a schema.
   *
   * @internal
   */
  _faults(schema: DatasetSchema): string[] {
    if (this.document.kind === 'hash') return [];
    const { column: name, from } = this.document;
    const column = schema._column(name);
    if (column === undefined) {
      return [
        `holdOut names the column ${show(name)}, expected one of ${schema.columnNames.slice(0, 20).join(', ')}; correct it, or declare the column`,
      ];
    }
    if (column.type !== 'date' && column.type !== 'timestamp') {
      return [
        `holdOut names the column ${show(name)} of type ${column.type}, expected a date or timestamp; name another`,
      ];
    }
    const faults = timeFaults('holdOut: from', column.type, from);
    if (!column.required) {
      faults.push(
        `holdOut names the column ${show(name)}, which may be empty, expected a required one; a row without a time could stand on neither side`,
      );
    }
    return faults;
  }
}
