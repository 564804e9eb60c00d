import type { StatusCount } from '../report/report';
import type { Answer } from './callers';

/** How often each status came that is none of the expected ones, in the order in which they came first. */
export function failuresByStatus(answers: readonly Answer[], expected: readonly number[]): StatusCount[] {
  const failures = new Map<number | 'no answer', number>();
  for (const { status = 'no answer' } of answers) {
    if (status !== 'no answer' && expected.includes(status)) continue;
    failures.set(status, (failures.get(status) ?? 0) + 1);
  }
  return [...failures].map(([status, count]) => ({ status, count }));
}
