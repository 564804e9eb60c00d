import type { Dimension, MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';

/** CloudFormation hands primitive properties to custom resources as strings; these are the ones that an API wants otherwise. */
const NUMBERS = new Set(['Threshold', 'EvaluationPeriods', 'DatapointsToAlarm', 'Period', 'Amount']);
const BOOLEANS = new Set(['ReturnData', 'ActionsEnabled']);

/** Properties as the template declared them: without what the rehearsal added, and with their types back. */
function restore(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => restore(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, restore(inner, key)]));
  }
  if (typeof value !== 'string') return value;
  if (NUMBERS.has(name)) return Number(value);
  if (BOOLEANS.has(name)) return value === 'true';
  return value;
}

interface DeclaredAlarm {
  readonly Metrics?: readonly (Omit<MetricDataQuery, 'MetricStat'> & {
    readonly MetricStat?: {
      readonly Metric: {
        readonly Namespace: string;
        readonly MetricName: string;
        readonly Dimensions?: readonly Dimension[];
      };
      readonly Period: number;
      readonly Stat: string;
    };
  })[];
  readonly [property: string]: unknown;
}

/** The call that makes the alarm that a template declares: CloudFormation's names are the API's, but for the tags. */
export function alarmInput(properties: Readonly<Record<string, unknown>>, alarmName: string): PutMetricAlarmInput {
  const { Tags: _tags, ...declared } = restore(properties) as DeclaredAlarm;
  return { ...declared, AlarmName: alarmName } as unknown as PutMetricAlarmInput;
}

interface DeclaredBudget {
  readonly Budget: {
    readonly BudgetType: string;
    readonly TimeUnit: string;
    readonly BudgetLimit?: { readonly Amount: number; readonly Unit: string };
    readonly CostFilters?: Readonly<Record<string, string[]>>;
  };
  readonly NotificationsWithSubscribers?: readonly {
    readonly Notification: {
      readonly NotificationType: string;
      readonly ComparisonOperator: string;
      readonly Threshold: number;
      readonly ThresholdType?: string;
    };
    readonly Subscribers: readonly { readonly SubscriptionType: string; readonly Address: string }[];
  }[];
}

export function declaredBudget(properties: Readonly<Record<string, unknown>>): DeclaredBudget {
  return restore(properties) as DeclaredBudget;
}
