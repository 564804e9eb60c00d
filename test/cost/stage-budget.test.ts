import { CfnParameter, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { StageBudget, type StageBudgetProps } from '../../lib/index';
import { contractOf, messageOf, modelWith, newApp, property, REGION, resourcesOf, templatesOf } from '../support';

const EMAIL = 'finance@example.com';

function budgetIn(stack: Stack, changes: Partial<StageBudgetProps> = {}): Template {
  new StageBudget(stack, 'Budget', { deployment: 'mine', monthlyLimitUsd: 40, emails: [EMAIL], ...changes });
  return Template.fromStack(stack);
}

function plain(): Stack {
  return new Stack(newApp(), 'plain', { env: REGION });
}

describe('a stage budget in a plain stack', () => {
  const stack = plain();
  const topic = new Topic(stack, 'Topic');
  const template = budgetIn(stack, { topic });
  const [[, budget] = []] = resourcesOf(template, 'AWS::Budgets::Budget');

  it('limits what is tagged as the deployment, and has no name, which would keep it from being replaced', () => {
    expect(property(budget, 'Budget')).toEqual({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 40, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:slipway:deployment$mine'] },
    });
  });

  it('tells topic and mailboxes at 50, 80 and 100 %, and when 100 % is forecast', () => {
    const told = property<{ Notification: Record<string, unknown>; Subscribers: unknown[] }[]>(
      budget,
      'NotificationsWithSubscribers',
    );
    expect(told.map(({ Notification }) => [Notification.NotificationType, Notification.Threshold])).toEqual([
      ['ACTUAL', 50],
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ]);
    const [[topicId] = []] = resourcesOf(template, 'AWS::SNS::Topic');
    for (const { Notification, Subscribers } of told) {
      expect(Notification).toMatchObject({ ComparisonOperator: 'GREATER_THAN', ThresholdType: 'PERCENTAGE' });
      expect(Subscribers).toEqual([
        { SubscriptionType: 'SNS', Address: { Ref: topicId } },
        { SubscriptionType: 'EMAIL', Address: EMAIL },
      ]);
    }
  });

  it('carries the tags of its stack, and no list of tags without them', () => {
    const tagged = plain();
    Tags.of(tagged).add('team', 'a');
    budgetIn(tagged).hasResourceProperties('AWS::Budgets::Budget', { ResourceTags: [{ Key: 'team', Value: 'a' }] });
    expect(budget?.Properties).not.toHaveProperty('ResourceTags');
  });

  it('may have a limit that only the deployment knows', () => {
    const open = plain();
    const limit = new CfnParameter(open, 'Limit', { type: 'Number' }).valueAsNumber;
    budgetIn(open, { monthlyLimitUsd: limit }).hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: { Ref: 'Limit' } } },
    });
  });

  it.each<[Partial<StageBudgetProps>, string]>([
    [{ monthlyLimitUsd: 0 }, 'monthlyLimitUsd is 0, expected a number from 0.01 to 1000000000'],
    [{ monthlyLimitUsd: Number.NaN }, 'monthlyLimitUsd is NaN, expected a number'],
    [{ emails: ['finance'] }, 'emails[0] is "finance", expected an e-mail address'],
    [
      { emails: Array.from({ length: 11 }, (_, n) => `f${n}@example.com`) },
      'emails has 11 entries, expected at most 10; use a mailing list',
    ],
    [{ emails: [] }, 'nobody is told about the budget, expected a topic or an e-mail address; add one'],
  ])('fails with %j', (changes, fault) => {
    expect(messageOf(() => budgetIn(plain(), changes))).toContain(`ConfigError: plain/Budget: ${fault}`);
  });
});

describe('the budget of a stage', () => {
  it('is the profile’s share of the contract’s, to the cent', () => {
    const { operate } = templatesOf(modelWith({ contract: contractOf({ monthlyBudgetUsd: 333.33 }) }));
    operate.hasResourceProperties('AWS::Budgets::Budget', { Budget: { BudgetLimit: { Amount: 33.33 } } });
  });

  it('is none without a budget in the contract', () => {
    const { operate } = templatesOf(modelWith({ contract: contractOf({ monthlyBudgetUsd: undefined }) }));
    operate.resourceCountIs('AWS::Budgets::Budget', 0);
  });

  it('fails where the share is less than a cent', () => {
    const message = messageOf(() => modelWith({ contract: contractOf({ monthlyBudgetUsd: 0.04 }) }));
    expect(message).toBe(
      "ConfigError: pilot: monthlyBudgetUsd is 0.04, of which the profile's share of 0.1 is below 0.01 USD; raise the budget or the share",
    );
  });
});
