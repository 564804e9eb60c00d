import { CliError, EXIT } from '../errors';
import type { StageState } from '../stage-outputs';

/** ARN of a state machine in the account and region of the stage's stacks, which the id of one of them tells. */
export function stateMachineArn({ stackId, stackName }: StageState, name: string): string {
  // arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
  const [, partition, , region, account] = stackId.split(':');
  if (partition === undefined || region === undefined || account === undefined) {
    throw new CliError(`stack ${stackName} has no id that tells its account and region: "${stackId}"`, EXIT.failed);
  }
  return `arn:${partition}:states:${region}:${account}:stateMachine:${name}`;
}
