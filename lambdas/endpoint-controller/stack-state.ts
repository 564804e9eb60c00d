/** What can be done with a stack in a status of CloudFormation's. */
export type StackState = 'stable' | 'rolled-back' | 'changing' | 'unusable';

/** Stacks that an update ended in as it was asked for, or that were just made. */
const STABLE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE']);

/**
 * Everything else is waited for or left to a person: a stack whose creation failed can only be deleted, one whose rollback
 * failed needs `ContinueUpdateRollback`.
 */
export function stackStateOf(status: string): StackState {
  if (STABLE.has(status)) return 'stable';
  if (status === 'UPDATE_ROLLBACK_COMPLETE') return 'rolled-back';
  // The clean-up after an update too: what left the template, as an endpoint that was stopped, is deleted in it.
  if (status.endsWith('_IN_PROGRESS')) return status.startsWith('DELETE') ? 'unusable' : 'changing';
  return 'unusable';
}

/** What a person does about a stack that cannot be updated. */
export function unusableText(name: string, status: string): string {
  const remedy =
    status === 'UPDATE_ROLLBACK_FAILED'
      ? 'continue its rollback ("aws cloudformation continue-update-rollback"), then ask again'
      : 'deploy the stage again';
  return `stack ${name} is in ${status} and cannot be updated; ${remedy}`;
}

export function missingText(name: string): string {
  return `there is no stack ${name}; deploy the stage`;
}
