import {
  ASYNCHRONOUS,
  alarm,
  BUDGET,
  CAPTURED,
  COMPONENT,
  type CorpusTemplate,
  changed,
  dashboard,
  ENDPOINT_NAME,
  LINEAR,
  placeholder,
  REAL_TIME,
  ROLLING,
  SCALED,
  SERVERLESS,
  SHADOW,
  withResources,
} from './templates';

export interface Broken {
  /** What is wrong, for the name of a test. */
  readonly name: string;
  /** Findings in the order of the templates. */
  readonly expected: readonly string[];
  readonly templates: readonly CorpusTemplate[];
}

function broken(name: string, expected: string | readonly string[], ...templates: readonly CorpusTemplate[]): Broken {
  return { name, expected: typeof expected === 'string' ? [expected] : expected, templates };
}

const BLUE_GREEN = 'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy';
const ROUTING = `${BLUE_GREEN}.TrafficRoutingConfiguration`;
const ROLLING_POLICY = 'Endpoint.DeploymentConfig.RollingUpdatePolicy';
const ROLLBACK = 'Endpoint.DeploymentConfig.AutoRollbackConfiguration';
const VARIANT = 'Config.ProductionVariants.0';
const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };

const rollout = [
  broken('a canary of 60 %', 'rollout-canary-size', changed(REAL_TIME, { [`${ROUTING}.CanarySize.Value`]: 60 })),
  broken('a canary of "51" %', 'rollout-canary-size', changed(REAL_TIME, { [`${ROUTING}.CanarySize.Value`]: '51' })),
  broken(
    'a canary of 3 of 4 instances',
    'rollout-canary-size',
    changed(REAL_TIME, { [`${ROUTING}.CanarySize`]: { Type: 'INSTANCE_COUNT', Value: 3 } }),
  ),
  broken(
    'a canary of both instances, and a target of another service',
    'rollout-canary-size',
    changed(withResources(REAL_TIME, { Target: SCALED.Resources.Target }), {
      [`${ROUTING}.CanarySize`]: { Type: 'INSTANCE_COUNT', Value: 2 },
      [`${VARIANT}.InitialInstanceCount`]: 2,
      'Target.ResourceId': 'service/cluster/web',
      'Target.ScalableDimension': 'ecs:service:DesiredCount',
      'Target.ServiceNamespace': 'ecs',
    }),
  ),
  broken(
    'a canary without a size',
    'rollout-size-missing',
    changed(REAL_TIME, { [`${ROUTING}.CanarySize`]: undefined }),
  ),
  broken('steps of 60 %', 'rollout-linear-size', changed(LINEAR, { [`${ROUTING}.LinearStepSize.Value`]: 60 })),
  broken(
    'steps of 9 %',
    'rollout-linear-size',
    changed(LINEAR, {
      [`${ROUTING}.LinearStepSize.Value`]: 9,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 7200,
    }),
  ),
  broken('steps without a size', 'rollout-size-missing', changed(LINEAR, { [`${ROUTING}.LinearStepSize`]: undefined })),
  broken(
    'batches of 90 %',
    'rollout-batch-size',
    changed(ROLLING, { [`${ROLLING_POLICY}.MaximumBatchSize.Value`]: 90 }),
  ),
  broken('batches of 4 %', 'rollout-batch-size', changed(ROLLING, { [`${ROLLING_POLICY}.MaximumBatchSize.Value`]: 4 })),
  broken(
    'batches of 60 % of the copies of a component',
    'rollout-batch-size',
    changed(COMPONENT, {
      'Component.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize': { Type: 'CAPACITY_PERCENT', Value: 60 },
    }),
  ),
  broken(
    'a time-out of 600 s and waits of 7,200 s',
    'rollout-timeout',
    changed(REAL_TIME, {
      [`${ROUTING}.WaitIntervalInSeconds`]: 3600,
      [`${BLUE_GREEN}.TerminationWaitInSeconds`]: 3600,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 600,
    }),
  ),
  broken(
    'a time-out that is as long as the waits',
    'rollout-timeout',
    changed(REAL_TIME, { [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 900 }),
  ),
  broken(
    'four waits between five steps, and a time-out for three',
    'rollout-timeout',
    changed(LINEAR, { [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 1400 }),
  ),
  broken(
    'four batches that are watched for longer than the time-out',
    'rollout-timeout',
    changed(ROLLING, { [`${ROLLING_POLICY}.MaximumExecutionTimeoutInSeconds`]: 1200 }),
  ),
  broken(
    'a wait of two hours',
    'rollout-time-range',
    changed(REAL_TIME, {
      [`${BLUE_GREEN}.TerminationWaitInSeconds`]: 7200,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 28_800,
    }),
  ),
  broken(
    'a time-out of five minutes',
    'rollout-time-range',
    changed(REAL_TIME, {
      [`${ROUTING}.WaitIntervalInSeconds`]: 60,
      [`${BLUE_GREEN}.TerminationWaitInSeconds`]: 0,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 300,
    }),
  ),
  broken(
    'two policies at once',
    'rollout-two-policies',
    changed(ROLLING, {
      [BLUE_GREEN]: { TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 } },
    }),
  ),
  broken(
    'a canary on a serverless endpoint',
    'rollout-serverless-steps',
    changed(SERVERLESS, {
      [ROUTING]: { Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 }, WaitIntervalInSeconds: 60 },
    }),
  ),
  broken(
    'batches on a serverless endpoint',
    'rollout-serverless',
    changed(SERVERLESS, {
      [ROLLING_POLICY]: { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 50 }, WaitIntervalInSeconds: 60 },
    }),
  ),
  broken(
    'batches on an endpoint of two variants',
    'rollout-rolling-variants',
    changed(ROLLING, {
      'Config.ProductionVariants.1': {
        VariantName: 'Other',
        ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 4,
      },
    }),
  ),
  broken(
    'a canary on Inf1',
    'rollout-inferentia',
    changed(REAL_TIME, { [`${VARIANT}.InstanceType`]: 'ml.inf1.xlarge' }),
  ),
  broken(
    'a component whose batch counts instances',
    'rollout-component-policy',
    changed(COMPONENT, { 'Component.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize.Type': 'INSTANCE_COUNT' }),
  ),
];

