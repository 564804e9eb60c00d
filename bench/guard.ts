import type { Guard } from '../lambdas/shared/guard/compile';
import { compileGuard } from '../lambdas/shared/guard/compile';
import { ALL_RULES } from './guard-policy';
import { type BenchRow, memoryRow } from './row';
import { kilobyteOf, PROSE } from './text';

const RUNS = 7;
const WARM_UP = 3_000;
const SAMPLES = 2_000;

/** Five things to find, of five kinds. */
const FINDINGS =
  'Write to jane.doe@example.com or call +1 212-555-0142, card 4111 1111 1111 1111, from 192.0.2.17, ' +
  'IBAN DE89 3704 0044 0532 0130 00. ';

/** Time of the guard alone over 1 KB of text, all rules on. */
export async function benchGuard(): Promise<BenchRow[]> {
  const guard = compileGuard(ALL_RULES);
  const clean = kilobyteOf(PROSE);
  const five = kilobyteOf(FINDINGS + PROSE);
  const pairs: [string, string, number, string][] = [
    ['guard, clean text', clean, 0, '<= 50'],
    ['guard, five findings', five, 5, '<= 150'],
  ];
  const rows = pairs.map(([name, text, findings, target]) => {
    expectFindings(guard, text, findings);
    return row(name, guard, text, target);
  });
  return [...rows, memoryRow('guard', process.resourceUsage().maxRSS)];
}

/** A guard that finds something else than meant is fast for nothing. */
function expectFindings(guard: Guard, text: string, expected: number): void {
  const outcome = guard.request(text);
  const found = outcome.findings.reduce((sum, { count }) => sum + count, 0);
  if (outcome.verdict !== 'pass' || found !== expected) {
    throw new Error(
      `the guard found ${found} spans (${outcome.verdict}), not ${expected}: the text and the rules have drifted`,
    );
  }
}

function row(name: string, guard: Guard, text: string, target: string): BenchRow {
  for (let i = 0; i < WARM_UP; i++) guard.request(text);
  const medians = Array.from({ length: RUNS }, () => medianMicros(guard, text)).sort((a, b) => a - b);
  const value = medians[Math.floor(RUNS / 2)] ?? Number.NaN;
  const spread: [number, number] = [medians[0] ?? Number.NaN, medians.at(-1) ?? Number.NaN];
  return { name: `${name}, p50 per KB`, value, unit: 'µs', target, spread };
}

function medianMicros(guard: Guard, text: string): number {
  const times = new Float64Array(SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    const start = process.hrtime.bigint();
    guard.request(text);
    times[i] = Number(process.hrtime.bigint() - start) / 1000;
  }
  return times.sort()[SAMPLES / 2] ?? Number.NaN;
}
