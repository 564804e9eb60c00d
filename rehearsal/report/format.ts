import type { Measured, StatusCount } from './report';

/** Words for what is missing, the same in the terminal and on the page. */
export const NOT_RUN = 'not run';
export const UNKNOWN = 'unknown';
export const RECORDED_ONLY = 'recorded only';

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

export function count(value: number): string {
  return GROUPED.format(value);
}

/** Three significant digits of what may be a share, an index or a number of rows. */
export function significant(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(3)));
}

/** `1 stack`, `3 stacks` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Three significant digits, so that 0.07 ms of a model and 200 ms of an objective both say something. */
export function milliseconds(value: number): string {
  if (value >= 100) return `${count(Math.round(value))} ms`;
  return `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** Never 100.0 % of what is not all, never 0.0 % of what is not nothing. */
export function percent(share: Measured): string {
  if (share === 'unknown') return UNKNOWN;
  const tenths = Math.round(share * 1000);
  const kept = share > 0 && share < 1 ? Math.min(Math.max(tenths, 1), 999) : tenths;
  return `${(kept / 10).toFixed(1)} %`;
}

/** `97.4 % (487 of 500)` */
export function shareOf(part: number, whole: number): string {
  return `${percent(whole === 0 ? 'unknown' : part / whole)} (${count(part)} of ${count(whole)})`;
}

export function usd(value: number): string {
  return `${GROUPED.format(value)} USD`;
}

/** `2026-11-22 23:32 UTC` */
export function moment(iso: string): string {
  return iso.replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*$/, '$1 $2 UTC');
}

/** `429 (2), no answer (1)` */
export function statuses(failed: readonly StatusCount[]): string {
  return failed.map(({ status, count: times }) => `${status} (${count(times)})`).join(', ');
}

export function list(items: readonly string[], none: string): string {
  return items.length === 0 ? none : items.join(', ');
}
