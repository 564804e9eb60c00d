import type { NotRun } from './outcome';

export type Result = 'passed' | 'warning' | 'failed' | 'not run';

/** One question of the preflight, and its answer. */
export interface Check {
  readonly check: string;
  readonly result: Result;
  readonly text: string;
  readonly toDo: readonly ToDo[];
  /** Whether nobody knows that the deployment can succeed while this check has not run. */
  readonly decisive: boolean;
  /** Whether it did not run for want of credentials. */
  readonly noCredentials: boolean;
}

export interface ToDo {
  readonly step: string;
  /** A command line that does it. */
  readonly command?: string;
}

export function answered(check: string, result: Result, text: string, toDo: readonly ToDo[] = []): Check {
  return { check, result, text, toDo, decisive: true, noCredentials: false };
}

export function notRun(check: string, { reason, noCredentials }: NotRun): Check {
  return { ...answered(check, 'not run', reason), noCredentials };
}

/** Why the deployment should wait; undefined when nothing that was found speaks against it. */
export function obstacleOf(stage: string, checks: readonly Check[]): string | undefined {
  const failed = checks.filter(({ result }) => result === 'failed');
  if (failed.length > 0)
    return `stage "${stage}" is not ready to deploy: ${failed.map(({ check }) => check).join(', ')}`;
  const unknown = checks.filter(
    ({ result, decisive, noCredentials }) => result === 'not run' && (decisive || noCredentials),
  );
  const [first] = unknown;
  if (first === undefined) return undefined;
  const { text: reason } = unknown.find(({ noCredentials }) => noCredentials) ?? first;
  return `the preflight of stage "${stage}" is incomplete: ${reason}`;
}
