import type { DatasetSchemaDocument, RowCounts } from '../../protocol/dataset';
import type { DatasetProfile } from '../shared/statistics/dataset-profile';

/** What is known of a run when it is judged. */
export interface Evidence {
  readonly schema: DatasetSchemaDocument;
  readonly counts: RowCounts;
  /** Rows that passed the checks of single rows. */
  readonly accepted: number;
  /** Rows with a fault of severity `fail`, conflicts apart. */
  readonly failFaults: number;
  /** Rows whose key an earlier row has, with other content. */
  readonly conflicts: number;
  /** Of the accepted rows; absent where there are none. */
  readonly profile: DatasetProfile | undefined;
  /** Of the rows that the run adds; absent where there are none. */
  readonly added: DatasetProfile | undefined;
  /** The latest version with the profile of all of its rows; undefined for the first. */
  readonly parent: { readonly version: string; readonly profile: DatasetProfile } | undefined;
  readonly newestEvent: string | undefined;
  /** Milliseconds since the epoch: when the run began or was taken up, so that judging it again gives the same. */
  readonly began: number;
}
