import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { ControlRequest } from '../../../protocol/endpoint-control';

/** Starts an execution of the controller. One of the same name was started by an earlier attempt of this very run. */
export async function ask(client: SFNClient, controller: string, name: string, request: ControlRequest): Promise<void> {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn: controller, name, input: JSON.stringify(request) }));
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return;
    throw error;
  }
}
