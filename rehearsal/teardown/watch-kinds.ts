import { BudgetsClient, DeleteBudgetCommand, DescribeBudgetsCommand } from '@aws-sdk/client-budgets';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  ListDashboardsCommand,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteTopicCommand,
  paginateListSubscriptions,
  paginateListTopics,
  SNSClient,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { ClientConfig } from '../aws';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';
import { all, given, type Kind } from './kind';

export function watchKinds(config: ClientConfig): Kind[] {
  const cloudWatch = new CloudWatchClient(config);
  const logs = new CloudWatchLogsClient(config);
  const sns = new SNSClient(config);
  const budgets = new BudgetsClient(config);
  const AccountId = EMULATOR_ACCOUNT;
  return [
    {
      type: 'AWS::CloudWatch::Alarm',
      list: () =>
        all(
          paginateDescribeAlarms({ client: cloudWatch }, {}),
          ({ MetricAlarms }) => MetricAlarms,
          ({ AlarmName }) => AlarmName,
        ),
      remove: (name) => cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] })),
    },
    {
      type: 'AWS::CloudWatch::Dashboard',
      list: async () =>
        given(
          (await cloudWatch.send(new ListDashboardsCommand({}))).DashboardEntries,
          ({ DashboardName }) => DashboardName,
        ),
      remove: (name) => cloudWatch.send(new DeleteDashboardsCommand({ DashboardNames: [name] })),
    },
    {
      type: 'AWS::Logs::LogGroup',
      list: () =>
        all(
          paginateDescribeLogGroups({ client: logs }, {}),
          ({ logGroups }) => logGroups,
          ({ logGroupName }) => logGroupName,
        ),
      remove: (logGroupName) => logs.send(new DeleteLogGroupCommand({ logGroupName })),
    },
    {
      type: 'AWS::SNS::Topic',
      list: () =>
        all(
          paginateListTopics({ client: sns }, {}),
          ({ Topics }) => Topics,
          ({ TopicArn }) => TopicArn,
        ),
      remove: (TopicArn) => sns.send(new DeleteTopicCommand({ TopicArn })),
    },
    {
      type: 'AWS::Budgets::Budget',
      list: async () =>
        given((await budgets.send(new DescribeBudgetsCommand({ AccountId }))).Budgets, ({ BudgetName }) => BudgetName),
      remove: (BudgetName) => budgets.send(new DeleteBudgetCommand({ AccountId, BudgetName })),
    },
    {
      type: 'AWS::SNS::Subscription',
      list: () =>
        all(
          paginateListSubscriptions({ client: sns }, {}),
          ({ Subscriptions }) => Subscriptions,
          ({ SubscriptionArn }) => SubscriptionArn,
        ),
      remove: (SubscriptionArn) => sns.send(new UnsubscribeCommand({ SubscriptionArn })),
    },
  ];
}
