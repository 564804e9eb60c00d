import { describe, expect, it } from 'vitest';
import { alarmInput, declaredBudget } from '../../rehearsal/stand-in-handler/declared';
import { asText } from './custom-resource';

function received(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return asText(properties) as Readonly<Record<string, unknown>>;
}

describe('properties that reach a stand-in', () => {
  it('of an alarm have the numbers and booleans back that were declared', () => {
    const alarm = {
      AlarmDescription: '[high] 5 of 100 requests fail',
      ActionsEnabled: false,
      Threshold: 0.05,
      EvaluationPeriods: 12,
      DatapointsToAlarm: 3,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: ['arn:aws:sns:eu-west-1:000000000000:night'],
      Metrics: [
        { Id: 'rate', Expression: 'e / n', ReturnData: true, Label: '100' },
        {
          Id: 'e',
          ReturnData: false,
          MetricStat: {
            Metric: {
              Namespace: 'Slipway',
              MetricName: 'Failures',
              Dimensions: [{ Name: 'Period', Value: '7' }],
            },
            Period: 300,
            Stat: 'Sum',
          },
        },
      ],
    };
    expect(alarmInput(received(alarm), 'pilot-rate')).toEqual({ ...alarm, AlarmName: 'pilot-rate' });
  });

  it('of an alarm go without tags, which its API takes otherwise', () => {
    const input = alarmInput({ Threshold: '0', Tags: [{ Key: 'a', Value: 'b' }] }, 'name');
    expect(input).toEqual({ Threshold: 0, AlarmName: 'name' });
  });

  it('of a budget have the amount and thresholds back as numbers', () => {
    const budget = {
      Budget: {
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 400.5, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:slipway:deployment$spam-filter-pilot', '2026'] },
      },
      NotificationsWithSubscribers: [
        {
          Notification: { NotificationType: 'ACTUAL', ComparisonOperator: 'GREATER_THAN', Threshold: 80 },
          Subscribers: [{ SubscriptionType: 'EMAIL', Address: '1@example.com' }],
        },
      ],
    };
    expect(declaredBudget(received(budget))).toEqual(budget);
  });
});
