import type { CommonAtoms } from './atoms';

/** Counts of two columns in common bins. */
export interface Bins {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export interface Histogram extends Bins {
  /** One more than bins: a bin begins at its edge and ends before the next one; the last holds its end too. */
  readonly edges: readonly number[];
}

export interface CategoryBins extends Bins {
  /** Text of each bin; null for the bin of all that are too rare for one of their own. */
  readonly labels: readonly (string | null)[];
}

/** Bins of equal width over what both have, for a picture. */
export function equalWidthBins({ values, a, b }: CommonAtoms, bins: number): Histogram {
  const [from, to] = [values[0] ?? 0, values.at(-1) ?? 0];
  const count = from === to ? 1 : bins;
  // Halved, because the distance of two doubles may be more than any double.
  const width = (to / 2 - from / 2) / count;
  const counts = { a: new Array<number>(count).fill(0), b: new Array<number>(count).fill(0) };
  values.forEach((value, i) => {
    const bin = from === to ? 0 : Math.min(count - 1, Math.floor((value / 2 - from / 2) / width));
    counts.a[bin] = (counts.a[bin] as number) + (a[i] as number);
    counts.b[bin] = (counts.b[bin] as number) + (b[i] as number);
  });
  const edges = Array.from({ length: count }, (_, i) => 2 * (from / 2 + width * i));
  return { edges: [...edges, to], ...counts };
}

/**
 * Bins with about the same share of rows, of the even mixture of both: with edges from one of them alone, all that the other
 * has beyond its ends, or between two of its values, would look like nothing. A value with the share of a bin has its own.
 */
export function quantileBins({ values, a, b }: CommonAtoms, bins: number): Histogram {
  const [totalA, totalB] = [total(a), total(b)];
  const apart = values.length <= bins;
  const counts: { a: number[]; b: number[] } = { a: [], b: [] };
  const edges: number[] = [];
  let [share, begin] = [0, true];
  values.forEach((value, i) => {
    const [inA, inB] = [a[i] as number, b[i] as number];
    const own = (part(inA, totalA) + part(inB, totalB)) / 2;
    const heavy = apart || own * bins >= 1;
    if (begin || heavy) {
      edges.push(value);
      counts.a.push(0);
      counts.b.push(0);
    }
    const last = counts.a.length - 1;
    counts.a[last] = (counts.a[last] as number) + inA;
    counts.b[last] = (counts.b[last] as number) + inB;
    begin = heavy || Math.floor((share + own) * bins) > Math.floor(share * bins);
    share += own;
  });
  return { edges: [...edges, values.at(-1) ?? 0], ...counts };
}

/**
 * One bin a category, as long as the smaller side has to expect `leastExpected` rows in it; the rest are one bin. Without
 * that, many rare categories add up to a distance that is nothing but chance.
 */
export function categoryBins(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  leastExpected: number,
): CategoryBins {
  const [totalA, totalB] = [total([...a.values()]), total([...b.values()])];
  const smallest = Math.min(totalA, totalB) / (totalA + totalB);
  const bins: { labels: (string | null)[]; a: number[]; b: number[] } = { labels: [], a: [], b: [] };
  let [restA, restB] = [0, 0];
  for (const label of [...new Set([...a.keys(), ...b.keys()])].sort()) {
    const [inA, inB] = [a.get(label) ?? 0, b.get(label) ?? 0];
    if ((inA + inB) * smallest >= leastExpected) {
      bins.labels.push(label);
      bins.a.push(inA);
      bins.b.push(inB);
    } else {
      restA += inA;
      restB += inB;
    }
  }
  if (restA + restB === 0) return bins;
  return { labels: [...bins.labels, null], a: [...bins.a, restA], b: [...bins.b, restB] };
}

function part(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
