import {
  BudgetsClient,
  CreateBudgetCommand,
  type CreateBudgetCommandInput,
  DeleteBudgetCommand,
} from '@aws-sdk/client-budgets';
import { CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { alarmInput, declaredBudget } from './declared';

/** The real thing behind a stand-in, where the emulator has the service's API. */
export interface Made {
  readonly physicalId: string;
  /** What `Fn::GetAtt` answers. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface StandInRequest {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly account: string;
  readonly region: string;
  /** Unique in the account and the same for every update of one resource. */
  readonly name: string;
}

export async function make(request: StandInRequest): Promise<Made> {
  if (request.type === 'AWS::CloudWatch::Alarm') return makeAlarm(request);
  if (request.type === 'AWS::Budgets::Budget') return makeBudget(request);
  return { physicalId: request.name, attributes: {} };
}

export async function unmake(type: string, physicalId: string, account: string): Promise<void> {
  if (type === 'AWS::CloudWatch::Alarm')
    await new CloudWatchClient({}).send(new DeleteAlarmsCommand({ AlarmNames: [physicalId] }));
  if (type === 'AWS::Budgets::Budget') await deleteBudget(account, physicalId);
}

async function makeAlarm({ properties, account, region, name }: StandInRequest): Promise<Made> {
  const alarmName = typeof properties.AlarmName === 'string' ? properties.AlarmName : name;
  await new CloudWatchClient({}).send(new PutMetricAlarmCommand(alarmInput(properties, alarmName)));
  return { physicalId: alarmName, attributes: { Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${alarmName}` } };
}

async function makeBudget({ properties, account, name }: StandInRequest): Promise<Made> {
  const { Budget, NotificationsWithSubscribers } = declaredBudget(properties);
  const { BudgetLimit, ...budget } = Budget;
  const input = {
    AccountId: account,
    Budget: {
      ...budget,
      BudgetName: name,
      BudgetLimit:
        BudgetLimit === undefined ? undefined : { Amount: String(BudgetLimit.Amount), Unit: BudgetLimit.Unit },
    },
    NotificationsWithSubscribers,
  } as unknown as CreateBudgetCommandInput;
  const client = new BudgetsClient({});
  // An update replaces the budget, as it does in CloudFormation when notifications change.
  await deleteBudget(account, name);
  await client.send(new CreateBudgetCommand(input));
  return { physicalId: name, attributes: {} };
}

async function deleteBudget(account: string, name: string): Promise<void> {
  try {
    await new BudgetsClient({}).send(new DeleteBudgetCommand({ AccountId: account, BudgetName: name }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NotFoundException')) throw error;
  }
}
