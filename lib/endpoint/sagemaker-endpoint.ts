import { Annotations, type CfnCondition, CfnResource, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { CfnAlarm, type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable, type Role } from 'aws-cdk-lib/aws-iam';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Construct, type IConstruct } from 'constructs';
import { PRODUCTION_VARIANT } from '../../protocol/endpoint';
import { SHADOW_TAG } from '../../protocol/tags';
import { acknowledge } from '../core/acknowledge';
import { endpointLink } from '../core/console-link';
import { hasLocalNvme } from '../core/instance-facts';
import { Trace } from '../core/trace';
import { type ComponentModel, type IBoundEndpoint, Rollout, type VariantImage } from './api';
import { alarmSuffix, endpointAlarm, objectiveAlarms } from './endpoint-alarms';
import { invocationArns } from './endpoint-arns';
import { checkEndpoint, rollsBack } from './endpoint-checks';
import { type BoundNetwork, bindNetwork } from './endpoint-network';
import { executionRole, grantAlarms } from './execution-role';
import type { HostingConfig, HostingContext, RollbackAlarm } from './hosting';
import { adviseUnknownTypes, platformOf } from './instance-types';
import type { ModelSource } from './model-source';
import { checkAlarmCount, endpointDeployment, updateSeconds } from './rollout-plan';
import type { SageMakerEndpointProps } from './sagemaker-endpoint-props';
import { sageMakerMetric, variantSubject } from './sagemaker-metric';

/**
 * A model on SageMaker: role, model, configuration, endpoint, scaling, and the alarms that roll a bad version back. Model and
 * configuration are named by CloudFormation, because a change replaces them; endpoint and variant keep their names, because a
 * rollout needs both. Synthesized twice without a change it is the same, so that a second deployment does nothing.
 *
 * In a stack of somebody's own it is changed by deployments only: nothing stops, starts or promotes it beside them. Within a
 * `ProductionModel` the version and the state are parameters, which the stage's controller moves.
 *
 * @example
 * new SageMakerEndpoint(this, 'Endpoint', {
 *   endpointName: 'reranker',
 *   model: ModelSource.fromImage('container'),
 *   hosting: EndpointHosting.realTime({ instanceType: 'ml.g5.xlarge' }),
 *   objectives: { latencyP95: Duration.millis(200), availability: 99.9, peakRequestsPerSecond: 5 },
 *   rollout: Rollout.canary(),
 * });
 */
export class SageMakerEndpoint extends Construct implements IBoundEndpoint {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly images: VariantImage[];
  readonly updateTimeout: Duration;
  readonly rollbackAlarmNames: string[];
  readonly inferenceComponentNames: string[];
  readonly components: ComponentModel[];
  readonly running?: CfnCondition;
  readonly consoleLink: string;
  /** What runs the endpoint. */
  readonly role: Role;

