import { setTimeout as sleep } from 'node:timers/promises';
import { ListTopicsCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { RehearsedStage } from '../../rehearsal/rehearsed-stage';

/** Listens to the stage's alarm topic as a person's mailbox would. */
export async function subscribeQueue(stage: RehearsedStage) {
  const sns = new SNSClient(stage.config);
  const sqs = new SQSClient(stage.config);
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  const topicArn = Topics.find(({ TopicArn }) => TopicArn?.includes('AlarmTopic'))?.TopicArn;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alarm-listener' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: Attributes?.QueueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      ReturnSubscriptionArn: true,
    }),
  );
  const messages: string[] = [];
  return {
    /** Whether a message about the alarm in that state arrives within some seconds. */
    async received(alarmName: string, state: string): Promise<boolean> {
      for (let waited = 0; waited < 20; waited += 1) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        messages.push(...Messages.map(({ Body = '' }) => Body));
        if (
          messages.some(
            (body) => body.includes(alarmName) && new RegExp(`NewStateValue\\\\*":\\s*\\\\*"${state}`).test(body),
          )
        )
          return true;
        await sleep(250);
      }
      return false;
    },
    async remove(): Promise<void> {
      await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
