import { APIGatewayClient, DeleteRestApiCommand, paginateGetRestApis } from '@aws-sdk/client-api-gateway';
import { DeleteRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  DeleteLayerVersionCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  paginateListEventSourceMappings,
  paginateListFunctions,
  paginateListLayers,
} from '@aws-sdk/client-lambda';
import { DeleteScheduleCommand, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DeleteStateMachineCommand, paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { DeleteQueueCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../aws';
import { all, given, type Kind } from './kind';

export function computeKinds(config: ClientConfig): Kind[] {
  const lambda = new LambdaClient(config);
  const api = new APIGatewayClient(config);
  const events = new EventBridgeClient(config);
  const sqs = new SQSClient(config);
  const scheduler = new SchedulerClient(config);
  const machines = new SFNClient(config);
  return [
    {
      type: 'AWS::Lambda::Function',
      list: () =>
        all(
          paginateListFunctions({ client: lambda }, {}),
          ({ Functions }) => Functions,
          ({ FunctionName }) => FunctionName,
        ),
      remove: (FunctionName) => lambda.send(new DeleteFunctionCommand({ FunctionName })),
    },
    {
      type: 'AWS::ApiGateway::RestApi',
      list: () =>
        all(
          paginateGetRestApis({ client: api }, {}),
          ({ items }) => items,
          ({ id }) => id,
        ),
      remove: (restApiId) => api.send(new DeleteRestApiCommand({ restApiId })),
    },
    {
      type: 'AWS::Events::Rule',
      list: async () => given((await events.send(new ListRulesCommand({}))).Rules, ({ Name }) => Name),
      remove: (Name) => events.send(new DeleteRuleCommand({ Name })),
    },
    {
      type: 'AWS::SQS::Queue',
      list: () =>
        all(
          paginateListQueues({ client: sqs }, {}),
          ({ QueueUrls }) => QueueUrls,
          (url) => url,
        ),
      remove: (QueueUrl) => sqs.send(new DeleteQueueCommand({ QueueUrl })),
    },
    {
      type: 'AWS::Lambda::LayerVersion',
      list: () =>
        all(
          paginateListLayers({ client: lambda }, {}),
          ({ Layers }) => Layers,
          ({ LayerName }) => LayerName,
        ),
      remove: async (LayerName) => {
        const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName }));
        for (const { Version: VersionNumber } of LayerVersions)
          await lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }));
      },
    },
    {
      type: 'AWS::Lambda::EventSourceMapping',
      list: () =>
        all(
          paginateListEventSourceMappings({ client: lambda }, {}),
          ({ EventSourceMappings }) => EventSourceMappings,
          ({ UUID }) => UUID,
        ),
      remove: (UUID) => lambda.send(new DeleteEventSourceMappingCommand({ UUID })),
    },
    {
      type: 'AWS::Scheduler::Schedule',
      list: () =>
        all(
          paginateListSchedules({ client: scheduler }, {}),
          ({ Schedules }) => Schedules,
          ({ Name }) => Name,
        ),
      remove: (Name) => scheduler.send(new DeleteScheduleCommand({ Name })),
    },
    {
      type: 'AWS::StepFunctions::StateMachine',
      list: () =>
        all(
          paginateListStateMachines({ client: machines }, {}),
          ({ stateMachines }) => stateMachines,
          ({ stateMachineArn }) => stateMachineArn,
        ),
      remove: (stateMachineArn) => machines.send(new DeleteStateMachineCommand({ stateMachineArn })),
    },
  ];
}
