import { APIGatewayClient, DeleteRestApiCommand, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import { BudgetsClient, DeleteBudgetCommand, DescribeBudgetsCommand } from '@aws-sdk/client-budgets';
import { CloudFormationClient, DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  DescribeAlarmsCommand,
  ListDashboardsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { DeleteTableCommand, DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DeleteRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  IAMClient,
  ListRolePoliciesCommand,
  paginateListRoles,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, paginateListKeys, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { DeleteFunctionCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { DeleteBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteSecretCommand, paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteTopicCommand, paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import { DeleteQueueCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientConfig } from '../aws';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';
import { emptyBucket } from './empty-bucket';

/** One kind of resource: how it is listed and how one of it is removed. */
interface Kind {
  /** CloudFormation type. */
  readonly type: string;
  list(): Promise<string[]>;
  remove(id: string): Promise<unknown>;
}

/** Everything of the kinds that a stage can leave behind, asked of the services themselves and not of CloudFormation. */
export class Inventory {
  private readonly kinds: readonly Kind[];

  constructor(config: ClientConfig) {
    this.kinds = [...dataKinds(config), ...computeKinds(config), ...watchKinds(config), ...accountKinds(config)];
  }

  /** `<type> <id>` of everything there is. */
  async take(): Promise<ReadonlySet<string>> {
    const lists = await Promise.all(
      this.kinds.map(async ({ type, list }) => (await list()).map((id) => `${type} ${id}`)),
    );
    return new Set(lists.flat());
  }

  async remove(type: string, id: string): Promise<void> {
    const kind = this.kinds.find((candidate) => candidate.type === type);
    if (kind === undefined) throw new Error(`the rehearsal does not know how to remove a ${type}`);
    await kind.remove(id);
  }
}

async function all<P, T>(
  pages: AsyncIterable<P>,
  items: (page: P) => readonly T[] | undefined,
  id: (item: T) => string | undefined,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) {
    for (const item of items(page) ?? []) {
      const found = id(item);
      if (found !== undefined) ids.push(found);
    }
  }
  return ids;
}

function given<T>(items: readonly T[] | undefined, id: (item: T) => string | undefined): string[] {
  return (items ?? []).map(id).filter((found): found is string => found !== undefined);
}

function dataKinds(config: ClientConfig): Kind[] {
  const dynamo = new DynamoDBClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const kms = new KMSClient(config);
  const secrets = new SecretsManagerClient(config);
  const ssm = new SSMClient(config);
  return [
    {
      type: 'AWS::DynamoDB::GlobalTable',
      list: () =>
        all(
          paginateListTables({ client: dynamo }, {}),
          ({ TableNames }) => TableNames,
          (name) => name,
        ),
      remove: (TableName) => dynamo.send(new DeleteTableCommand({ TableName })),
    },
    {
      type: 'AWS::S3::Bucket',
      list: async () => given((await s3.send(new ListBucketsCommand({}))).Buckets, ({ Name }) => Name),
      remove: async (Bucket) => {
        await emptyBucket(s3, Bucket);
        await s3.send(new DeleteBucketCommand({ Bucket }));
      },
    },
    {
      type: 'AWS::KMS::Key',
      list: async () => {
        const keys = await all(
          paginateListKeys({ client: kms }, {}),
          ({ Keys }) => Keys,
          ({ KeyId }) => KeyId,
        );
        const described = await Promise.all(keys.map((KeyId) => kms.send(new DescribeKeyCommand({ KeyId }))));
        // A deleted key waits for a week at least; it cannot be used any more, and cannot be removed any further.
        return given(described, ({ KeyMetadata }) =>
          KeyMetadata?.KeyState === 'PendingDeletion' ? undefined : KeyMetadata?.KeyId,
        );
      },
      remove: (KeyId) => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
    },
    {
      type: 'AWS::SecretsManager::Secret',
      list: () =>
        all(
          paginateListSecrets({ client: secrets }, {}),
          ({ SecretList }) => SecretList,
          ({ Name }) => Name,
        ),
      remove: (SecretId) => secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
    },
    {
      type: 'AWS::SSM::Parameter',
      list: () =>
        all(
          paginateDescribeParameters({ client: ssm }, {}),
          ({ Parameters }) => Parameters,
          ({ Name }) => Name,
        ),
      remove: (Name) => ssm.send(new DeleteParameterCommand({ Name })),
    },
  ];
}

function computeKinds(config: ClientConfig): Kind[] {
  const lambda = new LambdaClient(config);
  const api = new APIGatewayClient(config);
  const events = new EventBridgeClient(config);
  const sqs = new SQSClient(config);
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
      list: async () => given((await api.send(new GetRestApisCommand({}))).items, ({ id }) => id),
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
  ];
}

function watchKinds(config: ClientConfig): Kind[] {
  const cloudWatch = new CloudWatchClient(config);
  const logs = new CloudWatchLogsClient(config);
  const sns = new SNSClient(config);
  const budgets = new BudgetsClient(config);
  const AccountId = EMULATOR_ACCOUNT;
  return [
    {
      type: 'AWS::CloudWatch::Alarm',
      list: async () =>
        given(
          (await cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 100 }))).MetricAlarms,
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
  ];
}

function accountKinds(config: ClientConfig): Kind[] {
  const iam = new IAMClient(config);
  const cloudFormation = new CloudFormationClient(config);
  return [
    {
      type: 'AWS::IAM::Role',
      list: () =>
        all(
          paginateListRoles({ client: iam }, {}),
          ({ Roles }) => Roles,
          ({ RoleName }) => RoleName,
        ),
      remove: async (RoleName) => {
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        await iam.send(new DeleteRoleCommand({ RoleName }));
      },
    },
    {
      type: 'AWS::IAM::User',
      list: () =>
        all(
          paginateListUsers({ client: iam }, {}),
          ({ Users }) => Users,
          ({ UserName }) => UserName,
        ),
      remove: (UserName) => iam.send(new DeleteUserCommand({ UserName })),
    },
    {
      type: 'AWS::CloudFormation::Stack',
      list: async () => {
        const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({}));
        return given(Stacks, ({ StackName, StackStatus }) =>
          StackStatus === 'DELETE_COMPLETE' ? undefined : StackName,
        );
      },
      remove: (StackName) => cloudFormation.send(new DeleteStackCommand({ StackName })),
    },
  ];
}
