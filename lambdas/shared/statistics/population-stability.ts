/** What is added to every bin of both sides when a bin is empty on one of them: half a row (Jeffreys). */
const SMOOTHING = 0.5;

/**
 * Population stability index of two histograms on common bins: the sum of (p - q) ln(p / q), in nats; symmetric. A logarithm
 * of 0 is none, so where a bin is empty on one side only, half a row is added to every bin of both sides first. Bins that
 * are empty on both sides are left out. Undefined where a side has no rows: then there is nothing to compare.
 */
export function populationStability(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} bins cannot be compared`);
  let [totalA, totalB, bins, gaps] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] as number, b[i] as number];
    if (inA === 0 && inB === 0) continue;
    totalA += inA;
    totalB += inB;
    bins++;
    if (inA === 0 || inB === 0) gaps++;
  }
  if (totalA === 0 || totalB === 0) return undefined;
  const added = gaps > 0 ? SMOOTHING : 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] as number, b[i] as number];
    if (inA === 0 && inB === 0) continue;
    const p = (inA + added) / (totalA + added * bins);
    const q = (inB + added) / (totalB + added * bins);
    sum += (p - q) * Math.log(p / q);
  }
  return sum;
}

/**
 * The index that two samples of one distribution have on average, for their sizes alone: (bins - 1)(1/n + 1/m)
 * (B. Yurdakul, J. Naranjo, "Statistical properties of the population stability index", 2020).
 */
export function stabilityByChance(bins: number, sizeA: number, sizeB: number): number {
  return (bins - 1) * (1 / sizeA + 1 / sizeB);
}
