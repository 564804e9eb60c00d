import type { HoldOutDocument } from '../../protocol/dataset';
import { GROUP_WORDS, type GroupIndex, numberOfSide } from '../shared/dataset/group-index';
import { HASH_BYTES, HASH_WORDS, hashOf } from '../shared/dataset/hash';
import { compareHashes, wordsToHash } from '../shared/dataset/hash-order';
import type { KeptRows } from './kept-rows';

const TRAIN = numberOfSide('train');
const HOLDOUT = numberOfSide('holdout');

export interface Sides {
  /** Side of each position, as `sideOfNumber` reads it. */
  readonly of: Uint8Array;
  /** All groups there are now. */
  readonly groups: GroupIndex;
}

/**
 * Decides on which side of the split rows stand. Rows of one group stand together; a group that the parent knows stays where it
 * is, whatever the hold-out says now. A new group is put aside by the smallest of its keys, or because one of its rows is late.
 */
export function decideSides(rows: KeptRows, parent: GroupIndex, holdOut: HoldOutDocument): Sides {
  const order = rows.byGroup();
  const { words } = rows;
  const of = new Uint8Array(rows.count);
  const groups = { words: new Uint32Array((parent.count + rows.count) * GROUP_WORDS), count: 0 };
  const remember = (from: Uint32Array, at: number, side: number) => {
    const to = groups.count * GROUP_WORDS;
    groups.words.set(from.subarray(at, at + HASH_WORDS), to);
    groups.words[to + HASH_WORDS] = side;
    groups.count += 1;
  };
  const sideOfOld = (old: number) => parent.words[old * GROUP_WORDS + HASH_WORDS] ?? 0;
  let old = 0;
  for (let next = 0; next < order.length; ) {
    const first = order[next] ?? 0;
    const group = rows.groupAt(first);
    const members = membersFrom(rows, order, next);
    while (old < parent.count && compareHashes(parent.words, old * GROUP_WORDS, words, group) < 0) {
      remember(parent.words, old * GROUP_WORDS, sideOfOld(old));
      old += 1;
    }
    const known = old < parent.count && compareHashes(parent.words, old * GROUP_WORDS, words, group) === 0;
    // The first by key is the smallest.
    const side = known ? sideOfOld(old) : sideOfNew(rows, members, holdOut);
    if (!known) remember(words, group, side);
    for (const member of members) of[member] = side;
    next += members.length;
  }
  for (; old < parent.count; old += 1) remember(parent.words, old * GROUP_WORDS, sideOfOld(old));
  return { of, groups };
}

function membersFrom(rows: KeptRows, order: Uint32Array, first: number): Uint32Array {
  const { words } = rows;
  const group = rows.groupAt(order[first] ?? 0);
  let end = first + 1;
  while (end < order.length && compareHashes(words, rows.groupAt(order[end] ?? 0), words, group) === 0) end += 1;
  return order.subarray(first, end);
}

function sideOfNew(rows: KeptRows, members: Uint32Array, holdOut: HoldOutDocument): number {
  if (holdOut.kind === 'time') return members.some((member) => rows.isLate(member)) ? HOLDOUT : TRAIN;
  return fractionOf(holdOut.salt, rows.words, rows.keyAt(members[0] ?? 0)) < holdOut.share ? HOLDOUT : TRAIN;
}

/** A number from 0 to below 1 that a key has under a salt, evenly spread over keys. */
function fractionOf(salt: string, words: Uint32Array, at: number): number {
  const key = Buffer.allocUnsafe(HASH_BYTES);
  wordsToHash(words, at, key);
  return hashOf(Buffer.concat([Buffer.from(salt), key])).readUInt32LE(0) / 2 ** 32;
}
