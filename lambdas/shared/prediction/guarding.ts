import type { Facts } from './measure';
import type { GuardOutcome } from './ports';

/** A guard that throws has not judged: that is a failed rule, not a passed one. */
export function guardOrFailure(check: () => GuardOutcome, report: (error: unknown) => void): GuardOutcome {
  try {
    return check();
  } catch (error) {
    report(error);
    return {
      verdict: 'failed',
      findings: [],
      failures: ['guard'],
      modelInput: null,
      recordInput: null,
      inputExact: false,
    };
  }
}

export function countGuard(facts: Facts, outcome: GuardOutcome): void {
  facts.findings = [...facts.findings, ...outcome.findings];
  facts.guardFailures += outcome.failures.length;
}
