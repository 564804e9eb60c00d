export interface BinaryMetrics {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Area under the receiver operating characteristic. */
  readonly auc: number;
}

export interface Scored {
  readonly positive: boolean;
  readonly score: number;
}

/** Needs at least one positive and one negative. Precision and F1 are 0 where nothing was called positive. */
export function binaryMetrics(scored: readonly Scored[], threshold: number): BinaryMetrics {
  const called = scored.filter(({ score }) => score >= threshold);
  const truePositives = called.filter(({ positive }) => positive).length;
  const falsePositives = called.length - truePositives;
  const positives = scored.filter(({ positive }) => positive).length;
  const falseNegatives = positives - truePositives;
  const correct = scored.length - falsePositives - falseNegatives;
  return {
    accuracy: correct / scored.length,
    precision: called.length === 0 ? 0 : truePositives / called.length,
    recall: truePositives / positives,
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
    auc: areaUnderCurve(scored),
  };
}

/** Probability that a positive scores above a negative, ties counting half (Mann-Whitney U over all pairs). */
export function areaUnderCurve(scored: readonly Scored[]): number {
  const byScore = scored.toSorted((a, b) => a.score - b.score);
  let rankSum = 0;
  let start = 0;
  while (start < byScore.length) {
    let end = start;
    while (end < byScore.length && byScore[end]?.score === byScore[start]?.score) end++;
    // Ranks start + 1 to end share their mean.
    const rank = (start + 1 + end) / 2;
    rankSum += rank * byScore.slice(start, end).filter(({ positive }) => positive).length;
    start = end;
  }
  const positives = scored.filter(({ positive }) => positive).length;
  const negatives = scored.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