function alarms(count: number): CorpusTemplate {
  const ids = Array.from({ length: count }, (_, index) => `Alarm${index}`);
  return changed(
    withResources(REAL_TIME, Object.fromEntries(ids.map((id) => [id, alarm('Invocation4XXErrors', DIMENSIONS)]))),
    { [`${ROLLBACK}.Alarms`]: ids.map((id) => ({ AlarmName: { Ref: id } })) },
  );
}

const rollback = [
  broken('an endpoint without a rollback alarm', 'rollback-none', changed(REAL_TIME, { [ROLLBACK]: undefined })),
  broken('an empty list of rollback alarms', 'rollback-none', changed(REAL_TIME, { [`${ROLLBACK}.Alarms`]: [] })),
  broken(
    'a component without a rollback alarm',
    'rollback-none',
    changed(COMPONENT, { 'Component.DeploymentConfig.AutoRollbackConfiguration': undefined }),
  ),
  broken('eleven rollback alarms', 'rollback-too-many', alarms(11)),
  broken(
    'a composite alarm that rolls back',
    'rollback-composite',
    changed(
      withResources(REAL_TIME, {
        Either: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: { AlarmName: 'either', AlarmRule: 'TRUE' } },
      }),
      { [`${ROLLBACK}.Alarms`]: [{ AlarmName: 'either' }] },
    ),
  ),
  broken(
    'a rollback alarm that is named and not referred to',
    'rollback-alarm-order',
    changed(REAL_TIME, { 'Errors.AlarmName': 'spam-errors', [`${ROLLBACK}.Alarms`]: [{ AlarmName: 'spam-errors' }] }),
  ),
  broken(
    'a role that may not describe alarms',
    'rollback-role',
    changed(REAL_TIME, { 'Role.Policies.0.PolicyDocument.Statement.0.Action': ['s3:GetObject'] }),
  ),
];

