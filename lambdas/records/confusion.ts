import { METRIC } from '../../protocol/metrics';
import type { MetricValues } from '../shared/emf';

/** What one judgement, or the change from one to another, adds to the confusion counts. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

const NONE: Confusion = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };

/**
 * One prediction against its truth. With a positive label: that label against all others. Without one: micro-average, in which
 * a wrong answer is a false positive of the label it gave and a false negative of the label it should have given; precision,
 * recall, F1 and accuracy are then one number.
 */
export function judge(predicted: string, truth: string, positiveLabel: string | undefined): Confusion {
  if (positiveLabel === undefined) {
    return predicted === truth ? { ...NONE, truePositives: 1 } : { ...NONE, falsePositives: 1, falseNegatives: 1 };
  }
  if (predicted === positiveLabel) {
    return truth === positiveLabel ? { ...NONE, truePositives: 1 } : { ...NONE, falsePositives: 1 };
  }
  return truth === positiveLabel ? { ...NONE, falseNegatives: 1 } : { ...NONE, trueNegatives: 1 };
}

/** What a correction adds: the new judgement less the earlier one. */
export function correction(earlier: Confusion, corrected: Confusion): Confusion {
  return {
    truePositives: corrected.truePositives - earlier.truePositives,
    falsePositives: corrected.falsePositives - earlier.falsePositives,
    falseNegatives: corrected.falseNegatives - earlier.falseNegatives,
    trueNegatives: corrected.trueNegatives - earlier.trueNegatives,
  };
}

/** All four counts, zeros too: a ratio over them needs data in each. */
export function confusionMetrics(counts: Confusion): MetricValues {
  return {
    [METRIC.truePositives]: counts.truePositives,
    [METRIC.falsePositives]: counts.falsePositives,
    [METRIC.falseNegatives]: counts.falseNegatives,
    [METRIC.trueNegatives]: counts.trueNegatives,
  };
}
