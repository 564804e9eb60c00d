import type { RowFault } from '../../protocol/dataset';
import type { RecordHandler } from '../shared/dataset/read/record-stream';
import type { RowCheck } from './row-check';

/** Where bytes of the source lie: in a window, during the call. */
export interface SourceBytes {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** First byte within the source; undefined where it has no rows of bytes. */
  readonly offset: number | undefined;
  /** Whether these are bytes of the object as it lies there, and of what is in it nothing can be told. */
  readonly compressed?: true;
}

/** Takes the rows of a shard, in their order. */
export interface RowTaker {
  /** Whether it can take no more for now. */
  readonly full: boolean;
  /** The row that `check` holds is good. */
  accept(row: number, check: RowCheck, source: SourceBytes): void;
  /** Bytes that are no good row; `piece` where they are one of several. */
  reject(row: number, faults: readonly RowFault[], source: SourceBytes, piece?: number): void;
}

/** Makes rows of the records of a stream. */
export interface ShardRows extends RecordHandler {
  /**
   * Names of the columns as the source has them, none where these do not fit the schema; undefined where it names them in every row,
   * or has not yet.
   */
  readonly columns: readonly string[] | undefined;
  /** Rejects bytes that follow a damage; `piece` counts on from those that the stream itself has handed on. */
  remainder(fault: RowFault, source: SourceBytes, piece: number): void;
}
