/**
 * Jensen-Shannon distance of two histograms on common bins: the square root of the divergence with logarithms to base 2
 * (J. Lin, 1991; a metric by Endres and Schindelin, 2003). 0 for the same shares, 1 where no bin has rows of both. Undefined
 * where a side has no rows.
 */
export function jensenShannon(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} bins cannot be compared`);
  let [totalA, totalB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    totalA += a[i] as number;
    totalB += b[i] as number;
  }
  if (totalA === 0 || totalB === 0) return undefined;
  let divergence = 0;
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [(a[i] as number) / totalA, (b[i] as number) / totalB];
    const middle = (p + q) / 2;
    if (p > 0) divergence += p * Math.log2(p / middle);
    if (q > 0) divergence += q * Math.log2(q / middle);
  }
  // Rounding can leave the divergence of equal shares a little below 0, that of separate ones a little above 1.
  return Math.sqrt(Math.min(1, Math.max(0, divergence / 2)));
}