const variants = [
  broken(
    'a variant with a model that goes to zero',
    'variant-managed-scaling',
    changed(REAL_TIME, {
      [`${VARIANT}.ManagedInstanceScaling`]: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 },
    }),
  ),
  broken(
    'a variant with a model from zero, without a word on its status',
    'variant-managed-scaling',
    changed(REAL_TIME, { [`${VARIANT}.ManagedInstanceScaling`]: { MinInstanceCount: 0, MaxInstanceCount: 2 } }),
  ),
  broken(
    'managed scaling without inference components',
    'variant-managed-scaling',
    changed(REAL_TIME, {
      [`${VARIANT}.ManagedInstanceScaling`]: { Status: 'ENABLED', MinInstanceCount: 1, MaxInstanceCount: 2 },
    }),
  ),
  broken(
    'managed scaling from 3 to 2',
    'variant-scaling-range',
    changed(COMPONENT, { [`${VARIANT}.ManagedInstanceScaling.MinInstanceCount`]: 3 }),
  ),
  broken(
    'inference components without a role in the configuration',
    'variant-component-role',
    changed(COMPONENT, { 'Config.ExecutionRoleArn': undefined }),
  ),
  broken(
    'a key for the disks of ml.g5',
    'volume-key-nvme',
    changed(REAL_TIME, { [`${VARIANT}.InstanceType`]: 'ml.g5.xlarge', 'Config.KmsKeyId': 'alias/models' }),
  ),
  broken(
    'a key, and local disks in one of the pools',
    'volume-key-nvme',
    changed(REAL_TIME, {
      [`${VARIANT}.InstanceType`]: undefined,
      [`${VARIANT}.InstancePools`]: [
        { InstanceType: 'ml.m5.large', Priority: 1 },
        { InstanceType: 'ml.m5d.large', Priority: 2 },
      ],
      'Config.KmsKeyId': { Ref: 'KeyId' },
    }),
  ),
  broken(
    'an instance type that nobody knows',
    'instance-type',
    changed(REAL_TIME, { [`${VARIANT}.InstanceType`]: 'ml.g99.huge' }),
  ),
  broken(
    'a misspelt type in a pool',
    'instance-type',
    changed(REAL_TIME, { [`${VARIANT}.InstancePools`]: [{ InstanceType: 'ml.m5.lrage', Priority: 1 }] }),
  ),
  broken(
    'two shadow variants',
    'shadow-limit',
    changed(SHADOW, {
      'Config.ShadowProductionVariants.1': {
        VariantName: 'Other',
        ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 1,
      },
    }),
  ),
  broken(
    'two production variants and a shadow variant',
    'shadow-limit',
    changed(SHADOW, {
      'Config.ProductionVariants.1': {
        VariantName: 'Other',
        ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
        InstanceType: 'ml.m5.large',
        InitialInstanceCount: 4,
      },
    }),
  ),
];

const SERVERLESS_CONFIG = `${VARIANT}.ServerlessConfig`;

