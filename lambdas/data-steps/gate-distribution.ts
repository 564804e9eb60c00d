import type { ColumnSchema, GateCheck } from '../../protocol/dataset';
import { columnDistance } from '../shared/statistics/distance';
import type { Evidence } from './evidence';
import { columnOf, notRun, rounded } from './gate-check';

/**
 * Compares the rows that a run adds with all rows of the latest version. Those are what models were trained on; what an earlier run
 * happened to add may have been few rows, or of one day. Of the run the rows it adds count, without the duplicates, which are in
 * the version already and would hide a drift of the others.
 */
export function distributionChecks({ name, maxPsi }: ColumnSchema, { added, parent }: Evidence): GateCheck[] {
  if (maxPsi === undefined) return [];
  const rule = { rule: 'distribution', column: name } as const;
  const of = parent === undefined ? 'the version before' : parent.version;
  const expected = `population stability index against ${of} at most ${maxPsi}`;
  if (parent === undefined)
    return [notRun(rule, expected, true, 'it is the first version: there is none to compare with')];
  const now = columnOf(added, name);
  if (now === undefined) return [notRun(rule, expected, true, 'the run adds no row')];
  const before = columnOf(parent.profile, name);
  if (before === undefined) return [notRun(rule, expected, false, `${parent.version} has no profile of the column`)];
  const { psi, reason, on } = columnDistance(before, now);
  if (psi === null) return [notRun(rule, expected, true, reason ?? 'there is nothing to compare')];
  const compared = on === 'values' ? {} : { reason: `compared by ${on}: ${reason}` };
  return [{ ...rule, passed: psi <= maxPsi, measured: rounded(psi), expected, ...compared }];
}
