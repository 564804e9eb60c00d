import { CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientConfig } from '../../rehearsal/aws';

/** An empty archive. */
const ZipFile = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
const Role = 'arn:aws:iam::000000000000:role/left';

const ASSUMED = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};

/** Leaves one resource of each kind that has been overlooked; gives their types. */
export async function leaveBehind(config: ClientConfig): Promise<string[]> {
  const lambda = new LambdaClient(config);
  const kms = new KMSClient(config);
  const sns = new SNSClient(config);
  const statements = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }],
  };
  const iam = new IAMClient(config);
  await iam.send(new CreateRoleCommand({ RoleName: 'left', AssumeRolePolicyDocument: JSON.stringify(ASSUMED) }));
  await iam.send(new CreatePolicyCommand({ PolicyName: 'left', PolicyDocument: JSON.stringify(statements) }));
  await lambda.send(new PublishLayerVersionCommand({ LayerName: 'left', Content: { ZipFile } }));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/left', TargetKeyId: KeyMetadata?.KeyId }));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'left' }));
  await new SQSClient(config).send(new CreateQueueCommand({ QueueName: 'left' }));
  const Endpoint = `arn:aws:sqs:${config.region}:000000000000:left`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'left',
      Role,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile },
    }),
  );
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: 'left', EventSourceArn: Endpoint }));
  await new SSMClient(config).send(new PutParameterCommand({ Name: '/left', Value: 'x', Type: 'String' }));
  await new SchedulerClient(config).send(
    new CreateScheduleCommand({
      Name: 'left',
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: Endpoint, RoleArn: Role },
    }),
  );
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  await new SFNClient(config).send(new CreateStateMachineCommand({ name: 'left', definition, roleArn: Role }));
  return [
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::Role',
    'AWS::KMS::Alias',
    'AWS::KMS::Key',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Lambda::LayerVersion',
    'AWS::SNS::Subscription',
    'AWS::SNS::Topic',
    'AWS::SQS::Queue',
    'AWS::SSM::Parameter',
    'AWS::Scheduler::Schedule',
    'AWS::StepFunctions::StateMachine',
  ];
}
