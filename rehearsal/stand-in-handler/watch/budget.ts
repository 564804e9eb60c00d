import {
  BudgetsClient,
  CreateBudgetCommand,
  type CreateBudgetCommandInput,
  DeleteBudgetCommand,
} from '@aws-sdk/client-budgets';
import { declaredBudget } from '../declared';
import type { Made, StandIn, StandInRequest } from '../stand-in';

export const budget: StandIn = {
  create: put,
  // An update replaces the budget, as it does in CloudFormation when notifications change.
  update: put,
  delete: ({ account, physicalId }) => remove(account, physicalId),
};

async function put({ properties, account, name }: StandInRequest): Promise<Made> {
  const { Budget, NotificationsWithSubscribers } = declaredBudget(properties);
  const { BudgetLimit, ...declared } = Budget;
  const input = {
    AccountId: account,
    Budget: {
      ...declared,
      BudgetName: name,
      BudgetLimit:
        BudgetLimit === undefined ? undefined : { Amount: String(BudgetLimit.Amount), Unit: BudgetLimit.Unit },
    },
    NotificationsWithSubscribers,
  } as unknown as CreateBudgetCommandInput;
  await remove(account, name);
  await new BudgetsClient({}).send(new CreateBudgetCommand(input));
  return { physicalId: name, attributes: {} };
}

async function remove(account: string, name: string): Promise<void> {
  try {
    await new BudgetsClient({}).send(new DeleteBudgetCommand({ AccountId: account, BudgetName: name }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NotFoundException')) throw error;
  }
}
