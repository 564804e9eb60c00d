import type { SQSClient } from '@aws-sdk/client-sqs';
import type { WaitingMessage } from '../../../../protocol/waiting';
import { defaultProvider } from '../../clients/runtime-credentials';
import type { WaitingRoom } from '../ports';

/** As for the table: a second attempt goes over a new connection. */
const ATTEMPTS = 2;
const ATTEMPT_MS = 1_500;

/** The queue in which requests to a fleet that sleeps wait. */
export class SqsWaitingRoom implements WaitingRoom {
  private client: SQSClient | undefined;

  constructor(private readonly queueUrl: string) {}

  async put(message: WaitingMessage, delaySeconds: number): Promise<void> {
    // Loaded here: most requests meet a fleet that is awake, and each client costs every cold start.
    const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    this.client ??= new SQSClient({
      credentials: defaultProvider(),
      maxAttempts: ATTEMPTS,
      requestHandler: { requestTimeout: ATTEMPT_MS, throwOnRequestTimeout: true },
    });
    await this.client.send(
      new SendMessageCommand({
        QueueUrl: this.queueUrl,
        MessageBody: JSON.stringify(message),
        DelaySeconds: delaySeconds,
      }),
    );
  }
}
