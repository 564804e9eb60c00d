import {
  alarm,
  BUDGET,
  COMPONENT,
  changed,
  dashboard,
  ENDPOINT_NAME,
  LINEAR,
  REAL_TIME,
  ROLLING,
  SCALED,
  SERVERLESS,
  SHADOW,
  withResources,
} from '../templates';
import { type Valid, valid } from '../valid-template';

const BLUE_GREEN = 'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy';
const ROUTING = `${BLUE_GREEN}.TrafficRoutingConfiguration`;
const ROLLING_POLICY = 'Endpoint.DeploymentConfig.RollingUpdatePolicy';
const ALARMS = 'Endpoint.DeploymentConfig.AutoRollbackConfiguration.Alarms';
const VARIANT = 'Config.ProductionVariants.0';
const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };

/** The last that is allowed, of each limit. */
export const AT_THE_LIMIT: readonly Valid[] = [
  valid('a canary of 50 %', changed(REAL_TIME, { [`${ROUTING}.CanarySize.Value`]: 50 })),
  valid(
    'a canary of 2 of 4 instances',
    changed(REAL_TIME, { [`${ROUTING}.CanarySize`]: { Type: 'INSTANCE_COUNT', Value: 2 } }),
  ),
  valid(
    'a canary of the only instance',
    changed(REAL_TIME, {
      [`${ROUTING}.CanarySize`]: { Type: 'INSTANCE_COUNT', Value: 1 },
      [`${VARIANT}.InitialInstanceCount`]: 1,
    }),
  ),
  valid(
    'a canary of instances that are scaled',
    changed(SCALED, { [`${ROUTING}.CanarySize`]: { Type: 'INSTANCE_COUNT', Value: 3 } }),
  ),
  valid('steps of 50 %', changed(LINEAR, { [`${ROUTING}.LinearStepSize.Value`]: 50 })),
  valid('steps of 10 %', changed(LINEAR, { [`${ROUTING}.LinearStepSize.Value`]: 10 })),
  valid('batches of 50 %', changed(ROLLING, { [`${ROLLING_POLICY}.MaximumBatchSize.Value`]: 50 })),
  valid(
    'batches of 5 %',
    changed(ROLLING, {
      [`${ROLLING_POLICY}.MaximumBatchSize.Value`]: 5,
      [`${ROLLING_POLICY}.MaximumExecutionTimeoutInSeconds`]: 6001,
    }),
  ),
  valid(
    'steps of 10 % of two instances, and time for two steps',
    changed(LINEAR, {
      [`${VARIANT}.InitialInstanceCount`]: 2,
      [`${ROUTING}.LinearStepSize.Value`]: 10,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 601,
    }),
  ),
  valid(
    'batches of 5 % of four instances, and time for four',
    changed(ROLLING, {
      [`${ROLLING_POLICY}.MaximumBatchSize.Value`]: 5,
      [`${ROLLING_POLICY}.MaximumExecutionTimeoutInSeconds`]: 1201,
    }),
  ),
  valid(
    'steps of instances that are scaled, of which there may be one',
    changed(withResources(LINEAR, { Target: SCALED.Resources.Target, Track: SCALED.Resources.Track }), {
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 601,
    }),
  ),
  valid(
    'a time-out of one second more than the waits',
    changed(REAL_TIME, { [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 901 }),
  ),
  valid(
    'the longest waits and the longest time-out',
    changed(REAL_TIME, {
      [`${ROUTING}.WaitIntervalInSeconds`]: 3600,
      [`${BLUE_GREEN}.TerminationWaitInSeconds`]: 3600,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 28_800,
    }),
  ),
  valid(
    'a serverless endpoint that is updated at once',
    changed(SERVERLESS, { [ROUTING]: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 } }),
  ),
  valid(
    'ten rollback alarms',
    changed(
      withResources(
        REAL_TIME,
        Object.fromEntries(
          Array.from({ length: 10 }, (_, at) => [`Alarm${at}`, alarm('Invocation4XXErrors', DIMENSIONS)]),
        ),
      ),
      { [ALARMS]: Array.from({ length: 10 }, (_, at) => ({ AlarmName: { Ref: `Alarm${at}` } })) },
    ),
  ),
  valid(
    'a rollback alarm by its name, with DependsOn',
    changed(REAL_TIME, {
      'Errors.AlarmName': 'spam-errors',
      [ALARMS]: [{ AlarmName: 'spam-errors' }],
      '/Resources.Endpoint.DependsOn': ['Errors'],
    }),
  ),
  valid('1,024 MB of serverless memory', changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.MemorySizeInMB`]: 1024 })),
  valid(
    '6,144 MB of serverless memory',
    changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.MemorySizeInMB`]: '6144' }),
  ),
  valid('one at once', changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.MaxConcurrency`]: 1 })),
  valid('200 at once', changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.MaxConcurrency`]: 200 })),
  valid(
    'a serverless model in a list of one container',
    changed(SERVERLESS, { 'Model.PrimaryContainer': undefined, 'Model.Containers': [{ Image: 'spam' }] }),
  ),
  valid(
    'managed scaling from 2 to 2',
    changed(COMPONENT, { [`${VARIANT}.ManagedInstanceScaling.MinInstanceCount`]: 2 }),
  ),
  valid(
    'as much kept ready as used',
    changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.ProvisionedConcurrency`]: 20 }),
  ),
  valid('a key for volumes that take one', changed(REAL_TIME, { 'Config.KmsKeyId': 'alias/models' })),
  valid('a minimum that is the maximum', changed(SCALED, { 'Target.MinCapacity': 8 })),
  valid(
    'a schedule that keeps 8 of at most 8',
    changed(SCALED, {
      'Target.ScheduledActions': [{ ScheduledActionName: 'day', ScalableTargetAction: { MinCapacity: 8 } }],
    }),
  ),
  valid(
    'a schedule that keeps 9 after another one has made room',
    changed(SCALED, {
      'Target.ScheduledActions': [
        { ScheduledActionName: 'room', ScalableTargetAction: { MaxCapacity: 12 } },
        { ScheduledActionName: 'day', ScalableTargetAction: { MinCapacity: 9 } },
      ],
    }),
  ),
  valid(
    'a target for the shadow variant',
    changed(withResources(SHADOW, { Target: SCALED.Resources.Target }), {
      'Target.ResourceId': `endpoint/${ENDPOINT_NAME}/variant/Shadow`,
    }),
  ),
  valid('a burstable type that is not scaled', changed(REAL_TIME, { [`${VARIANT}.InstanceType`]: 'ml.t2.medium' })),
  valid(
    'managed scaling that is off',
    changed(REAL_TIME, { [`${VARIANT}.ManagedInstanceScaling`]: { Status: 'DISABLED' } }),
  ),
  valid(
    'metrics of single instances and containers',
    withResources(COMPONENT, {
      OfInstance: alarm('Invocations', { ...DIMENSIONS, InstanceId: 'i-1' }),
      OfContainer: alarm('ModelLatency', {
        ...DIMENSIONS,
        InferenceComponentName: 'llm-production-model',
        InstanceId: 'i-1',
        ContainerId: 'c-1',
      }),
      OfDevice: alarm(
        'GPUUtilization',
        { ...DIMENSIONS, AcceleratorId: '0' },
        { Namespace: '/aws/sagemaker/Endpoints' },
      ),
    }),
  ),
  valid(
    'metrics of the customer, and of jobs',
    withResources(REAL_TIME, {
      Own: alarm('Invocations', { Deployment: 'spam' }, { Namespace: 'Slipway' }),
      OfJob: alarm('GroundTruthWorkers', { LabelingJobName: 'x' }),
    }),
  ),
  valid(
    'a dashboard with every way to write a row',
    withResources(REAL_TIME, {
      Dashboard: dashboard(
        ['AWS/SageMaker', 'Invocations', 'EndpointName', ENDPOINT_NAME, 'VariantName', 'AllTraffic', { id: 'm1' }],
        ['.', 'ModelLatency', '.', '.', '.', '.'],
        ['...', { stat: 'p99' }],
        [{ expression: 'm1 * 2', label: 'twice' }],
        ['AWS/Lambda', 'Errors'],
      ),
    }),
  ),
  valid(
    'a budget that adjusts itself, and one of reservations',
    changed(BUDGET, {
      'Budget.Budget.BudgetLimit': undefined,
      'Budget.Budget.AutoAdjustData': { AutoAdjustType: 'HISTORICAL' },
    }),
    changed(BUDGET, { 'Budget.Budget.BudgetLimit': undefined, 'Budget.Budget.BudgetType': 'RI_UTILIZATION' }),
  ),
  valid(
    'a budget whose action tells somebody',
    withResources(
      changed(BUDGET, {
        'Budget.NotificationsWithSubscribers': undefined,
        'Budget.Budget.BudgetName': 'spam',
      }),
      { Action: { Type: 'AWS::Budgets::BudgetsAction', Properties: { BudgetName: 'spam' } } },
    ),
  ),
];
