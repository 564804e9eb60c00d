import { checkTemplates } from '../lib/check/check-templates';
import { median } from './median';
import type { BenchRow } from './row';

const RUNS = 15;
const RESOURCES = 500;
const TARGET = '<= 300';

/** Time of the checks over one template of 500 resources, from its text: as the command line meets it, and warm. */
export function benchCheck(): BenchRow[] {
  const text = JSON.stringify(template());
  const first = milliseconds(text);
  const times = Array.from({ length: RUNS }, () => milliseconds(text));
  return [
    { name: `checks of ${RESOURCES} resources, first run`, value: first, unit: 'ms', target: TARGET },
    { name: `checks of ${RESOURCES} resources`, unit: 'ms', target: TARGET, ...median(times) },
  ];
}

function milliseconds(text: string): number {
  const started = performance.now();
  const findings = checkTemplates([{ name: 'template.json', template: JSON.parse(text) }]);
  const took = performance.now() - started;
  // Checks that find something else than the planted fault are fast for nothing.
  const found = findings.map(({ id, logicalId }) => `${id} ${logicalId}`).join(', ');
  if (found !== 'metric-variant Planted') throw new Error(`the checks found "${found}": the template has drifted`);
  return took;
}

/** Endpoints with all that belongs to them, a dashboard over them all, and one alarm on a variant that there is not. */
function template() {
  const others = [
    ['Dashboard', { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: dashboardBody() } }],
    ['Planted', alarm(0, 'Invocations', 'Main')],
  ] as const;
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) => endpoint(index));
  const resources = [...endpoints.flatMap((members) => Object.entries(members)), ...others];
  const rest = RESOURCES - resources.length;
  if (rest < 0) throw new Error(`the template has ${resources.length} resources, not ${RESOURCES}`);
  const topics = Array.from({ length: rest }, (_, index) => [`Topic${index}`, { Type: 'AWS::SNS::Topic' }] as const);
  return { Resources: Object.fromEntries([...resources, ...topics]) };
}

const ENDPOINTS = 45;
const METRICS = [
  'Invocation4XXErrors',
  'Invocation5XXErrors',
  'ModelLatency',
  'OverheadLatency',
  'InvocationsPerInstance',
];

function endpoint(index: number): Record<string, { readonly Type: string; readonly Properties: object }> {
  const at = (name: string) => `${name}${index}`;
  const alarms = METRICS.map((metric) => [at(metric), alarm(index, metric, 'AllTraffic')] as const);
  return {
    [at('Role')]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [
          { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:*', 'cloudwatch:*'], Resource: '*' }] } },
        ],
      },
    },
    [at('Model')]: {
      Type: 'AWS::SageMaker::Model',
      Properties: { ExecutionRoleArn: { 'Fn::GetAtt': [at('Role'), 'Arn'] } },
    },
    [at('Config')]: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: {
        DataCaptureConfig: { EnableCapture: true, DestinationS3Uri: `s3://captured/${index}` },
        ProductionVariants: [
          {
            VariantName: 'AllTraffic',
            ModelName: { 'Fn::GetAtt': [at('Model'), 'ModelName'] },
            InstanceType: 'ml.m5.large',
            InitialInstanceCount: 2,
          },
        ],
      },
    },
    ...Object.fromEntries(alarms),
    [at('Endpoint')]: {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: {
        EndpointName: `endpoint-${index}`,
        EndpointConfigName: { 'Fn::GetAtt': [at('Config'), 'EndpointConfigName'] },
        DeploymentConfig: {
          RollingUpdatePolicy: {
            MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 50 },
            WaitIntervalInSeconds: 300,
            MaximumExecutionTimeoutInSeconds: 3600,
          },
          AutoRollbackConfiguration: { Alarms: alarms.map(([id]) => ({ AlarmName: { Ref: id } })) },
        },
      },
    },
    [at('Target')]: {
      Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
      Properties: {
        ServiceNamespace: 'sagemaker',
        ResourceId: {
          'Fn::Join': ['', ['endpoint/', { 'Fn::GetAtt': [at('Endpoint'), 'EndpointName'] }, '/variant/AllTraffic']],
        },
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        MinCapacity: 1,
        MaxCapacity: 8,
      },
    },
    [at('Policy')]: {
      Type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
      Properties: {
        PolicyType: 'TargetTrackingScaling',
        ScalingTargetId: { Ref: at('Target') },
        TargetTrackingScalingPolicyConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
        },
      },
    },
  };
}

function alarm(index: number, metric: string, variant: string) {
  const Dimensions = [
    { Name: 'EndpointName', Value: `endpoint-${index}` },
    { Name: 'VariantName', Value: variant },
  ];
  return { Type: 'AWS::CloudWatch::Alarm', Properties: { Namespace: 'AWS/SageMaker', MetricName: metric, Dimensions } };
}

function dashboardBody(): string {
  const metrics = Array.from({ length: ENDPOINTS }, (_, index) =>
    METRICS.map((metric) => [
      'AWS/SageMaker',
      metric,
      'EndpointName',
      `endpoint-${index}`,
      'VariantName',
      'AllTraffic',
    ]),
  ).flat();
  return JSON.stringify({ widgets: [{ type: 'metric', properties: { metrics } }] });
}
