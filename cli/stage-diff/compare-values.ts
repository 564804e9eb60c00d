import type { Placeholders } from './placeholders';

/** One difference within two values; a side that has nothing there is absent. */
export interface Change {
  /** As `Properties.Tags[2].Value`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** A text in two stages: each side has its own names replaced before they are compared. */
export interface Sides {
  readonly from: Placeholders;
  readonly to: Placeholders;
}

/** What differs between two values of two stages beyond the stages' own names. */
export function changesBetween(from: unknown, to: unknown, sides: Sides, path = ''): Change[] {
  if (Array.isArray(from) && Array.isArray(to)) return changesOfLists(from, to, sides, path);
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => changesBetween(from[key], to[key], sides, path === '' ? key : `${path}.${key}`));
  }
  return isSame(from, to, sides) ? [] : [changeOf(path, from, to, sides)];
}

/** Equal elements in order stay together, so that one more at the beginning is one addition and not a change of all. */
function changesOfLists(from: readonly unknown[], to: readonly unknown[], sides: Sides, path: string): Change[] {
  return gapsBetween(from, to, sides).flatMap(({ fromAt, toAt, removed, added }) => {
    if (removed === added) {
      return Array.from({ length: added }, (_, i) =>
        changesBetween(from[fromAt + i], to[toAt + i], sides, `${path}[${toAt + i}]`),
      ).flat();
    }
    return [
      ...from.slice(fromAt, fromAt + removed).map((v, i) => changeOf(`${path}[${fromAt + i}]`, v, undefined, sides)),
      ...to.slice(toAt, toAt + added).map((v, i) => changeOf(`${path}[${toAt + i}]`, undefined, v, sides)),
    ];
  });
}

/** A run of elements without a partner: `removed` of one list at `fromAt`, `added` of the other at `toAt`. */
interface Gap {
  readonly fromAt: number;
  readonly toAt: number;
  readonly removed: number;
  readonly added: number;
}

/** The gaps between the elements of a longest common subsequence. */
function gapsBetween(from: readonly unknown[], to: readonly unknown[], sides: Sides): Gap[] {
  const same = from.map((a) => to.map((b) => changesBetween(a, b, sides).length === 0));
  const length = commonLengths(same, to.length);
  const gaps: Gap[] = [];
  let fromAt = 0;
  let toAt = 0;
  const close = (i: number, j: number) => {
    if (i > fromAt || j > toAt) gaps.push({ fromAt, toAt, removed: i - fromAt, added: j - toAt });
    [fromAt, toAt] = [i + 1, j + 1];
  };
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    if (same[i]?.[j] === true) close(i++, j++);
    else if ((length[i + 1]?.[j] ?? 0) >= (length[i]?.[j + 1] ?? 0)) i++;
    else j++;
  }
  close(from.length, to.length);
  return gaps;
}

/** `[i][j]`: length of the longest common subsequence of what follows `i` in one list and `j` in the other. */
function commonLengths(same: readonly (readonly boolean[])[], columns: number): number[][] {
  const lengths = Array.from({ length: same.length + 1 }, () => new Array<number>(columns + 1).fill(0));
  for (let i = same.length - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const row = lengths[i] ?? [];
      const next = lengths[i + 1] ?? [];
      row[j] = same[i]?.[j] === true ? 1 + (next[j + 1] ?? 0) : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

/**
 * Texts are the same with the names replaced, or as they stand: a word that is a stage's name by chance ("pilot") and is
 * written in both stages is no difference.
 */
function isSame(from: unknown, to: unknown, sides: Sides): boolean {
  if (Object.is(from, to)) return true;
  return typeof from === 'string' && typeof to === 'string' && sides.from(from) === sides.to(to);
}

function changeOf(path: string, from: unknown, to: unknown, sides: Sides): Change {
  return {
    path,
    ...(from === undefined ? {} : { from: replaced(from, sides.from) }),
    ...(to === undefined ? {} : { to: replaced(to, sides.to) }),
  };
}

function replaced(value: unknown, placeholders: Placeholders): unknown {
  if (typeof value === 'string') return placeholders(value);
  if (Array.isArray(value)) return value.map((element) => replaced(element, placeholders));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, replaced(element, placeholders)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
