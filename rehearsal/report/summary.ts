import type { GuardFinding, SensitiveKind } from '../../protocol/guard';
import type { ConfidenceBin, Confusion, InterventionReport, Measured, QualityMetrics, QualityReport } from './report';

export type MailLabel = 'spam' | 'ham';

/** One answer beside its truth. */
export interface Judgement {
  readonly truth: MailLabel;
  readonly predicted: MailLabel;
  /** 0..1 */
  readonly confidence?: number;
}

/** 0.05 a bin: fine enough to see a model that is sure of itself, coarse enough for 500 answers. */
const CONFIDENCE_BINS = 20;

/** Null of no judgements: nothing was measured. */
export function qualityOf(judgements: readonly Judgement[]): QualityReport | null {
  if (judgements.length === 0) return null;
  const confusion = confusionOf(judgements);
  return { ...confusion, ...metricsOf(confusion), confidence: confidenceBins(judgements, CONFIDENCE_BINS) };
}

export function confusionOf(judgements: readonly Judgement[]): Confusion {
  const count = (truth: MailLabel, predicted: MailLabel): number =>
    judgements.filter((judgement) => judgement.truth === truth && judgement.predicted === predicted).length;
  return {
    truePositives: count('spam', 'spam'),
    falsePositives: count('ham', 'spam'),
    falseNegatives: count('spam', 'ham'),
    trueNegatives: count('ham', 'ham'),
  };
}

/** F1 is 2TP / (2TP + FP + FN), which is known even where precision or recall is not. */
export function metricsOf(confusion: Confusion): QualityMetrics {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = confusion;
  return {
    accuracy: ratio(tp + tn, tp + tn + fp + fn),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
  };
}

/** Bins of equal width over 0..1; judgements without a confidence are in none. */
export function confidenceBins(judgements: readonly Judgement[], bins: number): readonly ConfidenceBin[] {
  const within = (index: number, label: MailLabel): number =>
    judgements.filter(
      ({ truth, confidence }) =>
        truth === label && confidence !== undefined && Math.min(Math.floor(confidence * bins), bins - 1) === index,
    ).length;
  return Array.from({ length: bins }, (_, index) => ({
    from: index / bins,
    to: (index + 1) / bins,
    spam: within(index, 'spam'),
    ham: within(index, 'ham'),
  }));
}

/** Findings of all requests and replies, added up by rule, most frequent first. */
export function interventionsOf(findings: readonly GuardFinding[]): readonly InterventionReport[] {
  const byRule = new Map<string, GuardFinding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.rule, finding.mode, finding.action]);
    const same = byRule.get(key);
    if (same === undefined) byRule.set(key, [finding]);
    else same.push(finding);
  }
  return [...byRule.values()].flatMap(intervention).sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
}

function intervention(same: readonly GuardFinding[]): InterventionReport[] {
  const [first] = same;
  if (first === undefined) return [];
  const kinds: readonly SensitiveKind[] = [...new Set(same.flatMap((finding) => finding.kinds ?? []))].sort();
  return [
    {
      rule: first.rule,
      mode: first.mode,
      action: first.action,
      count: same.length,
      ...(kinds.length > 0 ? { kinds } : {}),
    },
  ];
}

function ratio(part: number, whole: number): Measured {
  return whole === 0 ? 'unknown' : part / whole;
}
