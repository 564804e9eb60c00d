/** A template of the corpus, as its JSON. */
export interface CorpusTemplate {
  readonly Resources: Readonly<Record<string, CorpusResource>>;
  readonly [section: string]: unknown;
}

export interface CorpusResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

/** Changes by path: `Config.ProductionVariants.0.InstanceType`. Of a resource, that is in its properties; undefined removes. */
export type Changes = Readonly<Record<string, unknown>>;

/** A copy of the template with changes. A path that begins with `/` is from the root of the template. */
export function changed(template: CorpusTemplate, changes: Changes): CorpusTemplate {
  const copy = structuredClone(template);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.startsWith('/')
      ? path.slice(1).split('.')
      : path.split('.').flatMap((key, index) => (index === 0 ? ['Resources', key, 'Properties'] : [key]));
    put(copy, keys, value);
  }
  return copy;
}

function put(into: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  const target = into as Record<string, unknown>;
  if (rest.length > 0) {
    target[key] ??= {};
    put(target[key], rest, value);
  } else if (value === undefined) delete target[key];
  else target[key] = value;
}

/** A copy of the template with resources added or, where they are undefined, removed. */
export function withResources(
  template: CorpusTemplate,
  resources: Readonly<Record<string, CorpusResource | undefined>>,
): CorpusTemplate {
  const all = Object.entries({ ...template.Resources, ...resources });
  const kept = all.flatMap(([id, resource]) => (resource === undefined ? [] : [[id, resource]]));
  return structuredClone({ ...template, Resources: Object.fromEntries(kept) });
}

/** `${id}`, as `Fn::Sub` has it in its text. */
export function placeholder(id: string): string {
  return `\${${id}}`;
}

export const ENDPOINT_NAME = 'spam-filter-production';

function role(...actions: readonly string[]): CorpusResource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: 'serve',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
        },
      ],
    },
  };
}

const MODEL: CorpusResource = {
  Type: 'AWS::SageMaker::Model',
  Properties: {
    ExecutionRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
    PrimaryContainer: {
      Image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/spam@sha256:0123',
      ModelDataUrl: 's3://models/spam',
    },
  },
};

export function alarm(metric: string, dimensions: Readonly<Record<string, unknown>>, more = {}): CorpusResource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      Namespace: 'AWS/SageMaker',
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      ...more,
    },
  };
}

const VARIANT_DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };

/** A real-time endpoint that is updated by canary, watched by one alarm. */
export const REAL_TIME: CorpusTemplate = {
  Resources: {
    Role: role('s3:GetObject', 'cloudwatch:DescribeAlarms'),
    Model: MODEL,
    Config: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: {
        ProductionVariants: [
          {
            VariantName: 'AllTraffic',
            ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
            InstanceType: 'ml.m5.large',
            InitialInstanceCount: 4,
            InitialVariantWeight: 1,
          },
        ],
      },
    },
    Errors: alarm('Invocation5XXErrors', VARIANT_DIMENSIONS),
    Endpoint: {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: {
        EndpointName: ENDPOINT_NAME,
        EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] },
        DeploymentConfig: {
          BlueGreenUpdatePolicy: {
            TrafficRoutingConfiguration: {
              Type: 'CANARY',
              CanarySize: { Type: 'CAPACITY_PERCENT', Value: 10 },
              WaitIntervalInSeconds: 600,
            },
            TerminationWaitInSeconds: 300,
            MaximumExecutionTimeoutInSeconds: 3600,
          },
          AutoRollbackConfiguration: { Alarms: [{ AlarmName: { Ref: 'Errors' } }] },
        },
      },
    },
  },
};

/** The same, updated by batches. */
export const ROLLING = changed(REAL_TIME, {
  'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy': undefined,
  'Endpoint.DeploymentConfig.RollingUpdatePolicy': {
    MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 },
    WaitIntervalInSeconds: 300,
    MaximumExecutionTimeoutInSeconds: 3600,
  },
});

/** The same, updated in steps. */
export const LINEAR = changed(REAL_TIME, {
  'Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration': {
    Type: 'LINEAR',
    LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 20 },
    WaitIntervalInSeconds: 300,
  },
});

/** A serverless endpoint. */
export const SERVERLESS = changed(REAL_TIME, {
  'Config.ProductionVariants.0.InstanceType': undefined,
  'Config.ProductionVariants.0.InitialInstanceCount': undefined,
  'Config.ProductionVariants.0.ServerlessConfig': { MemorySizeInMB: 2048, MaxConcurrency: 20 },
  'Endpoint.DeploymentConfig': undefined,
});

function target(resourceId: unknown, dimension: string, min: number, max: number): CorpusResource {
  return {
    Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
    Properties: {
      ServiceNamespace: 'sagemaker',
      ResourceId: resourceId,
      ScalableDimension: dimension,
      MinCapacity: min,
      MaxCapacity: max,
    },
  };
}

function tracking(predefined: string, value = 50): CorpusResource {
  return {
    Type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
    Properties: {
      PolicyName: 'track',
      PolicyType: 'TargetTrackingScaling',
      ScalingTargetId: { Ref: 'Target' },
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: predefined },
        TargetValue: value,
      },
    },
  };
}

const WAKE: CorpusResource = {
  Type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
  Properties: {
    PolicyName: 'wake',
    PolicyType: 'StepScaling',
    ScalingTargetId: { Ref: 'Target' },
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'ChangeInCapacity',
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
    },
  },
};

