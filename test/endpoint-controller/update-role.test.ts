import { describe, expect, it } from 'vitest';
import { grantOf } from '../../lib/check/iam/grant';
import { TemplateSet } from '../../lib/check/template/template-set';
import { synthesizedEndpointStages } from '../endpoint-stages';
import { property, type Resource, type SynthesizedStage, templateJson } from '../support';

/** What CloudFormation asks IAM for: an action, on whichever resources the service demands it for, in a context. */
interface Need {
  readonly service: string;
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly context?: Readonly<Record<string, string>>;
}

interface Place {
  readonly id: string;
  readonly resource: Resource;
  readonly deployment: string;
}

const RANDOM = '5xKq2wP0dLmZ';
const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
const iam = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const SCALING = 'sagemaker.application-autoscaling.amazonaws.com';
const SCALING_ROLE = iam(`aws-service-role/${SCALING}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`);
const TARGET = arn('application-autoscaling', 'scalable-target/0ec5a1b2c3d4e5f60718');
/** Names that CloudFormation gives: SageMaker's ARNs are in lower case. */
const generated = (kind: string, id: string) => arn('sagemaker', `${kind}/${`${id}-${RANDOM}`.toLowerCase()}`);
const endpoint = ({ deployment }: Place) => arn('sagemaker', `endpoint/${deployment}`);
const component = ({ deployment }: Place) => arn('sagemaker', `inference-component/${deployment}-model`);
const needs = (service: string, actions: string, ...on: string[]): Need => ({
  service,
  actions: actions.split(' '),
  on,
});
const passed = (role: string, service: string): Need => ({
  ...needs('iam', 'PassRole', role),
  context: { 'iam:PassedToService': `${service}.amazonaws.com` },
});
const executionRole = ({ deployment }: Place) => iam(`${`${deployment}-endpoint`.slice(0, 24)}-EndpointRole-${RANDOM}`);
const alarmNeeds = (name: string) =>
  needs('cloudwatch', 'PutMetricAlarm DeleteAlarms DescribeAlarms', arn('cloudwatch', `alarm:${name}`));
/** Who registers a target or gives it a policy must be able to do what scaling then does (user guide, "Permissions"). */
const scaled = (place: Place): Need[] => [
  needs('sagemaker', 'DescribeEndpoint UpdateEndpointWeightsAndCapacities', endpoint(place)),
  needs('sagemaker', 'DescribeInferenceComponent UpdateInferenceComponentRuntimeConfig', component(place)),
  needs('application-autoscaling', 'DescribeScalableTargets DescribeScalingPolicies DescribeScheduledActions', '*'),
];

/**
 * By resource type: actions, and every resource that the service wants them allowed for. Sources: service authorization
 * reference of each service, `handlers` in the schemas of CloudFormation, user guide of Application Auto Scaling.
 */
const NEEDED: Readonly<Record<string, (place: Place) => Need[]>> = {
  'AWS::SageMaker::Model': (place) => [
    needs('sagemaker', 'CreateModel DeleteModel DescribeModel AddTags ListTags', generated('model', place.id)),
    passed(executionRole(place), 'sagemaker'),
  ],
  'AWS::SageMaker::EndpointConfig': (place) => [
    needs(
      'sagemaker',
      'CreateEndpointConfig DeleteEndpointConfig DescribeEndpointConfig AddTags ListTags',
      generated('endpoint-config', place.id),
    ),
    // Configurations of inference components have the role that their models have elsewhere.
    passed(executionRole(place), 'sagemaker'),
  ],
  'AWS::SageMaker::Endpoint': (place) => [
    needs('sagemaker', 'CreateEndpoint UpdateEndpoint', endpoint(place), generated('endpoint-config', configOf(place))),
    needs('sagemaker', 'DeleteEndpoint DescribeEndpoint UpdateEndpointWeightsAndCapacities AddTags', endpoint(place)),
  ],
  'AWS::SageMaker::InferenceComponent': (place) => [
    needs('sagemaker', 'CreateInferenceComponent', component(place), endpoint(place)),
    needs(
      'sagemaker',
      'DeleteInferenceComponent DescribeInferenceComponent UpdateInferenceComponent AddTags ListTags',
      component(place),
    ),
    needs('sagemaker', 'UpdateInferenceComponentRuntimeConfig', component(place)),
  ],
  'AWS::ApplicationAutoScaling::ScalableTarget': (place) => [
    needs(
      'application-autoscaling',
      'RegisterScalableTarget DeregisterScalableTarget PutScheduledAction DeleteScheduledAction',
      TARGET,
    ),
    passed(SCALING_ROLE, 'application-autoscaling'),
    // The first target of an account makes the role.
    { ...needs('iam', 'CreateServiceLinkedRole', SCALING_ROLE), context: { 'iam:AWSServiceName': SCALING } },
    ...scaled(place),
  ],
  'AWS::ApplicationAutoScaling::ScalingPolicy': (place) => [
    needs('application-autoscaling', 'PutScalingPolicy DeleteScalingPolicy', TARGET),
    // Application Auto Scaling makes the alarms of target tracking in the caller's name.
    ...(place.resource.Properties?.PolicyType === 'TargetTrackingScaling'
      ? [alarmNeeds(`TargetTracking-endpoint/${place.deployment}/variant/AllTraffic-AlarmHigh-${RANDOM}`)]
      : []),
    ...scaled(place),
  ],
  'AWS::CloudWatch::Alarm': ({ resource }) => [alarmNeeds(String(resource.Properties?.AlarmName))],
  'Custom::SlipwayVerifiedRollout': ({ deployment }) => [
    needs('lambda', 'InvokeFunction', arn('lambda', `function:${deployment}-verify-rollout`)),
  ],
};

