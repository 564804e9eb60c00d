import type { MatchResult, SplitResult } from '../shared/dataset/partition-results';
import type { ShardResult } from '../shared/dataset/shard-result';

/**
 * Which count does not agree with another of the same rows, in words; undefined where all do. Each pair is counted by steps that
 * know nothing of each other: the shards, the partitions of keys, the partitions of groups.
 */
export function unaccounted(
  { accepted }: ShardResult['counts'],
  matched: readonly MatchResult[],
  split: readonly SplitResult[],
): string | undefined {
  const total = <Item>(items: readonly Item[], count: (item: Item) => number) =>
    items.reduce((sum, item) => sum + count(item), 0);
  const pairs: readonly (readonly [what: string, number, number])[] = [
    ['accepted by shards and matched by key', accepted, total(matched, ({ rows }) => rows)],
    ['accepted by shards and split by group', accepted, total(split, ({ rows }) => rows)],
    ['kept by key and published', total(matched, ({ kept }) => kept), total(split, ({ published }) => published)],
    [
      'duplicate by key and left out',
      total(matched, ({ duplicates }) => duplicates),
      total(split, ({ duplicates }) => duplicates),
    ],
    [
      'in conflict by key and set apart',
      total(matched, ({ conflicts }) => conflicts),
      total(split, ({ conflicts }) => conflicts),
    ],
    [
      'published and in shard files',
      total(split, ({ published }) => published),
      total(split, ({ files }) => total(files, ({ rows }) => rows)),
    ],
  ];
  const wrong = pairs.filter(([, one, other]) => one !== other);
  if (wrong.length === 0) return undefined;
  return wrong.map(([what, one, other]) => `of the rows ${what} there are ${one} and ${other}`).join('; ');
}
