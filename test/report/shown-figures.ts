import { count, milliseconds, percent, seconds, significant } from '../../rehearsal/report/format';
import type { RehearsalReport } from '../../rehearsal/report/report';

/** Figures in a text; names of percentiles and metrics (`p95`, `f1`) are none. */
export function figuresIn(text: string): readonly string[] {
  return text.replace(/\b[pf]\d+\b/g, '').match(/(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?/g) ?? [];
}

/** Every way in which a value of the JSON may be shown, and the few sums and shares that are formed of them. */
export function figuresOf(report: RehearsalReport): ReadonlySet<string> {
  const shown = leaves(JSON.parse(JSON.stringify(report))).flatMap((leaf) =>
    typeof leaf === 'string' ? figuresIn(leaf) : typeof leaf === 'number' ? numberForms(leaf) : [],
  );
  return new Set([...shown, ...derived(report)]);
}

function numberForms(value: number): string[] {
  const forms = [
    count(value),
    milliseconds(value),
    seconds(value),
    significant(value),
    value.toFixed(1),
    value.toFixed(2),
  ];
  return [...forms, ...(value <= 1 ? [percent(value)] : [])].flatMap(figuresIn);
}

function derived(report: RehearsalReport): string[] {
  const { traffic, quality, deployed, feedback, steps } = report;
  const sums: number[] = [steps.length, steps.filter((step) => step.status !== 'not run').length];
  const shares: number[] = [];
  if (traffic !== null) shares.push(traffic.answered / traffic.requests, traffic.blocked / traffic.requests);
  if (feedback !== null) shares.push(feedback.joined / feedback.sent);
  if (quality !== null) {
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = quality;
    sums.push(tp + tn, tp + fp + fn + tn, tp + fp, tp + fn);
  }
  if (deployed !== null) {
    const resources = deployed.stacks.reduce((sum, stack) => sum + stack.resources, 0);
    sums.push(resources, deployed.standIns.length);
    shares.push(deployed.resourcesUnchanged / resources);
  }
  const elapsed = steps.reduce((sum, step) => sum + step.seconds, 0);
  return [...sums.map(count), ...shares.flatMap((share) => figuresIn(percent(share))), ...figuresIn(seconds(elapsed))];
}

function leaves(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => [key, ...leaves(one)])
    : [value];
}