/** Neither version nor state changes these: an update with the previous template leaves them alone. */
const UNCHANGED = [
  'AWS::CDK::Metadata',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
];

function configOf({ resource }: Place): string {
  return property<{ 'Fn::GetAtt': [string, string] }>(resource, 'EndpointConfigName')['Fn::GetAtt'][0];
}

interface Statement {
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The stack of the role, where the context decides its conditions, as far as they are equalities. */
function operateIn(stage: SynthesizedStage, context: Readonly<Record<string, string>> = {}) {
  const text = JSON.stringify(templateJson(stage.templates.operate))
    .replaceAll('{"Ref":"AWS::Partition"}', '"aws"')
    .replaceAll('{"Ref":"AWS::AccountId"}', '"123456789012"');
  const template = JSON.parse(text) as { Resources: Record<string, Resource> };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    const document = Properties?.PolicyDocument as { Statement: Statement[] };
    document.Statement = document.Statement.flatMap(({ Condition = {}, ...statement }) => {
      const equal = Object.entries(Condition.StringEquals ?? {});
      const isMet = equal.every(([key, values]) => [values].flat().includes(context[key] ?? ''));
      return isMet && Object.keys(Condition).every((operator) => operator === 'StringEquals') ? [statement] : [];
    });
  }
  const set = new TemplateSet([{ name: 'operate', template }]);
  const role = set
    .ofType('AWS::IAM::Role')
    .find(({ logicalId }) => logicalId.startsWith('EndpointControllerUpdateRole'));
  if (role === undefined) throw new Error('the stack has no role for updates');
  return { set, role };
}

/** What the role of a stage is not allowed. */
function lacking(stage: SynthesizedStage): string[] {
  const { endpoint: template } = stage.templates;
  if (template === undefined) throw new Error('the stage has no endpoint stack');
  return Object.entries(templateJson(template).Resources).flatMap(([id, resource]) =>
    (NEEDED[resource.Type]?.({ id, resource, deployment: stage.model.deployment }) ?? []).flatMap((need) => {
      const { set, role } = operateIn(stage, need.context);
      return need.actions.flatMap((name) =>
        need.on
          .filter((on) => grantOf(set, role, { action: `${need.service}:${name}`, resource: on }) !== 'yes')
          .map((on) => `${resource.Type} ${need.service}:${name} on ${on}`),
      );
    }),
  );
}

const stages = synthesizedEndpointStages().map((stage) => [stage.name, stage] as const);

describe('the role by which CloudFormation changes an endpoint', () => {
  it.each(stages)('of %s: each type of its stack has a row, or is not changed', (_, stage) => {
    const { endpoint: template } = stage.templates;
    const types = Object.values(template === undefined ? {} : templateJson(template).Resources).map(({ Type }) => Type);
    expect(types.filter((type) => NEEDED[type] === undefined && !UNCHANGED.includes(type))).toEqual([]);
    expect(types.filter((type) => NEEDED[type] !== undefined).length).toBeGreaterThan(3);
  });

  it.each(stages)('of %s allows all that its resources need', (_, stage) => {
    expect(lacking(stage)).toEqual([]);
  });

  it.each(stages)('of %s makes no role but that of scaling, and passes none to other services', (_, stage) => {
    const { set, role } = operateIn(stage, {
      'iam:AWSServiceName': SCALING,
      'iam:PassedToService': 'ec2.amazonaws.com',
    });
    const may = (action: string, resource: string) => grantOf(set, role, { action, resource });
    expect(may('iam:CreateServiceLinkedRole', iam('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'))).toBe(
      'no',
    );
    expect(may('iam:PassRole', SCALING_ROLE)).toBe('no');
    const other = operateIn(stage, { 'iam:AWSServiceName': 'ecs.amazonaws.com' });
    expect(grantOf(other.set, other.role, { action: 'iam:CreateServiceLinkedRole', resource: SCALING_ROLE })).toBe(
      'no',
    );
  });
});
