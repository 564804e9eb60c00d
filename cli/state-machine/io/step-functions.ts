import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { EnteredState, ExecutionStatus, ExecutionsPort } from '../follow';

/** Executions of a state machine, by its ARN. */
export class StepFunctionsExecutions implements ExecutionsPort {
  constructor(
    private readonly client: SFNClient,
    private readonly stateMachineArn: string,
  ) {}

  async start(input: unknown): Promise<string> {
    const { executionArn } = await this.client.send(
      new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, input: JSON.stringify(input) }),
    );
    if (executionArn === undefined) throw new Error('Step Functions did not say which execution it started');
    return executionArn;
  }

  async status(execution: string): Promise<ExecutionStatus> {
    const { status, output, error, cause } = await this.client.send(
      new DescribeExecutionCommand({ executionArn: execution }),
    );
    switch (status) {
      case 'RUNNING':
      case 'PENDING_REDRIVE':
        return { kind: 'running' };
      case 'SUCCEEDED':
        return { kind: 'succeeded', output: JSON.parse(output ?? '{}') };
      case 'FAILED':
        return { kind: 'failed', error: error ?? 'unknown', cause: cause ?? 'no cause is given' };
      default:
        return { kind: 'ended', status: status ?? 'unknown' };
    }
  }

  /** From the end back to what was seen: a history of hours is not read again with each look. */
  async entered(execution: string, after: number): Promise<readonly EnteredState[]> {
    const found: EnteredState[] = [];
    let token: string | undefined;
    do {
      const { events = [], nextToken } = await this.client.send(
        new GetExecutionHistoryCommand({
          executionArn: execution,
          reverseOrder: true,
          includeExecutionData: false,
          maxResults: 100,
          nextToken: token,
        }),
      );
      const fresh = events.filter(({ id = 0 }) => id > after);
      found.push(...fresh.flatMap(enteredState));
      token = fresh.length < events.length ? undefined : nextToken;
    } while (token !== undefined);
    return found.reverse();
  }
}

function enteredState({ id, timestamp, stateEnteredEventDetails }: HistoryEvent): EnteredState[] {
  if (id === undefined || stateEnteredEventDetails?.name === undefined) return [];
  return [{ id, state: stateEnteredEventDetails.name, at: timestamp ?? new Date(0) }];
}