const serverless = [
  broken(
    '7,000 MB of serverless memory',
    'serverless-memory',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.MemorySizeInMB`]: 7000 }),
  ),
  broken(
    '1,500 MB of serverless memory',
    'serverless-memory',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.MemorySizeInMB`]: 1500 }),
  ),
  broken(
    '201 at once',
    'serverless-concurrency',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.MaxConcurrency`]: 201 }),
  ),
  broken(
    'more kept ready than used',
    'serverless-concurrency',
    changed(SERVERLESS, { [`${SERVERLESS_CONFIG}.ProvisionedConcurrency`]: 21 }),
  ),
  broken(
    'a variant that is serverless and on instances',
    'serverless-instances',
    changed(SERVERLESS, { [`${VARIANT}.InstanceType`]: 'ml.m5.large' }),
  ),
  broken(
    'data capture of a serverless endpoint',
    'serverless-feature',
    changed(CAPTURED, {
      [`${VARIANT}.InstanceType`]: undefined,
      [`${VARIANT}.InitialInstanceCount`]: undefined,
      [SERVERLESS_CONFIG]: { MemorySizeInMB: 2048, MaxConcurrency: 20 },
      'Endpoint.DeploymentConfig': undefined,
    }),
  ),
  broken(
    'a serverless endpoint of two variants, with data capture that is on by default',
    ['serverless-feature', 'serverless-feature'],
    changed(SERVERLESS, {
      'Config.ProductionVariants.1': {
        VariantName: 'Other',
        ModelName: 'other',
        ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 },
      },
      'Config.DataCaptureConfig': { DestinationS3Uri: 's3://captured/spam' },
    }),
  ),
  broken(
    'a serverless pipeline, and one that holds several models',
    ['serverless-feature', 'serverless-feature'],
    changed(SERVERLESS, {
      'Model.Containers': [{ Image: 'one' }, { Image: 'two' }],
      'Model.PrimaryContainer.Mode': 'MultiModel',
    }),
  ),
  broken(
    'a serverless model in a VPC, isolated',
    ['serverless-feature', 'serverless-feature'],
    changed(SERVERLESS, {
      'Model.VpcConfig': { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
      'Model.EnableNetworkIsolation': true,
    }),
  ),
];

const capture = [
  broken(
    'data capture to a prefix that the role may not write to',
    'capture-role',
    changed(CAPTURED, { 'Role.Policies.0.PolicyDocument.Statement.1.Resource': 'arn:aws:s3:::captured/ham/*' }),
  ),
  broken(
    'data capture and a role that only reads',
    'capture-role',
    changed(CAPTURED, { 'Role.Policies.0.PolicyDocument.Statement.1.Action': 's3:GetObject' }),
  ),
  broken(
    'data capture to a bucket of the template, and a role that writes to another',
    'capture-role',
    changed(
      withResources(CAPTURED, {
        Captured: { Type: 'AWS::S3::Bucket', Properties: {} },
        Other: { Type: 'AWS::S3::Bucket', Properties: {} },
      }),
      {
        'Config.DataCaptureConfig.DestinationS3Uri': { 'Fn::Sub': `s3://${placeholder('Captured')}/spam` },
        'Role.Policies.0.PolicyDocument.Statement.1.Resource': { 'Fn::Sub': `${placeholder('Other.Arn')}/*` },
      },
    ),
  ),
];

