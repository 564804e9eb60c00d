import {
  BudgetsClient,
  DescribeBudgetsCommand,
  DescribeNotificationsForBudgetCommand,
  DescribeSubscribersForNotificationCommand,
} from '@aws-sdk/client-budgets';
import type { ClientConfig } from '../aws';
import { EMULATOR_ACCOUNT } from '../emulator/emulator';
import type { BudgetReport } from '../report/report';
import type { StageTemplates } from '../stage/templates';

/** The stage's budget as the Budgets API has it after the deployment, or that none was declared. */
export async function readBudget(
  config: ClientConfig,
  templates: StageTemplates,
): Promise<BudgetReport | 'not declared'> {
  if (!templates.resources.some(({ type }) => type === 'AWS::Budgets::Budget')) return 'not declared';
  const client = new BudgetsClient(config);
  const { Budgets = [] } = await client.send(new DescribeBudgetsCommand({ AccountId: EMULATOR_ACCOUNT }));
  const budget = Budgets.find(({ BudgetName }) => BudgetName?.startsWith(templates.facts.deployment));
  if (budget?.BudgetName === undefined) throw new Error('the budget was declared, and the Budgets API has none');
  const BudgetName = budget.BudgetName;
  const { Notifications = [] } = await client.send(
    new DescribeNotificationsForBudgetCommand({ AccountId: EMULATOR_ACCOUNT, BudgetName }),
  );
  const subscribers = new Set<string>();
  for (const Notification of Notifications) {
    const page = await client.send(
      new DescribeSubscribersForNotificationCommand({ AccountId: EMULATOR_ACCOUNT, BudgetName, Notification }),
    );
    for (const { Address } of page.Subscribers ?? []) if (Address !== undefined) subscribers.add(Address);
  }
  return {
    limitUsd: Number(budget.BudgetLimit?.Amount),
    thresholds: Notifications.map(({ Threshold = 0, NotificationType }) => ({
      percent: Threshold,
      type: NotificationType === 'FORECASTED' ? ('FORECASTED' as const) : ('ACTUAL' as const),
    })),
    subscribers: subscribers.size,
    filteredBy: Object.values(budget.CostFilters ?? {})
      .flat()
      .join(', '),
  };
}
