import type { SourceObject } from '../../protocol/dataset';

export interface ShardPorts {
  /** Bytes of an object from `from` to before `to`, or to its end; of a range that is not empty. */
  open(object: SourceObject, range?: { readonly from: number; readonly to?: number }): AsyncIterable<Uint8Array>;
  /** Puts an object into the dataset bucket. */
  put(key: string, bytes: Buffer): Promise<void>;
}
