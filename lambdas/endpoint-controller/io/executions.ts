import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Executions } from '../ports';

/** Executions of the controller's own state machine. */
export class StepFunctionsExecutions implements Executions {
  constructor(private readonly client: SFNClient) {}

  async endOf(execution: string): Promise<number | 'running' | 'unknown'> {
    try {
      const { status, stopDate } = await this.client.send(new DescribeExecutionCommand({ executionArn: execution }));
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
      return stopDate === undefined ? 'unknown' : stopDate.getTime();
    } catch (error) {
      // Forgotten after 90 days, or of a machine that was replaced: its lease has run out long ago.
      if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return 'unknown';
      throw error;
    }
  }
}
