import type { DatasetSide } from '../../../protocol/dataset';
import { HASH_BYTES, HASH_WORDS } from './hash';
import { hashToWords, wordsToHash } from './hash-order';
import { entriesIn } from './key-index';

/** Groups of a version and the side on which each stays for ever: 20 bytes a group, its hash and its side, in the order of the hashes. */
const ENTRY_BYTES = HASH_BYTES + 4;
export const GROUP_WORDS = HASH_WORDS + 1;

const SIDES: readonly DatasetSide[] = ['train', 'holdout'];

export function sideOfNumber(side: number): DatasetSide {
  const found = SIDES[side];
  if (found === undefined) throw new Error(`${side} is no side of a dataset; expected 0 or 1`);
  return found;
}

export function numberOfSide(side: DatasetSide): number {
  return SIDES.indexOf(side);
}

/** `GROUP_WORDS` words a group. */
export interface GroupIndex {
  readonly words: Uint32Array;
  readonly count: number;
}

export function readGroupIndex(bytes: Buffer | undefined): GroupIndex {
  const count = entriesIn(bytes, ENTRY_BYTES, 'group index');
  const words = new Uint32Array(count * GROUP_WORDS);
  for (let entry = 0; entry < count && bytes !== undefined; entry += 1) {
    hashToWords(bytes, words, entry * GROUP_WORDS, entry * ENTRY_BYTES);
    words[entry * GROUP_WORDS + HASH_WORDS] = bytes.readUInt32BE(entry * ENTRY_BYTES + HASH_BYTES);
  }
  return { words, count };
}

export function writeGroupIndex({ words, count }: GroupIndex): Buffer {
  const bytes = Buffer.allocUnsafe(count * ENTRY_BYTES);
  for (let entry = 0; entry < count; entry += 1) {
    wordsToHash(words, entry * GROUP_WORDS, bytes, entry * ENTRY_BYTES);
    bytes.writeUInt32BE(words[entry * GROUP_WORDS + HASH_WORDS] ?? 0, entry * ENTRY_BYTES + HASH_BYTES);
  }
  return bytes;
}
