import { HASH_WORDS } from '../shared/dataset/hash';
import { compareHashes, hashToWords, sortedPositions, WordRows } from '../shared/dataset/hash-order';
import { KEY_ENTRY_BYTES, readKeys } from '../shared/dataset/row-block';

/** Words of a row: key, content, partition of its group, shard, row. */
const WIDTH = 2 * HASH_WORDS + 3;
const GROUP = 2 * HASH_WORDS;
const SHARD = GROUP + 1;
const ROW = GROUP + 2;

/** The keys of the rows of a run that lie in one partition: 44 bytes a row, however long the rows are. */
export class KeyTable {
  private readonly rows: WordRows;

  constructor(expectedBytes: number) {
    this.rows = new WordRows(WIDTH, Math.ceil(expectedBytes / KEY_ENTRY_BYTES));
  }

  get count(): number {
    return this.rows.count;
  }

  get words(): Uint32Array {
    return this.rows.words;
  }

  /** Adds a part of the section of keys of a block. */
  add(part: Buffer): void {
    for (const { k, c, groupPartition, shard, row } of readKeys(part)) {
      const at = this.rows.grow();
      const { words } = this.rows;
      hashToWords(k, words, at);
      hashToWords(c, words, at + HASH_WORDS);
      words[at + GROUP] = groupPartition;
      words[at + SHARD] = shard;
      words[at + ROW] = row;
    }
  }

  /** Positions by key; rows of one key as they arrived: by shard and row. */
  inOrder(): Uint32Array {
    const { words } = this.rows;
    return sortedPositions(
      this.count,
      (a, b) =>
        compareHashes(words, a * WIDTH, words, b * WIDTH) ||
        this.shardOf(a) - this.shardOf(b) ||
        this.rowOf(a) - this.rowOf(b),
    );
  }

  /** Where the words of a position begin: key and content. */
  keyAt(position: number): number {
    return position * WIDTH;
  }

  groupPartitionOf(position: number): number {
    return this.words[position * WIDTH + GROUP] ?? 0;
  }

  shardOf(position: number): number {
    return this.words[position * WIDTH + SHARD] ?? 0;
  }

  rowOf(position: number): number {
    return this.words[position * WIDTH + ROW] ?? 0;
  }
}
