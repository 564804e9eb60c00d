import type { ColumnType } from '../../../protocol/dataset';
import type { NumberProfile } from './number-profile';

/** Changes with anything that makes profiles of two versions of this code differ or not mergeable. */
export const PROFILE_FORMAT = 'slipway-profile/1';

/** Statistics of a set of rows as plain JSON. The same rows give the same text, however they were ordered and grouped. */
export interface DatasetProfile {
  readonly format: typeof PROFILE_FORMAT;
  readonly rows: number;
  /** In the order of the schema. */
  readonly columns: readonly ColumnProfile[];
}

/** Of a personal column there are counts, the sketch of distinct values and lengths: nothing that shows a value. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly personal: boolean;
  /** Values, nulls included. */
  readonly rows: number;
  readonly nulls: number;
  /** Numbers that are not finite, and times that no Date can hold; they are in none of the statistics below. */
  readonly unusable: number;
  /** Sketch of distinct values; null where the values themselves are counted. */
  readonly distinct: string | null;
  /** Of integers and numbers; of dates and timestamps in milliseconds since 1970. */
  readonly numbers?: NumberProfile;
  /** Lengths of texts in UTF-16 code units. */
  readonly lengths?: NumberProfile;
  /** Each text and how often it came, ascending by code units; null where there are too many. */
  readonly texts?: readonly (readonly [string, number])[] | null;
  readonly booleans?: { readonly false: number; readonly true: number };
}

/** What a cell may hold: dates and timestamps are milliseconds since 1970. */
export type ProfiledValue = string | number | boolean | null | undefined;