const metrics = [
  broken(
    'a backlog with the dimensions Endpoint and Variant',
    'metric-dimensions',
    withResources(REAL_TIME, {
      Backlog: alarm('ApproximateBacklogSizePerInstance', { Endpoint: ENDPOINT_NAME, Variant: 'AllTraffic' }),
    }),
  ),
  broken(
    'a latency without the variant',
    'metric-dimensions',
    withResources(REAL_TIME, { Slow: alarm('ModelLatency', { EndpointName: ENDPOINT_NAME }) }),
  ),
  broken(
    'a missing capacity by endpoint instead of component',
    'metric-dimensions',
    changed(COMPONENT, { 'NoCapacity.Dimensions.0': { Name: 'EndpointName', Value: ENDPOINT_NAME } }),
  ),
  broken(
    'a backlog of a real-time endpoint',
    'metric-endpoint-kind',
    withResources(REAL_TIME, { Backlog: alarm('ApproximateBacklogSize', { EndpointName: ENDPOINT_NAME }) }),
  ),
  broken(
    'invocations of an asynchronous endpoint',
    'metric-endpoint-kind',
    changed(ASYNCHRONOUS, { 'Errors.MetricName': 'Invocations' }),
  ),
  broken(
    'CPU of a serverless endpoint',
    'metric-endpoint-kind',
    withResources(SERVERLESS, { Busy: alarm('CPUUtilization', DIMENSIONS, { Namespace: '/aws/sagemaker/Endpoints' }) }),
  ),
  broken(
    'a scaling policy on the backlog of a real-time endpoint',
    'metric-endpoint-kind',
    changed(SCALED, {
      'Track.TargetTrackingScalingPolicyConfiguration': {
        CustomizedMetricSpecification: {
          Namespace: 'AWS/SageMaker',
          MetricName: 'ApproximateBacklogSizePerInstance',
          Dimensions: [{ Name: 'EndpointName', Value: ENDPOINT_NAME }],
          Statistic: 'Average',
        },
        TargetValue: 5,
      },
    }),
  ),
  broken(
    'metric math over a variant that there is not',
    'metric-variant',
    withResources(REAL_TIME, {
      Rate: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          EvaluationPeriods: 1,
          Threshold: 0.01,
          ComparisonOperator: 'GreaterThanThreshold',
          Metrics: [
            { Id: 'rate', Expression: 'errors / calls' },
            {
              Id: 'errors',
              ReturnData: false,
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/SageMaker',
                  MetricName: 'Invocation5XXErrors',
                  Dimensions: [
                    { Name: 'EndpointName', Value: { 'Fn::GetAtt': ['Endpoint', 'EndpointName'] } },
                    { Name: 'VariantName', Value: 'Main' },
                  ],
                },
                Period: 60,
                Stat: 'Sum',
              },
            },
          ],
        },
      },
    }),
  ),
  broken(
    'the ARN of an endpoint for its name',
    'metric-name-is-arn',
    withResources(REAL_TIME, {
      Slow: alarm('ModelLatency', { EndpointName: { Ref: 'Endpoint' }, VariantName: 'AllTraffic' }),
    }),
  ),
  broken(
    'the ARN of a component for its name',
    'metric-name-is-arn',
    changed(COMPONENT, { 'NoCapacity.Dimensions.0.Value': { 'Fn::GetAtt': ['Component', 'InferenceComponentArn'] } }),
  ),
  broken(
    'an ARN that is written out',
    'metric-name-is-arn',
    withResources(REAL_TIME, {
      Slow: alarm('ModelLatency', {
        EndpointName: 'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/spam',
        VariantName: 'AllTraffic',
      }),
    }),
  ),
  broken(
    'a misspelt metric',
    'metric-unknown',
    withResources(REAL_TIME, { Errors2: alarm('Invocations5XXError', DIMENSIONS) }),
  ),
  broken(
    'a widget of a dashboard with a metric of another kind, abbreviated',
    'metric-endpoint-kind',
    withResources(REAL_TIME, {
      Dashboard: dashboard(
        ['AWS/SageMaker', 'Invocations', 'EndpointName', ENDPOINT_NAME, 'VariantName', 'AllTraffic'],
        ['.', 'InvocationsProcessed', '.', '.', '.', '.', { stat: 'Sum' }],
      ),
    }),
  ),
  broken('an alarm of another template on a variant that there is not', 'metric-variant', REAL_TIME, {
    Resources: { Far: alarm('ModelLatency', { EndpointName: ENDPOINT_NAME, VariantName: 'variant-1' }) },
  }),
];

const scaling = [
  broken('a minimum of 9 and a maximum of 8', 'scaling-range', changed(SCALED, { 'Target.MinCapacity': 9 })),
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

const budget = [
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

/** Templates with one thing wrong, each with the checks that say so. */
export const BROKEN: readonly Broken[] = [
  ...rollout,
  ...rollback,
  ...variants,
  ...serverless,
  ...capture,
  ...metrics,
  ...scaling,
  ...budget,
];