const VARIANT_ID = `endpoint/${ENDPOINT_NAME}/variant/AllTraffic`;

/** A real-time endpoint whose instances are scaled. */
export const SCALED = withResources(REAL_TIME, {
  Target: target(VARIANT_ID, 'sagemaker:variant:DesiredInstanceCount', 1, 8),
  Track: tracking('SageMakerVariantInvocationsPerInstance'),
});

/** An asynchronous endpoint that goes to zero and comes back. */
export const ASYNCHRONOUS = withResources(
  changed(REAL_TIME, {
    'Config.AsyncInferenceConfig': {
      OutputConfig: { S3OutputPath: 's3://answers/out', S3FailurePath: 's3://answers/failed' },
    },
  }),
  {
    Errors: alarm('InvocationFailures', VARIANT_DIMENSIONS),
    Target: target(VARIANT_ID, 'sagemaker:variant:DesiredInstanceCount', 0, 4),
    Track: {
      Type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
      Properties: {
        PolicyName: 'track',
        PolicyType: 'TargetTrackingScaling',
        ScalingTargetId: { Ref: 'Target' },
        TargetTrackingScalingPolicyConfiguration: {
          CustomizedMetricSpecification: {
            Namespace: 'AWS/SageMaker',
            MetricName: 'ApproximateBacklogSizePerInstance',
            Dimensions: [{ Name: 'EndpointName', Value: ENDPOINT_NAME }],
            Statistic: 'Average',
          },
          TargetValue: 5,
        },
      },
    },
    Wake: WAKE,
    Backlog: alarm('HasBacklogWithoutCapacity', { EndpointName: ENDPOINT_NAME }, { AlarmActions: [{ Ref: 'Wake' }] }),
  },
);

/** An endpoint of one inference component that goes to zero and comes back. */
export const COMPONENT = withResources(
  changed(REAL_TIME, {
    'Config.ExecutionRoleArn': { 'Fn::GetAtt': ['Role', 'Arn'] },
    'Config.ProductionVariants.0': {
      VariantName: 'AllTraffic',
      InstanceType: 'ml.g5.xlarge',
      InitialInstanceCount: 1,
      ManagedInstanceScaling: { Status: 'ENABLED', MinInstanceCount: 0, MaxInstanceCount: 2 },
    },
    'Endpoint.DeploymentConfig': undefined,
  }),
  {
    Errors: alarm('Invocation5XXErrors', { InferenceComponentName: 'llm-production-model' }),
    Component: {
      Type: 'AWS::SageMaker::InferenceComponent',
      Properties: {
        InferenceComponentName: 'llm-production-model',
        EndpointName: { 'Fn::GetAtt': ['Endpoint', 'EndpointName'] },
        VariantName: 'AllTraffic',
        Specification: {
          ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
          ComputeResourceRequirements: { MinMemoryRequiredInMb: 1024, NumberOfAcceleratorDevicesRequired: 1 },
        },
        RuntimeConfig: { CopyCount: 1 },
        DeploymentConfig: {
          RollingUpdatePolicy: {
            MaximumBatchSize: { Type: 'COPY_COUNT', Value: 1 },
            WaitIntervalInSeconds: 120,
            MaximumExecutionTimeoutInSeconds: 1800,
          },
          AutoRollbackConfiguration: { Alarms: [{ AlarmName: { Ref: 'Errors' } }] },
        },
      },
    },
    Target: target('inference-component/llm-production-model', 'sagemaker:inference-component:DesiredCopyCount', 0, 4),
    Track: tracking('SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution', 5),
    Wake: WAKE,
    NoCapacity: alarm(
      'NoCapacityInvocationFailures',
      { InferenceComponentName: 'llm-production-model' },
      { AlarmActions: [{ Ref: 'Wake' }] },
    ),
  },
);

/** A production variant and a shadow variant. */
export const SHADOW = changed(REAL_TIME, {
  'Config.ShadowProductionVariants': [
    {
      VariantName: 'Shadow',
      ModelName: { 'Fn::GetAtt': ['Model', 'ModelName'] },
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 1,
      InitialVariantWeight: 0.1,
    },
  ],
});

/** Data capture to a prefix that the role may write to. */
export const CAPTURED = changed(REAL_TIME, {
  'Config.DataCaptureConfig': {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: 's3://captured/spam',
    CaptureOptions: [{ CaptureMode: 'Output' }],
  },
  'Role.Policies.0.PolicyDocument.Statement': [
    { Effect: 'Allow', Action: ['s3:GetObject', 'cloudwatch:DescribeAlarms'], Resource: '*' },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::captured/spam/*' },
  ],
});

/** A dashboard over the endpoint. */
export function dashboard(...rows: readonly unknown[]): CorpusResource {
  const widget = { type: 'metric', width: 12, height: 6, properties: { region: 'eu-west-1', metrics: rows } };
  return { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: JSON.stringify({ widgets: [widget] }) } };
}

/** A monthly budget of cost. */
export const BUDGET: CorpusTemplate = {
  Resources: {
    Budget: {
      Type: 'AWS::Budgets::Budget',
      Properties: {
        Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 400, Unit: 'USD' } },
        NotificationsWithSubscribers: [
          {
            Notification: { NotificationType: 'ACTUAL', ComparisonOperator: 'GREATER_THAN', Threshold: 80 },
            Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'finance@example.com' }],
          },
        ],
      },
    },
  },
};
