import type { SFNClient } from '@aws-sdk/client-sfn';
import { CONTROLLER_OUTPUT } from '../../protocol/endpoint-control';
import type { Identity } from '../registry/ports';
import type { StageState } from '../stage-outputs';
import { stateMachineArn } from '../state-machine/arn';
import { StepFunctionsExecutions } from '../state-machine/io/step-functions';
import { EndpointControl } from './control';

/** The controller of a deployed stage; undefined where its backend has none. */
export function stageControl(state: StageState, client: SFNClient, identity: Identity): EndpointControl | undefined {
  const name = state.outputs[CONTROLLER_OUTPUT];
  if (name === undefined) return undefined;
  return new EndpointControl({ port: new StepFunctionsExecutions(client, stateMachineArn(state, name)), identity });
}
