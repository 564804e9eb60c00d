import { upperGamma } from './gamma';

export interface ChiSquareTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** Chance of a statistic this large or larger, where nothing but chance is at work. */
  readonly pValue: number;
}

/**
 * Pearson's test whether two samples, counted by category, come from one distribution (without Yates' correction).
 * Categories that neither has are left out. It wants 5 expected in every category (Cochran, 1954). Undefined where fewer
 * than two categories are left, or a sample is empty.
 */
export function chiSquareHomogeneity(a: ArrayLike<number>, b: ArrayLike<number>): ChiSquareTest | undefined {
  sameLength(a, b);
  const [totalA, totalB] = [total(a), total(b)];
  if (totalA === 0 || totalB === 0) return undefined;
  let [statistic, categories] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] as number, b[i] as number];
    if (inA + inB === 0) continue;
    categories++;
    const share = (inA + inB) / (totalA + totalB);
    statistic += (inA - share * totalA) ** 2 / (share * totalA) + (inB - share * totalB) ** 2 / (share * totalB);
  }
  return categories < 2 ? undefined : tested(statistic, categories - 1);
}

/**
 * Pearson's test whether counts follow expected shares, which are scaled to their total. Undefined for fewer than two
 * categories, or nothing counted. A category that is not expected at all and yet occurs has the p-value 0.
 */
export function chiSquareFit(observed: ArrayLike<number>, expected: ArrayLike<number>): ChiSquareTest | undefined {
  sameLength(observed, expected);
  const [totalObserved, totalExpected] = [total(observed), total(expected)];
  if (totalObserved === 0 || totalExpected === 0) return undefined;
  let [statistic, categories] = [0, 0];
  for (let i = 0; i < observed.length; i++) {
    const counted = observed[i] as number;
    const wanted = ((expected[i] as number) / totalExpected) * totalObserved;
    if (counted === 0 && wanted === 0) continue;
    categories++;
    statistic += (counted - wanted) ** 2 / wanted;
  }
  return categories < 2 ? undefined : tested(statistic, categories - 1);
}

function tested(statistic: number, degreesOfFreedom: number): ChiSquareTest {
  return { statistic, degreesOfFreedom, pValue: upperGamma(degreesOfFreedom / 2, statistic / 2) };
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
}

function sameLength(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} categories cannot be compared`);
}
