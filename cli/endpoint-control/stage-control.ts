import type { SFNClient } from '@aws-sdk/client-sfn';
import { CONTROLLER_OUTPUT } from '../../protocol/endpoint-control';
import { CliError, EXIT } from '../errors';
import type { Identity } from '../registry/ports';
import type { StageState } from '../stage-outputs';
import { EndpointControl } from './control';
import { StepFunctionsControl } from './io/step-functions';

/** The controller of a deployed stage; undefined where its backend has none. */
export function stageControl(state: StageState, client: SFNClient, identity: Identity): EndpointControl | undefined {
  const name = state.outputs[CONTROLLER_OUTPUT];
  if (name === undefined) return undefined;
  return new EndpointControl({ port: new StepFunctionsControl(client, controllerArn(state, name)), identity });
}

/** In the account and region of the stage's stacks, which the id of one of them tells. */
function controllerArn({ stackId, stackName }: StageState, name: string): string {
  // arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
  const [, partition, , region, account] = stackId.split(':');
  if (partition === undefined || region === undefined || account === undefined) {
    throw new CliError(`stack ${stackName} has no id that tells its account and region: "${stackId}"`, EXIT.failed);
  }
  return `arn:${partition}:states:${region}:${account}:stateMachine:${name}`;
}
