import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from '../core/acknowledge';

/** What the role is limited to. */
export interface EndpointUpdateRoleProps {
  readonly deployment: string;
  readonly endpointName: string;
  readonly endpointStackName: string;
  /** Beginnings of the names of the stack's models and configurations. */
  readonly resourceNamePrefixes: readonly string[];
  /** Role that SageMaker runs the model with. */
  readonly executionRoleArn: string;
  /** Key of the endpoint's volumes. */
  readonly volumeKey?: IKey;
}

const SCALING_SERVICE = 'sagemaker.application-autoscaling.amazonaws.com';
/** Role of Application Auto Scaling for endpoints, made by AWS, one an account. */
const SCALING_ROLE = `aws-service-role/${SCALING_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`;

/**
 * The role by which CloudFormation changes the endpoint's stack on behalf of the controller: what an update with the previous
 * template needs for this endpoint, and no more. It cannot make or change roles (but for that of scaling, which AWS defines),
 * functions or keys, so that a template that asks for those is refused: `cdk deploy` does that, with the role of `cdk bootstrap`.
 */
export function endpointUpdateRole(scope: Construct, id: string, props: EndpointUpdateRoleProps): Role {
  const role = new Role(scope, id, {
    description: `by which CloudFormation changes the endpoint of ${props.deployment} for its controller`,
    assumedBy: new ServicePrincipal('cloudformation.amazonaws.com'),
  });
  const arns = arnsOf(role, props);
  const allow = (actions: string[], resources: string[], conditions?: Record<string, Record<string, unknown>>) =>
    role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions, resources, conditions }));

  allow(MODEL_ACTIONS, arns.models);
  allow(CONFIG_ACTIONS, arns.configs);
  allow(ENDPOINT_ACTIONS, [arns.endpoint]);
  // CreateEndpoint and UpdateEndpoint are asked for on the configuration too.
  allow(['sagemaker:CreateEndpoint', 'sagemaker:UpdateEndpoint'], arns.configs);
  allow(COMPONENT_ACTIONS, [arns.components]);
  // A component is made on its endpoint: both are asked for.
  allow(['sagemaker:CreateInferenceComponent'], [arns.endpoint]);
  allow(SCALING_ACTIONS, [arns.scalableTargets]);
  // These know no resources; they read.
  allow(SCALING_READS, ['*']);
  allow(ALARM_ACTIONS, [arns.alarms]);
  // Application Auto Scaling makes and deletes the alarms of target tracking in the caller's name.
  allow(TRACKING_ALARM_ACTIONS, [arns.trackingAlarms]);
  allow(['lambda:InvokeFunction'], [arns.verifier]);
  allow(['ssm:GetParameters'], arns.parameters);
  allow(['iam:PassRole'], [props.executionRoleArn], passedTo('sagemaker'));
  allow(['iam:PassRole'], [arns.scalingRole], passedTo('application-autoscaling'));
  // The first target of an account makes the role: it must not have to be a deployment by a person.
  allow(['iam:CreateServiceLinkedRole'], [arns.scalingRole], {
    StringEquals: { 'iam:AWSServiceName': SCALING_SERVICE },
  });
  if (props.volumeKey !== undefined) {
    allow(['kms:CreateGrant', 'kms:DescribeKey'], [props.volumeKey.keyArn], {
      StringEquals: { 'kms:ViaService': [`sagemaker.${Stack.of(role).region}.amazonaws.com`] },
    });
  }
  acknowledgeAll(role, props, arns);
  return role;
}