  private readonly rollout: Rollout;
  private readonly network: BoundNetwork;
  private readonly endpoint: CfnEndpoint;
  /** By the names of the models, which are references. */
  private readonly imageOfModel = new Map<string, string>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SageMakerEndpointProps,
  ) {
    super(scope, id);
    checkEndpoint(this, props);
    const { endpointName, hosting, _stage: stage } = props;
    this.endpointName = endpointName;
    this.inferenceComponentNames = [...hosting._traits.componentNames(endpointName)];
    this.consoleLink = endpointLink(this, endpointName);
    this.rollout = props.rollout ?? Rollout.allAtOnce();
    this.updateTimeout = Duration.seconds(updateSeconds(this.rollout, hosting._traits.starts));
    this.running = stage?.desired.running;
    adviseUnknownTypes(this, hosting._traits.instanceTypes);

    const logGroups = this.logGroups();
    const inVpc = props.vpc !== undefined;
    this.role = executionRole(this, 'Role', { endpointName, logGroups, inVpc });
    this.network = bindNetwork(this, endpointName, props);
    const alarms = this.alarms();
    this.rollbackAlarmNames = alarms.map(({ name }) => name);
    grantAlarms(this.role, this.rollbackAlarmNames);

    const context = this.context(this.model('Model', props.model), alarms);
    const configured = hosting._configure(context);
    this.images = this.imagesOf(configured);
    const config = this.config(configured);
    this.endpointConfigName = config.attrEndpointConfigName;
    this.endpoint = this.createEndpoint(config, configured);
    this.endpoint.node.addDependency(...logGroups);
    for (const { resource } of alarms) this.endpoint.node.addDependency(resource);
    this.components = hosting._complete(context, this.endpoint);
    if (this.running !== undefined) existOnlyWhile(this, this.running);
  }

  get construct(): IConstruct {
    return this;
  }

  /** Lets `grantee` invoke the endpoint and its inference components. */
  grantInvoke(grantee: IGrantable): Grant {
    const action = this.props.hosting.capabilities.answersLater ? 'InvokeEndpointAsync' : 'InvokeEndpoint';
    return Grant.addToPrincipal({
      grantee,
      actions: [`sagemaker:${action}`],
      resourceArns: invocationArns(this, this.endpointName, this.inferenceComponentNames),
    });
  }

  /** A metric of the production variant; an endpoint of inference components has some of them by component only. */
  metric(metricName: string, options: MetricOptions = {}): Metric {
    return sageMakerMetric(variantSubject(this.endpointName, PRODUCTION_VARIANT), metricName, options);
  }

  /** Requests. An asynchronous endpoint does not count them. */
  metricInvocations(options: MetricOptions = {}): Metric {
    return this.metric('Invocations', options);
  }

  /** Time that the model takes, in microseconds. */
  metricModelLatency(options: MetricOptions = {}): Metric {
    return this.metric('ModelLatency', { statistic: Stats.percentile(95), ...options });
  }

  /** Named as SageMaker names them: it would make the groups itself, unencrypted and kept for ever. */
  private logGroups(): ILogGroup[] {
    const { endpointName, encryptionKey, logRetention, logRemovalPolicy } = this.props;
    const names = [
      `/aws/sagemaker/Endpoints/${endpointName}`,
      ...this.inferenceComponentNames.map((name) => `/aws/sagemaker/InferenceComponents/${name}`),
    ];
    return names.map(
      (logGroupName, index) =>
        new LogGroup(this, index === 0 ? 'Logs' : `Logs${index}`, {
          logGroupName,
          encryptionKey,
          retention: logRetention ?? RetentionDays.ONE_MONTH,
          removalPolicy: logRemovalPolicy ?? RemovalPolicy.DESTROY,
        }),
    );
  }

  /** Alarms that exist before what they roll back, and go after it. */
  private alarms(): RollbackAlarm[] {
    const { hosting, objectives, rollbackAlarms, endpointName, severityCeiling } = this.props;
    if (!rollsBack(this.props)) {
      if (rollbackAlarms?.reason === undefined || rollbackAlarms.reason === '') {
        Annotations.of(this).addWarningV2(
          'slipway:noRollbackAlarm',
          'nothing rolls a bad version back; state objectives, and a rolling rollout where the hosting has inference components',
        );
      } else {
        acknowledge(this, 'Slipway::rollback-none', rollbackAlarms.reason);
      }
      return [];
    }
    const watched = {
      purpose: 'rollback',
      isAsynchronous: hosting.capabilities.answersLater ?? false,
      countsModelErrors: hosting._traits.countsModelErrors,
    };
    const derived =
      objectives === undefined || rollbackAlarms?.derived === false
        ? []
        : hosting._traits.subjects(endpointName).flatMap(({ subject, of, what }) =>
            objectiveAlarms(objectives, { subject, of, what, ...watched }).map((alarm) => ({
              of,
              clause: alarm.clause,
              resource: endpointAlarm(this, endpointName, alarm, severityCeiling),
              name: `${endpointName}-${alarmSuffix(alarm)}`,
            })),
          );
    const further = (rollbackAlarms?.further ?? []).map((alarm) => ({
      resource: alarm,
      name: alarm.alarmName,
      isForAll: true,
    }));
    for (const { resource, clause } of derived) {
      Trace.enforce(clause, resource, 'rolls a version back that misses it, while it takes over');
    }
    const all = [...derived, ...further];
    checkAlarmCount(this, all);
    return all;
  }

  private model(id: string, source: ModelSource): CfnModel {
    const { hosting, _stage: stage } = this.props;
    const { loadsPrefixes, hasNetwork, hasComponents, instanceTypes } = hosting._traits;
    const platform = platformOf(instanceTypes);
    // Images and artefacts of a further model would have the ids of the first one's.
    const scope = id === 'Model' ? this : new Construct(this, `${id}Source`);
    const primaryContainer = source._bind(scope, { role: this.role, loadsPrefixes, platform, stage });
    const model = new CfnModel(this, id, {
      executionRoleArn: this.role.roleArn,
      primaryContainer,
      // Containers of inference components belong to the configuration.
      ...(hasNetwork && !hasComponents ? this.network : {}),
    });
    // With its policies: SageMaker tries them when the model is created.
    model.node.addDependency(this.role);
    if (primaryContainer.image !== undefined) this.imageOfModel.set(model.attrModelName, primaryContainer.image);
    return model;
  }

  private imagesOf({ production, shadow }: HostingConfig): VariantImage[] {
    return [production, shadow].flatMap((variant) => {
      const image = this.imageOfModel.get(variant?.modelName ?? '');
      return variant === undefined || image === undefined ? [] : [{ variantName: variant.variantName, image }];
    });
  }

  private context(model: CfnModel, rollbackAlarms: readonly RollbackAlarm[]): HostingContext {
    return {
      scope: this,
      endpointName: this.endpointName,
      role: this.role,
      model,
      makeModel: (id, source) => this.model(id, source),
      rollout: this.rollout,
      rollbackAlarms,
      severityCeiling: this.props.severityCeiling,
      minimumInstances: this.props.minimumInstances ?? 0,
      objectives: this.props.objectives,
      payloadBucket: this.props._stage?.payloadBucket,
      isInStage: this.props._stage !== undefined,
      encryptionKey: this.props.encryptionKey,
    };
  }

  private config({ production, shadow, asyncInferenceConfig, metricsConfig }: HostingConfig): CfnEndpointConfig {
    const { hosting, dataCapture, encryptionKey } = this.props;
    const { hasComponents, instanceTypes } = hosting._traits;
    const config = new CfnEndpointConfig(this, 'Config', {
      productionVariants: [production],
      shadowProductionVariants: shadow === undefined ? undefined : [shadow],
      asyncInferenceConfig,
      metricsConfig,
      dataCaptureConfig: dataCapture?._bind(this.role),
      // Refused with local disks, which encrypt themselves; a serverless endpoint has no volume.
      kmsKeyId: instanceTypes.length > 0 && !instanceTypes.some(hasLocalNvme) ? encryptionKey?.keyArn : undefined,
      ...(hasComponents ? { executionRoleArn: this.role.roleArn, ...this.network } : {}),
    });
    config.node.addDependency(this.role);
    return config;
  }

  private createEndpoint(config: CfnEndpointConfig, configured: HostingConfig): CfnEndpoint {
    const { starts } = this.props.hosting._traits;
    const { keepsCount, rollsOut, shadowPercent } = configured;
    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointName: this.endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      deploymentConfig: rollsOut ? endpointDeployment(this.rollout, this.rollbackAlarmNames, starts) : undefined,
      // A deployment must not take back the instances that scaling has added. Weights are the template's: they are a shadow
      // variant's share. The capture of data cannot be excluded (API reference, VariantProperty).
      retainAllVariantProperties: keepsCount ? true : undefined,
      excludeRetainedVariantProperties: keepsCount ? [{ variantPropertyType: 'DesiredWeight' }] : undefined,
    });
    if (shadowPercent !== undefined) Tags.of(endpoint).add(SHADOW_TAG, String(shadowPercent));
    return endpoint;
  }
}

const SERVING = ['AWS::SageMaker::Endpoint', 'AWS::SageMaker::InferenceComponent'];
const EXISTING_WHILE_RUNNING = [
  ...SERVING,
  'AWS::SageMaker::Model',
  'AWS::SageMaker::EndpointConfig',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
];

function isOf(child: IConstruct, types: readonly string[]): child is CfnResource {
  return CfnResource.isCfnResource(child) && types.includes(child.cfnResourceType);
}

/** Role, logs and rollback alarms stay: they cost next to nothing and are wanted before and after. */
function existOnlyWhile(scope: IConstruct, running: CfnCondition): void {
  for (const child of scope.node.findAll()) {
    if (isOf(child, EXISTING_WHILE_RUNNING) || wakes(child)) child.cfnOptions.condition = running;
  }
}

/** An alarm that wakes a fleet names the policy that does; others have no action. */
function wakes(child: IConstruct): child is CfnAlarm {
  return child instanceof CfnAlarm && Stack.of(child).resolve(child.alarmActions) !== undefined;
}
