import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';

/** Executions of a handler's own state machine. */
export class StepFunctionsExecutions {
  constructor(private readonly client: SFNClient) {}

  /** Milliseconds since the epoch at which an execution ended; `running`, or `unknown` where it cannot be told. */
  async endOf(execution: string): Promise<number | 'running' | 'unknown'> {
    try {
      const { status, stopDate } = await this.client.send(new DescribeExecutionCommand({ executionArn: execution }));
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
      return stopDate === undefined ? 'unknown' : stopDate.getTime();
    } catch (error) {
      // Forgotten after 90 days, or of a machine that was replaced: what it held has run out long ago.
      if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return 'unknown';
      throw error;
    }
  }
}
