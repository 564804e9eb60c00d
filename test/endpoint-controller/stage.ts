import { CfnCondition, CfnParameter, Duration, Fn, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import {
  AlarmRoute,
  EndpointController,
  type EndpointControllerProps,
  EndpointParameters,
  EndpointSchedule,
  type EndpointScheduleProps,
  EndpointWatch,
  type EndpointWatchProps,
  ModelRegistry,
  Monitor,
  VerifiedRollout,
  type VerifiedRolloutProps,
} from '../../lib/index';
import { newApp, property, REGION, type Resource, resourcesOf, templateJson } from '../support';

export const DEPLOYMENT = 'spam-filter-pilot';

export interface Changes {
  readonly controller?: Partial<EndpointControllerProps>;
  readonly rollout?: Partial<VerifiedRolloutProps>;
  readonly schedule?: Partial<EndpointScheduleProps>;
  readonly watch?: Partial<EndpointWatchProps>;
  readonly removalPolicy?: RemovalPolicy;
}

/** The three stacks of a stage that a controller is spread over, with an endpoint as small as one can be. */
export function controlledStage(changes: Changes = {}, app = newApp()) {
  const [state, endpoint, operate] = ['state', 'endpoint', 'operate'].map(
    (id) => new Stack(app, `${DEPLOYMENT}-${id}`, { env: REGION }),
  ) as [Stack, Stack, Stack];
  const key = new Key(state, 'Key', { enableKeyRotation: true });
  const registry = new ModelRegistry(state, 'ModelRegistry', { encryptionKey: key });
  registry._publish(DEPLOYMENT);
  const parameters = new EndpointParameters(state, 'EndpointParameters', {
    deployment: DEPLOYMENT,
    removalPolicy: changes.removalPolicy ?? RemovalPolicy.DESTROY,
  });
  parameters._publish(DEPLOYMENT);
  addEndpoint(endpoint, parameters, changes.rollout ?? {});

  const monitor = new Monitor(operate, 'Monitor', { deployment: DEPLOYMENT, route: AlarmRoute.toOwnTopic() });
  const controller = new EndpointController(operate, 'EndpointController', {
    deployment: DEPLOYMENT,
    model: 'spam-filter',
    registry: ModelRegistry._fromLinks(operate, 'ModelRegistry', DEPLOYMENT),
    endpointName: DEPLOYMENT,
    resourceNamePrefixes: ['Config'],
    monitor,
    ...changes.controller,
  });
  new EndpointSchedule(operate, 'OfficeHours', {
    controller,
    timeZone: TimeZone.EUROPE_DUBLIN,
    startAt: '07:30',
    stopAt: '19:00',
    monitor,
    ...changes.schedule,
  });
  new EndpointWatch(operate, 'Watch', {
    controller,
    expiresAfter: Duration.days(30),
    stopWhenIdleFor: Duration.hours(8),
    monitor,
    ...changes.watch,
  });
  return { app, state, endpoint, operate };
}

function addEndpoint(stack: Stack, parameters: EndpointParameters, rollout: Partial<VerifiedRolloutProps>): void {
  const version = new CfnParameter(stack, 'DesiredVersion', {
    type: 'AWS::SSM::Parameter::Value<List<String>>',
    default: parameters.desiredVersionParameterName,
  });
  const desired = new CfnParameter(stack, 'DesiredState', {
    type: 'AWS::SSM::Parameter::Value<String>',
    default: parameters.desiredStateParameterName,
  });
  const running = new CfnCondition(stack, 'Running', {
    expression: Fn.conditionAnd(
      Fn.conditionNot(Fn.conditionEquals(Fn.select(0, version.valueAsList), 'none')),
      Fn.conditionEquals(desired.valueAsString, 'running'),
    ),
  });
  const config = new CfnEndpointConfig(stack, 'Config', {
    productionVariants: [
      {
        variantName: 'AllTraffic',
        modelName: Fn.select(0, version.valueAsList),
        initialVariantWeight: 1,
        initialInstanceCount: 1,
        instanceType: 'ml.m5.large',
      },
    ],
  });
  const served = new CfnEndpoint(stack, 'Endpoint', {
    endpointName: DEPLOYMENT,
    endpointConfigName: config.attrEndpointConfigName,
  });
  for (const resource of [config, served]) resource.cfnOptions.condition = running;
  const verified = new VerifiedRollout(stack, 'Rollout', {
    deployment: DEPLOYMENT,
    endpoint: served,
    endpointName: DEPLOYMENT,
    endpointConfigName: config.attrEndpointConfigName,
    images: [{ variantName: 'AllTraffic', image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/spam:1' }],
    rollbackAlarmNames: [`${DEPLOYMENT}-rollout-errors`],
    condition: running,
    ...rollout,
  });
  verified._publish();
}

export function templatesOf({ state, endpoint, operate }: ReturnType<typeof controlledStage>) {
  return {
    state: Template.fromStack(state),
    endpoint: Template.fromStack(endpoint),
    operate: Template.fromStack(operate),
  };
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export function statementsOf(template: Template, role: string): Statement[] {
  const { Resources } = templateJson(template);
  const inline = (Resources[role]?.Properties?.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  const attached = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.Roles) === JSON.stringify([{ Ref: role }]),
  );
  return [
    ...inline.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    ...attached.flatMap((policy) => property<{ Statement: Statement[] }>(policy, 'PolicyDocument').Statement),
  ];
}

export function functionNamed(template: Template, suffix: string): Resource {
  const found = resourcesOf(template, 'AWS::Lambda::Function').find(
    ([, resource]) => resource.Properties?.FunctionName === `${DEPLOYMENT}-${suffix}`,
  );
  if (found === undefined) throw new Error(`there is no function ${suffix}`);
  return found[1];
}

export function roleOf(resource: Resource): string {
  return property<{ 'Fn::GetAtt': [string, string] }>(resource, 'Role')['Fn::GetAtt'][0];
}

const COMPONENTS = [`${DEPLOYMENT}-model`, `${DEPLOYMENT}-Embed`];

/** The same with two inference components. */
export const ofComponents = templatesOf(
  controlledStage({
    controller: { inferenceComponentNames: COMPONENTS },
    rollout: { components: COMPONENTS.map((componentName) => ({ componentName, modelName: `of-${componentName}` })) },
  }),
);
