/** Up to this product of the sizes the p-value is counted path by path; that takes a millisecond. */
const EXACT_PRODUCT = 250_000;
const TERMS = 1_000;

export interface KolmogorovSmirnovTest {
  /** Largest distance of the two distribution functions. */
  readonly statistic: number;
  /** Chance of a distance this large or larger, where both samples come from one continuous distribution. With ties it is on the safe side: too large. */
  readonly pValue: number;
  /** `exact` for small samples; `asymptotic` is Kolmogorov's limit. */
  readonly method: 'exact' | 'asymptotic';
}

/** Two-sample test of samples as they are. Undefined where one is empty. */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnovTest | undefined {
  const [sortedA, sortedB] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, largest] = [0, 0, 0];
  const [n, m] = [sortedA.length, sortedB.length];
  while (i < n && j < m) {
    const next = Math.min(sortedA[i] as number, sortedB[j] as number);
    while (i < n && (sortedA[i] as number) <= next) i++;
    while (j < m && (sortedB[j] as number) <= next) j++;
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return tested(largest, n, m);
}

/**
 * The same of counts on common bins in ascending order. The distance is taken at the ends of bins only: it is that of the
 * samples where each bin holds one number, and else never above it, and below it by the share of the fullest bin at most.
 */
export function kolmogorovSmirnovOfCounts(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): KolmogorovSmirnovTest | undefined {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} bins cannot be compared`);
  let [n, m] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    n += a[i] as number;
    m += b[i] as number;
  }
  let [belowA, belowB, largest] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    belowA += a[i] as number;
    belowB += b[i] as number;
    largest = Math.max(largest, Math.abs(belowA * m - belowB * n));
  }
  return tested(largest, n, m);
}

/** `scaled` is the distance times both sizes: a whole number, so that equal distances are equal. */
function tested(scaled: number, n: number, m: number): KolmogorovSmirnovTest | undefined {
  if (n === 0 || m === 0) return undefined;
  const statistic = scaled / (n * m);
  if (n * m <= EXACT_PRODUCT) return { statistic, pValue: exactTail(scaled, n, m), method: 'exact' };
  return { statistic, pValue: kolmogorovTail(statistic * Math.sqrt((n * m) / (n + m))), method: 'asymptotic' };
}

/**
 * Share of the ways to mix both samples whose distance is `scaled` or larger (J. L. Hodges, 1958). A cell is the share of
 * the paths to it that have been out of bounds; only positive numbers are added, so small chances keep their digits.
 */
function exactTail(scaled: number, n: number, m: number): number {
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= scaled) row[j] = 1;
      else if (i + j > 0) {
        const fromA = i === 0 ? 0 : (i / (i + j)) * (row[j] as number);
        row[j] = j === 0 ? fromA : fromA + (j / (i + j)) * (row[j - 1] as number);
      }
    }
  }
  return row[m] as number;
}

/** Chance that Kolmogorov's limit is above `x`: two series, each of which converges fast on its side. */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k < TERMS; k += 2) {
      const term = Math.exp(-((k * Math.PI) ** 2) / (8 * x * x));
      sum += term;
      if (term <= sum * Number.EPSILON) break;
    }
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let [sum, sign] = [0, 1];
  for (let k = 1; k < TERMS; k++) {
    const term = Math.exp(-2 * (k * x) ** 2);
    sum += sign * term;
    sign = -sign;
    if (term <= sum * Number.EPSILON) break;
  }
  return 2 * sum;
}
