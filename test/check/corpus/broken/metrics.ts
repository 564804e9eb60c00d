import { type Broken, broken } from '../broken-template';
import {
  ASYNCHRONOUS,
  alarm,
  COMPONENT,
  changed,
  dashboard,
  ENDPOINT_NAME,
  REAL_TIME,
  SCALED,
  SERVERLESS,
  withResources,
} from '../templates';

const DIMENSIONS = { EndpointName: ENDPOINT_NAME, VariantName: 'AllTraffic' };

export const METRICS: readonly Broken[] = [
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
