import { gzipSync } from 'node:zlib';
import type { DatasetSide, ShardFile } from '../../protocol/dataset';
import { numberOfSide } from '../shared/dataset/group-index';
import { sha256 } from '../shared/dataset/version-address';
import type { KeptRows } from './kept-rows';

/** Uncompressed bytes of a shard file, about: what a trainer holds in memory at once, and what is compressed at once here. */
const SHARD_FILE_BYTES = 64 * 1024 * 1024;
const LINE_FEED = Buffer.from('\n');
/** Byte of the header of gzip that names the operating system, and its value for "unknown". */
const GZIP_OS = 9;
const UNKNOWN_OS = 255;

export interface MadeShard {
  readonly file: ShardFile;
  readonly bytes: Buffer;
}

/** Shard files of one side: canonical lines in the order of keys, cut after the row with which a file is full. */
export function* shardFiles(
  rows: KeptRows,
  sides: Uint8Array,
  side: DatasetSide,
  fileBytes = SHARD_FILE_BYTES,
): Generator<MadeShard> {
  let lines: Buffer[] = [];
  let bytes = 0;
  const number = numberOfSide(side);
  for (const position of rows.byKey()) {
    if (sides[position] !== number) continue;
    const line = rows.line(position);
    lines.push(line, LINE_FEED);
    bytes += line.length + LINE_FEED.length;
    if (bytes < fileBytes) continue;
    yield shardOf(lines, side);
    lines = [];
    bytes = 0;
  }
  if (lines.length > 0) yield shardOf(lines, side);
}

function shardOf(lines: readonly Buffer[], side: DatasetSide): MadeShard {
  const content = Buffer.concat(lines);
  return {
    file: { digest: sha256(content), rows: lines.length / 2, bytes: content.length, side },
    bytes: compressed(content),
  };
}

/** The same bytes on every machine: Node writes no time, and the system it runs on is taken out. */
export function compressed(content: Buffer): Buffer {
  const bytes = gzipSync(content, { level: 6 });
  bytes[GZIP_OS] = UNKNOWN_OS;
  return bytes;
}
