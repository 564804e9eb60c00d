import { type Broken, broken } from '../broken-template';
import { COMPONENT, changed, LINEAR, REAL_TIME, ROLLING, SCALED, SERVERLESS, withResources } from '../templates';

const BLUE_GREEN = 'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy';
const ROUTING = `${BLUE_GREEN}.TrafficRoutingConfiguration`;
const ROLLING_POLICY = 'Endpoint.DeploymentConfig.RollingUpdatePolicy';
const VARIANT = 'Config.ProductionVariants.0';

export const ROLLOUT: readonly Broken[] = [
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
    'three waits between the steps of four instances, and a time-out for two',
    'rollout-timeout',
    changed(LINEAR, { [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 1200 }),
  ),
  broken(
    'four waits between five steps of ten instances, and a time-out for three',
    'rollout-timeout',
    changed(LINEAR, {
      [`${VARIANT}.InitialInstanceCount`]: 10,
      [`${BLUE_GREEN}.MaximumExecutionTimeoutInSeconds`]: 1500,
    }),
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
