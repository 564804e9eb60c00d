import type { Guard } from '../lambdas/shared/guard/compile';
import { compileGuard } from '../lambdas/shared/guard/compile';
import { type GuardPolicyDocument, PERSONAL_KINDS, SECRET_KINDS } from '../protocol/guard';
import type { BenchRow } from './row';

const RUNS = 7;
const WARM_UP = 3_000;
const SAMPLES = 2_000;

const PROSE =
  'Dear support team, the order 48-1192 of 14.03.2026 came in two parcels, the second on 17 March at 10:45. The lamp (model ' +
  'LX-200, 2 x 60 W) has a scratch of 3.5 cm and the manual speaks of version 2.4.1, mine is 2.3. I paid EUR 129.90, with ' +
  'a voucher of 15 %. Please say whether I can keep it for a lower price or send it back: the shop on the corner closes at ' +
  '18:30 and I am away from the 22nd. Thank you, and the best to whoever packed it so well otherwise. ';

/** Five things to find, of five kinds. */
const FINDINGS =
  'Write to jane.doe@example.com or call +1 212-555-0142, card 4111 1111 1111 1111, from 192.0.2.17, ' +
  'IBAN DE89 3704 0044 0532 0130 00. ';

const POLICY: GuardPolicyDocument = {
  request: [
    { kind: 'size', name: 'size', mode: 'enforce', maxBytes: 1024 * 1024 },
    { kind: 'schema', name: 'schema', mode: 'enforce', schema: { type: 'string', maxLength: 1024 * 1024 } },
    {
      kind: 'terms',
      name: 'terms',
      mode: 'enforce',
      action: 'block',
      terms: Array.from({ length: 1000 }, (_, index) => `forbidden phrase ${index}`),
    },
    { kind: 'sensitive', name: 'secrets', mode: 'enforce', action: 'block', kinds: SECRET_KINDS },
    { kind: 'sensitive', name: 'personal', mode: 'enforce', action: 'mask', kinds: PERSONAL_KINDS },
  ],
  reply: [],
  recordMask: [...PERSONAL_KINDS, ...SECRET_KINDS],
};

/** Time of the guard alone over 1 KB of text, all rules on. */
export async function benchGuard(): Promise<BenchRow[]> {
  const guard = compileGuard(POLICY);
  const clean = kilobyte(PROSE.repeat(3));
  const five = kilobyte(FINDINGS + PROSE.repeat(3));
  const pairs: [string, string, number, string][] = [
    ['guard, clean text', clean, 0, '<= 50'],
    ['guard, five findings', five, 5, '<= 150'],
  ];
  return pairs.map(([name, text, findings, target]) => {
    expectFindings(guard, text, findings);
    return row(name, guard, text, target);
  });
}

/** As it comes out of a request: parsed, and so in one piece in memory. */
function kilobyte(text: string): string {
  return JSON.parse(JSON.stringify(text.slice(0, 1024)));
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
