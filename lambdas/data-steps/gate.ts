import type { ColumnSchema, GateCheck, GateReport, RuleSeverity } from '../../protocol/dataset';
import type { Evidence } from './evidence';
import { atMost, columnOf, notRun, rounded } from './gate-check';
import { distributionChecks } from './gate-distribution';
import { shareOf } from './value-share';

/**
 * Judges a run by everything that is expected of it. A check that cannot run says why. It passes where there is nothing to judge
 * yet (the first version, no row), and fails where what there is cannot be judged.
 */
export function judgeRun(evidence: Evidence): GateReport {
  const checks = [
    ...severityChecks(evidence),
    ...countChecks(evidence),
    ...evidence.schema.columns.flatMap((column) => nullShareChecks(column, evidence)),
    ...freshnessChecks(evidence),
    ...balanceChecks(evidence),
    ...evidence.schema.columns.flatMap((column) => distributionChecks(column, evidence)),
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}

function severityChecks({ schema, failFaults, conflicts }: Evidence): GateCheck[] {
  const fails = (severity: RuleSeverity) => severity === 'fail';
  const rows = schema.columns.some(({ severity }) => fails(severity))
    ? [atMost({ rule: 'severity-fail' }, failFaults, 0, 'no row that breaks a rule of severity fail')]
    : [];
  const keys = fails(schema.keySeverity)
    ? [atMost({ rule: 'unique' }, conflicts, 0, 'no row with the key of another and other content')]
    : [];
  return [...rows, ...keys];
}

function countChecks({ schema, counts, accepted }: Evidence): GateCheck[] {
  const { minimumRows, maximumBadShare } = schema;
  const checks: GateCheck[] = [];
  if (minimumRows !== undefined) {
    const expected = `at least ${minimumRows} accepted rows`;
    checks.push({ rule: 'minimum-rows', passed: accepted >= minimumRows, measured: accepted, expected });
  }
  if (maximumBadShare !== undefined) {
    const expected = `at most ${maximumBadShare} of the rows set apart`;
    const share = counts.quarantined / counts.rows;
    checks.push(
      counts.rows === 0
        ? notRun({ rule: 'maximum-bad-share' }, expected, true, 'the run has no rows')
        : atMost({ rule: 'maximum-bad-share' }, share, maximumBadShare, expected),
    );
  }
  return checks;
}

function nullShareChecks({ name, maxNullShare }: ColumnSchema, { profile }: Evidence): GateCheck[] {
  if (maxNullShare === undefined) return [];
  const rule = { rule: 'maximum-null-share', column: name } as const;
  const expected = `at most ${maxNullShare} of the values empty`;
  const column = columnOf(profile, name);
  if (column === undefined || column.rows === 0) return [notRun(rule, expected, true, 'no row was accepted')];
  return [atMost(rule, column.nulls / column.rows, maxNullShare, expected)];
}

function freshnessChecks({ schema, accepted, newestEvent, began }: Evidence): GateCheck[] {
  const { freshness } = schema;
  if (freshness === undefined) return [];
  const { column, maxAgeSeconds } = freshness;
  const rule = { rule: 'freshness', column } as const;
  const expected = `newest event at most ${maxAgeSeconds} s old`;
  if (newestEvent !== undefined) {
    return [atMost(rule, Math.max(0, Math.round((began - Date.parse(newestEvent)) / 1000)), maxAgeSeconds, expected)];
  }
  if (accepted === 0) return [notRun(rule, expected, true, 'no row was accepted')];
  return [notRun(rule, expected, false, 'no accepted row says when its event was')];
}

function balanceChecks({ schema, profile }: Evidence): GateCheck[] {
  const { classBalance } = schema;
  if (classBalance === undefined) return [];
  const column = columnOf(profile, classBalance.column);
  return classBalance.shares.map(({ value, minimum, maximum }) => {
    const rule = { rule: 'class-balance', column: classBalance.column } as const;
    const expected = `share of "${value}" from ${minimum} to ${maximum}`;
    if (column === undefined || column.rows === 0) return notRun(rule, expected, true, 'no row was accepted');
    const share = shareOf(column, value);
    if (typeof share === 'string') return notRun(rule, expected, false, share);
    return { ...rule, passed: share >= minimum && share <= maximum, measured: rounded(share), expected };
  });
}
