import type { SourceObject } from '../../protocol/dataset';
import { type ParquetDamage, parquetLines, SourceError } from './parquet-lines';
import type { ShardPorts } from './ports';

/** Reads an object as Parquet: of the object only the parts that the reader asks for are fetched. */
export async function readParquet(
  object: SourceObject,
  ports: Pick<ShardPorts, 'open'>,
  take: (lines: Buffer) => Promise<void>,
): Promise<ParquetDamage | undefined> {
  const slice = async (from: number, to: number = object.bytes): Promise<ArrayBuffer> => {
    const start = from < 0 ? Math.max(0, object.bytes + from) : from;
    const end = Math.min(to, object.bytes);
    if (start >= end) return new ArrayBuffer(0);
    const bytes = new Uint8Array(end - start);
    let at = 0;
    try {
      for await (const chunk of ports.open(object, { from: start, to: end })) {
        bytes.set(chunk.subarray(0, bytes.length - at), at);
        at += chunk.length;
      }
    } catch (cause) {
      throw new SourceError('the object cannot be read', { cause });
    }
    return bytes.buffer;
  };
  return parquetLines({ byteLength: object.bytes, slice }, take);
}
