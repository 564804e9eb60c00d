import { HASH_WORDS } from '../shared/dataset/hash';
import { compareHashes, hashToWords, sortedPositions, WordRows } from '../shared/dataset/hash-order';
import type { RowEntry } from '../shared/dataset/row-block';

/** Words of a row: key, content, group, whether its time lies in the hold-out, arena and first byte of its line, bytes of the line. */
const WIDTH = 3 * HASH_WORDS + 4;
const CONTENT = HASH_WORDS;
const GROUP = 2 * HASH_WORDS;
const LATE = 3 * HASH_WORDS;
const ARENA = LATE + 1;
const FROM = LATE + 2;
const BYTES = LATE + 3;
/** Lines are copied together, so that the blocks that they came in can be forgotten. */
const ARENA_BYTES = 4 * 1024 * 1024;

/** Rows of one partition that are published: their lines and 64 bytes a row. What a partition holds bounds the memory. */
export class KeptRows {
  private readonly rows = new WordRows(WIDTH);
  private readonly arenas: Buffer[] = [];
  private used = 0;

  get count(): number {
    return this.rows.count;
  }

  get words(): Uint32Array {
    return this.rows.words;
  }

  /** `late`: whether its time alone would put the row into the hold-out. */
  add({ k, c, g, line }: Pick<RowEntry, 'k' | 'c' | 'g' | 'line'>, late: boolean): void {
    const arena = this.room(line.length);
    arena.set(line, this.used);
    const at = this.rows.grow();
    const { words } = this.rows;
    hashToWords(k, words, at);
    hashToWords(c, words, at + CONTENT);
    hashToWords(g, words, at + GROUP);
    words[at + LATE] = late ? 1 : 0;
    words[at + ARENA] = this.arenas.length - 1;
    words[at + FROM] = this.used;
    words[at + BYTES] = line.length;
    this.used += line.length;
  }

  keyAt(position: number): number {
    return position * WIDTH;
  }

  groupAt(position: number): number {
    return position * WIDTH + GROUP;
  }

  isLate(position: number): boolean {
    return this.words[position * WIDTH + LATE] === 1;
  }

  line(position: number): Buffer {
    const at = position * WIDTH;
    const from = this.words[at + FROM] ?? 0;
    const arena = this.arenas[this.words[at + ARENA] ?? 0];
    if (arena === undefined) throw new Error('a row has no line');
    return arena.subarray(from, from + (this.words[at + BYTES] ?? 0));
  }

  /** Positions by key, then content: the order of a shard file, whatever the order of arrival. */
  byKey(): Uint32Array {
    const { words } = this;
    return sortedPositions(
      this.count,
      (a, b) =>
        compareHashes(words, a * WIDTH, words, b * WIDTH) ||
        compareHashes(words, a * WIDTH + CONTENT, words, b * WIDTH + CONTENT),
    );
  }

  /** Positions by group, then key. */
  byGroup(): Uint32Array {
    const { words } = this;
    return sortedPositions(
      this.count,
      (a, b) =>
        compareHashes(words, a * WIDTH + GROUP, words, b * WIDTH + GROUP) ||
        compareHashes(words, a * WIDTH, words, b * WIDTH),
    );
  }

  private room(bytes: number): Buffer {
    const last = this.arenas.at(-1);
    if (last !== undefined && this.used + bytes <= last.length) return last;
    const arena = Buffer.allocUnsafe(Math.max(ARENA_BYTES, bytes));
    this.arenas.push(arena);
    this.used = 0;
    return arena;
  }
}
