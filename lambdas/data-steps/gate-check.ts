import type { GateCheck } from '../../protocol/dataset';
import type { ColumnProfile, DatasetProfile } from '../shared/statistics/dataset-profile';

type Rule = Pick<GateCheck, 'rule' | 'column'>;

/** The profile of a column; undefined where the profile has none. */
export function columnOf(profile: DatasetProfile | undefined, name: string): ColumnProfile | undefined {
  return profile?.columns.find((column) => column.name === name);
}

export function atMost(rule: Rule, measured: number, maximum: number, expected: string): GateCheck {
  return { ...rule, passed: measured <= maximum, measured: rounded(measured), expected };
}

export function notRun(rule: Rule, expected: string, passed: boolean, reason: string): GateCheck {
  return { ...rule, passed, measured: null, expected, reason };
}

/** As it is told; what is judged is the number itself. */
export function rounded(measured: number): number {
  return Number(measured.toPrecision(6));
}
