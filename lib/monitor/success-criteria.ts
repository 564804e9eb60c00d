import type { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../protocol/metrics';
import { MINIMUM_FEEDBACK } from '../core/feedback-window';
import type { ModelMetrics } from '../core/model-metrics';

/**
 * Formulas over true and false positives and negatives (tp, fp, fn, tn). Without a positive label the handler counts a right
 * answer as one tp and a wrong one as one fp and one fn (micro-average), so that the accuracy is tp / (tp + fp).
 */
const FORMULA: Readonly<Record<string, { readonly binary: string; readonly micro: string }>> = {
  accuracy: { binary: '(tp + tn) / (tp + fp + fn + tn)', micro: 'tp / (tp + fp)' },
  precision: { binary: 'tp / (tp + fp)', micro: 'tp / (tp + fp)' },
  recall: { binary: 'tp / (tp + fn)', micro: 'tp / (tp + fn)' },
  f1: { binary: '2 * tp / (2 * tp + fp + fn)', micro: '2 * tp / (2 * tp + fp + fn)' },
};

/** A criterion's value from feedback; no data point while there is too little of it. */
export function criterionMetric(
  metrics: ModelMetrics,
  criterion: string,
  positiveLabel: string | undefined,
  period: Duration,
): MathExpression {
  const formula = FORMULA[criterion];
  if (formula === undefined) throw new Error(`no formula for the criterion "${criterion}"`);
  const count = { period };
  return new MathExpression({
    expression: `IF(judged >= ${MINIMUM_FEEDBACK}, ${positiveLabel === undefined ? formula.micro : formula.binary})`,
    usingMetrics: {
      judged: metrics.metric(METRIC.feedback, count),
      ...usedCounts(metrics, positiveLabel === undefined ? formula.micro : formula.binary, count),
    },
    label: criterion,
    period,
  });
}

const COUNTS = {
  tp: METRIC.truePositives,
  fp: METRIC.falsePositives,
  fn: METRIC.falseNegatives,
  tn: METRIC.trueNegatives,
} as const;

/** Only what the formula reads: an unread metric in an alarm is billed and puzzles whoever looks at it. */
function usedCounts(metrics: ModelMetrics, formula: string, options: { readonly period: Duration }) {
  const used = Object.entries(COUNTS).filter(([id]) => new RegExp(`\\b${id}\\b`).test(formula));
  return Object.fromEntries(used.map(([id, name]) => [id, metrics.metric(name, options)]));
}