const MODEL_ACTIONS = named('sagemaker', ['CreateModel', 'DeleteModel', 'DescribeModel', 'AddTags', 'ListTags']);
const CONFIG_ACTIONS = named('sagemaker', [
  'CreateEndpointConfig',
  'DeleteEndpointConfig',
  'DescribeEndpointConfig',
  'AddTags',
  'ListTags',
]);
const ENDPOINT_ACTIONS = named('sagemaker', [
  'CreateEndpoint',
  'DeleteEndpoint',
  'DescribeEndpoint',
  'UpdateEndpoint',
  'UpdateEndpointWeightsAndCapacities',
  'AddTags',
  'ListTags',
]);
const COMPONENT_ACTIONS = named('sagemaker', [
  'CreateInferenceComponent',
  'DeleteInferenceComponent',
  'DescribeInferenceComponent',
  'UpdateInferenceComponent',
  'UpdateInferenceComponentRuntimeConfig',
  'AddTags',
  'ListTags',
]);
const SCALING_ACTIONS = named('application-autoscaling', [
  'DeleteScalingPolicy',
  'DeleteScheduledAction',
  'DeregisterScalableTarget',
  'ListTagsForResource',
  'PutScalingPolicy',
  'PutScheduledAction',
  'RegisterScalableTarget',
  'TagResource',
]);
const SCALING_READS = named('application-autoscaling', [
  'DescribeScalableTargets',
  'DescribeScalingPolicies',
  'DescribeScheduledActions',
]);
const ALARM_ACTIONS = named('cloudwatch', [
  'DeleteAlarms',
  'DescribeAlarms',
  'ListTagsForResource',
  'PutMetricAlarm',
  'TagResource',
]);

const TRACKING_ALARM_ACTIONS = named('cloudwatch', ['DeleteAlarms', 'DescribeAlarms', 'PutMetricAlarm']);

function named(service: string, actions: readonly string[]): string[] {
  return actions.map((action) => `${service}:${action}`);
}

function passedTo(service: string): Record<string, Record<string, unknown>> {
  return { StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } };
}

type Arns = ReturnType<typeof arnsOf>;

/** SageMaker's own ARNs are in lower case, whatever the name. */
function arnsOf(scope: Construct, props: EndpointUpdateRoleProps) {
  const stack = Stack.of(scope);
  const sageMaker = (resource: string, name: string) =>
    stack.formatArn({ service: 'sagemaker', resource, resourceName: name.toLowerCase() });
  const colon = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const parameter = (name: string) => stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name });
  return {
    models: props.resourceNamePrefixes.map((prefix) => sageMaker('model', `${prefix}*`)),
    configs: props.resourceNamePrefixes.map((prefix) => sageMaker('endpoint-config', `${prefix}*`)),
    endpoint: sageMaker('endpoint', props.endpointName),
    components: sageMaker('inference-component', `${props.deployment}-*`),
    scalableTargets: stack.formatArn({
      service: 'application-autoscaling',
      resource: 'scalable-target',
      resourceName: '*',
    }),
    alarms: colon('cloudwatch', 'alarm', `${props.deployment}-*`),
    trackingAlarms: colon('cloudwatch', 'alarm', 'TargetTracking-*'),
    verifier: colon('lambda', 'function', `${props.deployment}-verify-rollout`),
    // The template also reads the links of its deployment and the version of `cdk bootstrap`.
    parameters: [parameter(`slipway/${props.deployment}/*`), parameter('cdk-bootstrap/*')],
    scalingRole: stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: SCALING_ROLE }),
  };
}

function acknowledgeAll(role: Role, props: EndpointUpdateRoleProps, arns: Arns): void {
  for (const arn of [...arns.models, ...arns.configs]) {
    acknowledgeWildcard(role, arn, 'CloudFormation ends the names of models and configurations by chance');
  }
  acknowledgeWildcard(role, arns.components, 'components of the endpoint of this deployment');
  acknowledgeWildcard(role, arns.scalableTargets, 'Application Auto Scaling makes up the ids of its targets');
  acknowledgeWildcard(
    role,
    '*',
    'describing targets, policies and schedules of Application Auto Scaling knows no resources',
  );
  acknowledgeWildcard(role, arns.alarms, 'the alarms of this deployment, which the stack of its endpoint holds');
  acknowledgeWildcard(
    role,
    arns.trackingAlarms,
    'Application Auto Scaling ends the names of its alarms by chance, and cuts long ones',
  );
  for (const arn of arns.parameters) {
    acknowledgeWildcard(role, arn, 'the template reads links of its deployment and the version of cdk bootstrap');
  }
  if (props.executionRoleArn.endsWith('*')) {
    acknowledgeWildcard(role, props.executionRoleArn, 'CloudFormation ends the name of the role by chance');
  }
}
