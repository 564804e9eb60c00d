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

export interface Valid {
  readonly name: string;
  readonly templates: readonly CorpusTemplate[];
}

function valid(name: string, ...templates: readonly CorpusTemplate[]): Valid {
  return { name, templates };
}

const BLUE_GREEN = 'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy';
const ROUTING = `${BLUE_GREEN}.TrafficRoutingConfiguration`;
const ROLLING_POLICY = 'Endpoint.DeploymentConfig.RollingUpdatePolicy';
const ALARMS = 'Endpoint.DeploymentConfig.AutoRollbackConfiguration.Alarms';
const VARIANT = 'Config.ProductionVariants.0';
const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };
const NOTHING = { Ref: 'AWS::NoValue' };
const parameter = { Ref: 'Given' };
const either = (then: unknown, otherwise: unknown) => ({ 'Fn::If': ['IsProduction', then, otherwise] });

const asTheyAre = [
  valid('a real-time endpoint', REAL_TIME),
  valid('steps', LINEAR),
  valid('batches', ROLLING),
  valid('a serverless endpoint', SERVERLESS),
  valid('scaled instances', SCALED),
  valid('an asynchronous endpoint', ASYNCHRONOUS),
  valid('an inference component', COMPONENT),
  valid('a shadow variant', SHADOW),
  valid('data capture', CAPTURED),
  valid('a budget', BUDGET),
];

const atTheLimit = [
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

const fromParameters = [
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

/** Templates in which nothing is wrong: as they are, at a limit, and with what only the deployment knows. */
export const VALID: readonly Valid[] = [...asTheyAre, ...atTheLimit, ...fromParameters];
