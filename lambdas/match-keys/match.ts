import { FATE, type Fate } from '../shared/dataset/fates';
import { HASH_WORDS } from '../shared/dataset/hash';
import { compareHashes } from '../shared/dataset/hash-order';
import { type KeyIndex, KeyIndexWriter } from '../shared/dataset/key-index';
import type { KeyTable } from './key-table';

export interface Matched {
  /** Fate of each position of the table. */
  readonly fates: Uint8Array;
  readonly kept: number;
  readonly duplicates: number;
  readonly conflicts: number;
  /** Keys of the version that the run makes: those of the parent and those that are kept. */
  readonly index: Buffer;
}

/**
 * Decides of each row whether it is kept. Of the rows with one key the earliest stays, and those of the parent are earlier than
 * all of a run. A later one with the same content is a duplicate; one with other content breaks the uniqueness of the key.
 */
export function matchKeys(table: KeyTable, parent: KeyIndex): Matched {
  const order = table.inOrder();
  const fates = new Uint8Array(table.count);
  const counts: Record<Fate, number> = { [FATE.kept]: 0, [FATE.duplicate]: 0, [FATE.conflict]: 0 };
  const index = new KeyIndexWriter(parent.count + table.count);
  const { words } = table;
  let old = 0;
  for (let next = 0; next < order.length; ) {
    const first = order[next] ?? 0;
    const key = table.keyAt(first);
    while (old < parent.count && compareHashes(parent.words, old * parent.width, words, key) < 0) {
      index.add(parent.words, old * parent.width);
      old += 1;
    }
    const known = old < parent.count && compareHashes(parent.words, old * parent.width, words, key) === 0;
    if (!known) index.add(words, key);
    const earliest = known ? { words: parent.words, at: old * parent.width } : { words, at: key };
    for (; next < order.length; next += 1) {
      const position = order[next] ?? 0;
      const at = table.keyAt(position);
      if (compareHashes(words, at, words, key) !== 0) break;
      const fate = !known && position === first ? FATE.kept : fateBeside(earliest, words, at);
      fates[position] = fate;
      counts[fate] += 1;
    }
  }
  for (; old < parent.count; old += 1) index.add(parent.words, old * parent.width);
  return {
    fates,
    kept: counts[FATE.kept],
    duplicates: counts[FATE.duplicate],
    conflicts: counts[FATE.conflict],
    index: index.finish(),
  };
}

function fateBeside(earliest: { words: Uint32Array; at: number }, words: Uint32Array, at: number): Fate {
  const same = compareHashes(earliest.words, earliest.at + HASH_WORDS, words, at + HASH_WORDS) === 0;
  return same ? FATE.duplicate : FATE.conflict;
}
