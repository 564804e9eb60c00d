import { type Broken, broken } from '../broken-template';
import {
  ASYNCHRONOUS,
  BUDGET,
  COMPONENT,
  changed,
  ENDPOINT_NAME,
  placeholder,
  SCALED,
  SERVERLESS,
  withResources,
} from '../templates';

const VARIANT = 'Config.ProductionVariants.0';

export const SCALING: readonly Broken[] = [
  broken('a minimum of 9 and a maximum of 8', 'scaling-range', changed(SCALED, { 'Target.MinCapacity': 9 })),
  broken(
    'a schedule that keeps 9 of at most 8',
    'scaling-range',
    changed(SCALED, {
      'Target.ScheduledActions': [{ ScheduledActionName: 'day', ScalableTargetAction: { MinCapacity: 9 } }],
    }),
  ),
  broken(
    'a schedule that allows none of at least 1',
    'scaling-range',
    changed(SCALED, {
      'Target.ScheduledActions': [{ ScheduledActionName: 'night', ScalableTargetAction: { MaxCapacity: 0 } }],
    }),
  ),
  broken(
    'a schedule from 5 to 4',
    'scaling-range',
    changed(SCALED, {
      'Target.ScheduledActions': [
        { ScheduledActionName: 'day', ScalableTargetAction: { MinCapacity: 5, MaxCapacity: 4 } },
      ],
    }),
  ),
  broken(
    'a target for a variant that there is not',
    'scaling-variant',
    changed(SCALED, { 'Target.ResourceId': `endpoint/${ENDPOINT_NAME}/variant/Main` }),
  ),
  broken(
    'a target for a component that there is not',
    'scaling-component',
    changed(COMPONENT, { 'Target.ResourceId': 'inference-component/llm-production-modle' }),
  ),
  broken(
    'copies of a variant',
    ['scaling-dimension', 'scaling-metric'],
    changed(SCALED, { 'Target.ScalableDimension': 'sagemaker:inference-component:DesiredCopyCount' }),
  ),
  broken(
    'instances of a serverless variant',
    'scaling-dimension',
    withResources(SERVERLESS, { Target: SCALED.Resources.Target }),
  ),
  broken('a real-time variant from zero', 'scaling-from-zero', changed(SCALED, { 'Target.MinCapacity': 0 })),
  broken(
    'copies that go to zero and do not wake',
    'scaling-wake',
    withResources(COMPONENT, { Wake: undefined, NoCapacity: undefined }),
  ),
  broken(
    'an asynchronous endpoint that goes to zero and does not wake',
    'scaling-wake',
    withResources(ASYNCHRONOUS, { Wake: undefined, Backlog: undefined }),
  ),
  broken(
    'burstable instances that scale',
    'scaling-burstable',
    changed(SCALED, { [`${VARIANT}.InstanceType`]: 'ml.t2.medium' }),
  ),
  broken(
    'the ARN of an endpoint in a resource id',
    'scaling-name-is-arn',
    changed(SCALED, { 'Target.ResourceId': { 'Fn::Sub': `endpoint/${placeholder('Endpoint')}/variant/AllTraffic` } }),
  ),
  broken(
    'invocations per instance of an asynchronous endpoint',
    'scaling-metric',
    changed(ASYNCHRONOUS, {
      'Track.TargetTrackingScalingPolicyConfiguration': {
        PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
        TargetValue: 50,
      },
    }),
  ),
  broken(
    'copies that do not wake, and a policy of another service',
    'scaling-wake',
    changed(withResources(COMPONENT, { NoCapacity: undefined }), {
      'Wake.ScalingTargetId': undefined,
      'Wake.ServiceNamespace': 'ecs',
      'Wake.ResourceId': 'service/a/b',
    }),
  ),
  broken(
    'the metric of copies for instances, by resource id',
    'scaling-metric',
    changed(SCALED, {
      'Track.ScalingTargetId': undefined,
      'Track.ResourceId': `endpoint/${ENDPOINT_NAME}/variant/AllTraffic`,
      'Track.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType':
        'SageMakerInferenceComponentInvocationsPerCopy',
    }),
  ),
  broken(
    'the metric of another service for instances',
    'scaling-metric',
    changed(SCALED, {
      'Track.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType':
        'ECSServiceAverageCPUUtilization',
    }),
  ),
  broken(
    'the metric of copies for instances',
    'scaling-metric',
    changed(SCALED, {
      'Track.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType':
        'SageMakerInferenceComponentInvocationsPerCopy',
    }),
  ),
];

export const BUDGETS: readonly Broken[] = [
  broken('a budget without a limit', 'budget-limit', changed(BUDGET, { 'Budget.Budget.BudgetLimit': undefined })),
  broken('an hourly budget', 'budget-time-unit', changed(BUDGET, { 'Budget.Budget.TimeUnit': 'HOURLY' })),
  broken(
    'a budget that tells nobody',
    'budget-notification',
    changed(BUDGET, { 'Budget.NotificationsWithSubscribers': undefined }),
  ),
  broken(
    'a budget that tells nobody, and an action on another',
    'budget-notification',
    withResources(
      changed(BUDGET, { 'Budget.NotificationsWithSubscribers': undefined, 'Budget.Budget.BudgetName': 'spam' }),
      { Action: { Type: 'AWS::Budgets::BudgetsAction', Properties: { BudgetName: 'ham' } } },
    ),
  ),
  broken(
    'a notification without subscribers',
    'budget-subscribers',
    changed(BUDGET, { 'Budget.NotificationsWithSubscribers.0.Subscribers': [] }),
  ),
  broken(
    'a notification for two topics',
    'budget-subscribers',
    changed(BUDGET, {
      'Budget.NotificationsWithSubscribers.0.Subscribers': [
        { SubscriptionType: 'SNS', Address: { Ref: 'TopicA' } },
        { SubscriptionType: 'SNS', Address: { Ref: 'TopicB' } },
      ],
    }),
  ),
];
