import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { TAG } from '../../protocol/tags';
import { checkDistinct, checkEmail, checkNumber, checkText, faultsOf } from '../core/checks';
import { CLAUSE } from '../core/clause';
import { ConfigError } from '../core/config-error';
import { Trace } from '../core/trace';

/** Properties of a `StageBudget`. */
export interface StageBudgetProps {
  /** `<model>-<stage>`: the budget counts what is tagged so. */
  readonly deployment: string;
  /** What the deployment may cost a month, in US dollars. */
  readonly monthlyLimitUsd: number;
  /**
   * Topic that is told; its policy and key must admit `budgets.amazonaws.com`.
   * @default only mailboxes are told
   */
  readonly topic?: ITopic;
  /**
   * Mailboxes that are told, 10 at most by the service's limit.
   * @default only the topic is told
   */
  readonly emails?: string[];
}

/** When somebody is told, in percent of the limit; the service takes 5 notifications at most. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 50 },
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const;

/**
 * A monthly cost budget of one deployment, by the cost-allocation tag `slipway:deployment`. The tag must be activated in the
 * account that pays, or the budget reads 0 for ever: `npx slipway finance setup <stage>` checks and activates it.
 *
 * @example
 * new StageBudget(this, 'Budget', { deployment: 'spam-filter-pilot', monthlyLimitUsd: 40, emails: ['finance@example.com'] });
 */
export class StageBudget extends Construct {
  constructor(scope: Construct, id: string, props: StageBudgetProps) {
    super(scope, id);
    checkProps(this, props);
    const subscribers = [
      ...(props.topic === undefined ? [] : [{ subscriptionType: 'SNS', address: props.topic.topicArn }]),
      ...(props.emails ?? []).map((address) => ({ subscriptionType: 'EMAIL', address })),
    ];
    const budget = new CfnBudget(this, 'Budget', {
      budget: {
        // No budgetName: a change of notifications replaces the budget, and a named one then "already exists".
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: props.monthlyLimitUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${TAG.deployment}$${props.deployment}`] },
      },
      notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
        notification: { comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE', ...notification },
        subscribers,
      })),
    });
    this.node.defaultChild = budget;
    Trace.enforce(
      CLAUSE.monthlyBudgetUsd,
      budget,
      `tells at 50, 80 and 100 % of ${props.monthlyLimitUsd} USD a month, and when 100 % is forecast`,
    );
    if ((props.emails ?? []).length > 0) Trace.enforce(CLAUSE.financeEmails, budget, 'tells the mailboxes of finance');
  }
}

function checkProps(scope: Construct, props: StageBudgetProps): void {
  const emails = props.emails ?? [];
  const faults = faultsOf(
    checkText('deployment', props.deployment, {
      required: true,
      pattern: /^\S+$/,
      expected: 'the value of the tag slipway:deployment',
      fix: 'the budget counts what is tagged so',
    }),
    checkNumber('monthlyLimitUsd', props.monthlyLimitUsd, {
      min: 0.01,
      max: 1e9,
      required: true,
      fix: 'state US dollars a month',
    }),
    ...emails.map((email, index) => checkEmail(`emails[${index}]`, email, { required: true })),
    checkDistinct('emails', emails),
  );
  if (emails.length > 10) faults.push(`emails has ${emails.length} entries, expected at most 10; use a mailing list`);
  if (emails.length === 0 && props.topic === undefined) {
    faults.push('nobody is told about the budget, expected a topic or an e-mail address; add one');
  }
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
