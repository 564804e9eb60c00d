import {
  ASYNCHRONOUS,
  alarm,
  BUDGET,
  CAPTURED,
  COMPONENT,
  changed,
  ENDPOINT_NAME,
  placeholder,
  REAL_TIME,
  SCALED,
  SERVERLESS,
  withResources,
} from '../templates';
import { type Valid, valid } from '../valid-template';

const BLUE_GREEN = 'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy';
const ROUTING = `${BLUE_GREEN}.TrafficRoutingConfiguration`;
const ROLLING_POLICY = 'Endpoint.DeploymentConfig.RollingUpdatePolicy';
const ALARMS = 'Endpoint.DeploymentConfig.AutoRollbackConfiguration.Alarms';
const VARIANT = 'Config.ProductionVariants.0';
const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };
const NOTHING = { Ref: 'AWS::NoValue' };
const parameter = { Ref: 'Given' };
const either = (then: unknown, otherwise: unknown) => ({ 'Fn::If': ['IsProduction', then, otherwise] });

/** What would be wrong if it were not for the deployment to decide. */
export const FROM_PARAMETERS: readonly Valid[] = [
  valid(
    'sizes and times from parameters',
    changed(REAL_TIME, {
      [`${ROUTING}.CanarySize.Value`]: parameter,
      [`${ROUTING}.WaitIntervalInSeconds`]: parameter,
      [`${BLUE_GREEN}.TerminationWaitInSeconds`]: parameter,
    }),
  ),
  valid(
    'a policy and alarms that a condition chooses',
    changed(REAL_TIME, {
      [BLUE_GREEN]: either({ TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' } }, NOTHING),
      [ROLLING_POLICY]: either(NOTHING, { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 } }),
      [ALARMS]: either([{ AlarmName: 'a' }], []),
    }),
  ),
  valid(
    'a rollback alarm that may not be there',
    changed(REAL_TIME, { [ALARMS]: [either({ AlarmName: 'a' }, NOTHING)] }),
  ),
  valid(
    'a whole DeploymentConfig from a macro',
    changed(REAL_TIME, { 'Endpoint.DeploymentConfig': { 'Fn::Transform': {} } }),
  ),
  valid(
    'names from parameters',
    changed(SCALED, {
      'Endpoint.EndpointName': parameter,
      [`${VARIANT}.VariantName`]: { Ref: 'Variant' },
      'Target.ResourceId': { 'Fn::Sub': `endpoint/${placeholder('Given')}/variant/Main` },
      'Errors.Dimensions.0.Value': parameter,
      'Errors.Dimensions.1.Value': 'Main',
    }),
  ),
  valid(
    'types, memory and capacities from parameters',
    changed(SCALED, {
      [`${VARIANT}.InstanceType`]: parameter,
      'Target.MinCapacity': parameter,
      'Config.KmsKeyId': parameter,
    }),
    changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.MemorySizeInMB`]: { 'Fn::Select': [0, parameter] } }),
  ),
  valid(
    'a model that may not be there, with managed scaling',
    changed(REAL_TIME, {
      [`${VARIANT}.ModelName`]: either('spam', NOTHING),
      [`${VARIANT}.ManagedInstanceScaling`]: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 1 },
    }),
  ),
  valid(
    'variants from a parameter',
    changed(withResources(SCALED, { Slow: alarm('ApproximateBacklogSize', { EndpointName: ENDPOINT_NAME }) }), {
      'Config.ProductionVariants': parameter,
      'Target.MinCapacity': 0,
    }),
  ),
  valid(
    'a configuration that is imported',
    changed(
      withResources(SCALED, { Far: alarm('Invocations', { EndpointName: ENDPOINT_NAME, VariantName: 'Main' }) }),
      {
        'Endpoint.EndpointConfigName': { 'Fn::ImportValue': 'config' },
      },
    ),
  ),
  valid(
    'a value of Systems Manager',
    changed(SERVERLESS, { [`${VARIANT}.ServerlessConfig.MemorySizeInMB`]: '{{resolve:ssm:/spam/memory}}' }),
  ),
  valid(
    'a role that is given, and one with a policy of AWS',
    changed(CAPTURED, { 'Model.ExecutionRoleArn': parameter }),
    changed(CAPTURED, {
      'Role.Policies': undefined,
      'Role.ManagedPolicyArns': ['arn:aws:iam::aws:policy/AmazonSageMakerFullAccess'],
    }),
  ),
  valid(
    'a role whose policies stand apart',
    withResources(changed(CAPTURED, { 'Role.Policies': undefined }), {
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'serve',
          Roles: [{ Ref: 'Role' }],
          PolicyDocument: {
            Statement: { Effect: 'Allow', Action: ['s3:Put*', 'cloudwatch:Describe*'], Resource: ['*'] },
          },
        },
      },
    }),
  ),
  valid(
    'data capture to a bucket of the template, by its ARN',
    changed(withResources(CAPTURED, { Captured: { Type: 'AWS::S3::Bucket', Properties: {} } }), {
      'Config.DataCaptureConfig.DestinationS3Uri': { 'Fn::Join': ['', ['s3://', { Ref: 'Captured' }, '/spam/']] },
      'Role.Policies.0.PolicyDocument.Statement.1.Resource': {
        'Fn::Join': ['', [{ 'Fn::GetAtt': ['Captured', 'Arn'] }, '/spam/*']],
      },
    }),
  ),
  valid(
    "a bucket's own policy that lets write",
    withResources(changed(CAPTURED, { 'Role.Policies.0.PolicyDocument.Statement.1.Action': 's3:GetObject' }), {
      BucketPolicy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: 'captured',
          PolicyDocument: {
            Statement: [
              { Effect: 'Allow', Principal: { AWS: '*' }, Action: 's3:PutObject', Resource: 'arn:aws:s3:::captured/*' },
            ],
          },
        },
      },
    }),
  ),
  valid(
    'an endpoint of another template, by an export',
    {
      ...withResources(SCALED, { Target: undefined, Track: undefined }),
      Outputs: { Name: { Value: { 'Fn::GetAtt': ['Endpoint', 'EndpointName'] }, Export: { Name: 'spam-endpoint' } } },
    },
    {
      Resources: {
        Slow: alarm('ModelLatency', {
          EndpointName: { 'Fn::ImportValue': 'spam-endpoint' },
          VariantName: 'AllTraffic',
        }),
      },
    },
  ),
  valid('two endpoints of one name in two templates, and an alarm of a third', REAL_TIME, ASYNCHRONOUS, {
    Resources: { Slow: alarm('Invocations', DIMENSIONS) },
  }),
  valid(
    'a budget whose action is on a budget from a parameter',
    withResources(
      changed(BUDGET, { 'Budget.NotificationsWithSubscribers': undefined, 'Budget.Budget.BudgetName': 'spam' }),
      { Action: { Type: 'AWS::Budgets::BudgetsAction', Properties: { BudgetName: parameter } } },
    ),
  ),
  valid(
    'a budget without a name, and an action on some budget',
    withResources(changed(BUDGET, { 'Budget.NotificationsWithSubscribers': undefined }), {
      Action: { Type: 'AWS::Budgets::BudgetsAction', Properties: { BudgetName: 'spam' } },
    }),
  ),
  valid(
    'a canary of instances that a target from a parameter may scale',
    changed(withResources(REAL_TIME, { Target: SCALED.Resources.Target }), {
      [`${ROUTING}.CanarySize`]: { Type: 'INSTANCE_COUNT', Value: 3 },
      'Target.ResourceId': parameter,
    }),
  ),
  valid(
    'a dimension whose name is a parameter',
    changed(
      withResources(REAL_TIME, { Slow: alarm('ModelLatency', { EndpointName: ENDPOINT_NAME, Given: 'AllTraffic' }) }),
      {
        'Slow.Dimensions.1.Name': parameter,
      },
    ),
  ),
  valid(
    'copies that go to zero, and a policy that may be theirs',
    changed(withResources(COMPONENT, { NoCapacity: undefined }), { 'Wake.ScalingTargetId': parameter }),
  ),
  valid(
    'a budget from parameters',
    changed(BUDGET, {
      'Budget.Budget.TimeUnit': parameter,
      'Budget.Budget.BudgetLimit': either({ Amount: 1, Unit: 'USD' }, NOTHING),
      'Budget.NotificationsWithSubscribers': parameter,
    }),
  ),
];
