import type { Rule, Subject } from '../rule';
import { budgetsApi } from '../sources';
import type { Field } from '../template/field';

const TIME_UNITS: readonly string[] = ['DAILY', 'MONTHLY', 'QUARTERLY', 'ANNUALLY', 'CUSTOM'];
/** Others have a limit of 100 % without one. */
const LIMITED: readonly string[] = ['COST', 'USAGE'];
const MOST = { SNS: 1, EMAIL: 10 };

export const budgetRules: readonly Rule[] = [
  {
    id: 'budget-limit',
    severity: 'error',
    what: 'A budget of cost or usage has no limit',
    limit: '`BudgetLimit`, `PlannedBudgetLimits` or `AutoAdjustData` for `COST` and `USAGE`',
    source: budgetsApi('Budget'),
    fix: 'Set BudgetLimit with Amount and Unit',
    *check(subject) {
      for (const budget of budgetsOf(subject)) {
        const data = budget.at('Budget');
        if (!LIMITED.includes(data.at('BudgetType').text ?? '')) continue;
        const limits = ['BudgetLimit', 'PlannedBudgetLimits', 'AutoAdjustData'].map((key) => data.at(key));
        if (limits.every(({ isMissing }) => isMissing)) {
          yield { at: data.at('BudgetLimit'), message: `a budget of ${data.at('BudgetType').text} has no limit` };
        }
      }
    },
  },
  {
    id: 'budget-time-unit',
    severity: 'error',
    what: 'A budget is for a time unit that there is not',
    limit: TIME_UNITS.map((unit) => `\`${unit}\``).join(', '),
    source: budgetsApi('Budget'),
    fix: 'Set MONTHLY, which is how most budgets are kept',
    *check(subject) {
      for (const budget of budgetsOf(subject)) {
        const at = budget.at('Budget', 'TimeUnit');
        if (at.text !== undefined && !TIME_UNITS.includes(at.text))
          yield { at, message: `the time unit is ${at.text}` };
      }
    },
  },
  {
    id: 'budget-notification',
    severity: 'error',
    what: 'A budget tells nobody when it is spent',
    limit: 'At least one entry in `NotificationsWithSubscribers`, or a budget action',
    source: budgetsApi('NotificationWithSubscribers'),
    fix: 'Add a notification on ACTUAL and one on FORECASTED, each with a subscriber',
    *check(subject) {
      for (const budget of budgetsOf(subject)) {
        const at = budget.at('NotificationsWithSubscribers');
        if (!at.isComplete || at.items.length > 0 || mayHaveAction(subject, budget)) continue;
        yield { at, message: 'the budget has no notification' };
      }
    },
  },
  {
    id: 'budget-subscribers',
    severity: 'error',
    what: 'A notification of a budget goes to nobody, or to more than AWS Budgets takes',
    limit: `At least one subscriber; at most ${MOST.SNS} topic and ${MOST.EMAIL} addresses`,
    source: budgetsApi('NotificationWithSubscribers'),
    fix: 'Give a topic or an address; let a topic fan out to more',
    *check(subject) {
      for (const budget of budgetsOf(subject)) {
        for (const notification of budget.at('NotificationsWithSubscribers').items) {
          const at = notification.at('Subscribers');
          const types = at.items.map((subscriber) => subscriber.at('SubscriptionType').text);
          if (at.isComplete && types.length === 0) yield { at, message: 'the notification has no subscriber' };
          for (const [type, most] of Object.entries(MOST)) {
            const count = types.filter((candidate) => candidate === type).length;
            if (count > most) yield { at, message: `the notification has ${count} subscribers of type ${type}` };
          }
        }
      }
    },
  },
];

function budgetsOf({ set }: Subject): readonly Field[] {
  return set.ofType('AWS::Budgets::Budget').map((resource) => set.properties(resource));
}

/** Whether an action may be taken on the budget; those tell subscribers of their own. */
function mayHaveAction({ set }: Subject, budget: Field): boolean {
  const name = budget.at('Budget', 'BudgetName');
  return set.ofType('AWS::Budgets::BudgetsAction').some((resource) => {
    const of = set.properties(resource).at('BudgetName').text;
    return of === undefined || name.isMissing || name.text === undefined || of === name.text;
  });
}
