import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpoint, CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { ASYNC_PREFIX, asyncTopicName, DEFAULT_ASYNC_PREFIX, PRODUCTION_VARIANT } from '../../protocol/endpoint';
import { checkDuration, checkNumber, checkText, faultsOf } from '../core/checks';
import { grantKeyThrough } from '../core/grants';
import type { BackendCapabilities, ComponentModel, EndpointFront } from './api';
import { AT_ONCE, endpointAlarm, MINUTE } from './endpoint-alarms';
import { grantPrefix } from './execution-role';
import {
  type FrontOptions,
  type HostingConfig,
  type HostingContext,
  type HostingLoad,
  type HostingTraits,
  type IEndpointHosting,
  type InstanceOptions,
  instanceFaults,
  instanceSettings,
  metricsConfigOf,
  startUpOf,
  typesOf,
} from './hosting';
import { memoryFaultOf } from './instance-types';
import { queueSubject, sageMakerMetric, variantSubject } from './sagemaker-metric';
import { EndpointTarget, VARIANT_DIMENSION } from './scalable-target';
import { wakeAction } from './wake-action';

/** Properties of asynchronous hosting. */
export interface AsyncHostingProps extends InstanceOptions {
  /**
   * Where requests, answers and failures lie.
   * @default the stage's bucket of payloads; needed outside of a stage
   */
  readonly bucket?: IBucket;
  /**
   * Prefix in the bucket, ending in a slash; below it are `input/`, `output/` and `output/failure/`.
   * @default 'async/'
   */
  readonly prefix?: string;
  /**
   * How long the model may take for one input, up to an hour.
   * @default 15 minutes
   */
  readonly timeout?: Duration;
  /**
   * Requests that wait for an instance before another one is started.
   * @default 5
   */
  readonly backlogPerInstance?: number;
  /**
   * The most instances.
   * @default 2, or the profile's minimum where it is higher
   */
  readonly maxInstances?: number;
  /**
   * Requests that one instance works on at the same time.
   * @default as SageMaker chooses
   */
  readonly maxConcurrentInvocationsPerInstance?: number;
  /**
   * How long after removing an instance the next one stays.
   * @default 10 minutes
   */
  readonly scaleInCooldown?: Duration;
  /**
   * Topic that is told of each answer.
   * @default one of the stage's own; outside of a stage nobody is told
   */
  readonly successTopic?: ITopic;
  /**
   * Topic that is told of each failure.
   * @default one of the stage's own; outside of a stage nobody is told
   */
  readonly errorTopic?: ITopic;
  /**
   * Size of the model's weights, which is checked against the memory of one instance.
   * @default not checked
   */
  readonly modelMemory?: Size;
}

const BACKLOG = 5;
const SCALE_IN = Duration.minutes(10);
const SCALE_OUT = Duration.minutes(1);

/** Instances that work off a queue; none where nothing waits and the profile keeps none. */
export class AsyncHosting implements IEndpointHosting {
  readonly capabilities: BackendCapabilities = {
    // Developer guide, "Asynchronous inference": up to an hour, up to 1 GB.
    maxTimeout: Duration.hours(1),
    maxInput: Size.gibibytes(1),
    keepsInstances: true,
    ownsEndpoint: true,
    scalesToZero: true,
    answersLater: true,
    blueGreen: true,
    trafficShifting: true,
    rolling: true,
  };
  /** @internal */
  readonly _traits: HostingTraits;

  constructor(private readonly props: AsyncHostingProps) {
    this._traits = {
      instanceTypes: typesOf(props),
      loadsPrefixes: true,
      hasNetwork: true,
      // What a capture would hold lies in the bucket of answers already.
      capturesData: false,
      hasComponents: false,
      hasShadow: false,
      // Developer guide, "Alarms and logs for tracking metrics from asynchronous endpoints": an exhaustive list, without it.
      countsModelErrors: false,
      starts: startUpOf(props),
      subjects: (endpointName) => [
        { subject: variantSubject(endpointName, PRODUCTION_VARIANT), what: 'the production variant' },
      ],
      componentNames: () => [],
    };
  }

  /** @internal */
  _front(scope: Construct, { endpointName, payloadBucket }: FrontOptions): EndpointFront {
    const { props } = this;
    const at = (folder: string) => `${props.prefix ?? DEFAULT_ASYNC_PREFIX}${folder}`;
    const topicOf = (what: 'answers' | 'failures') =>
      Topic.fromTopicArn(
        scope,
        `Async-${what}`,
        Stack.of(scope).formatArn({ service: 'sns', resource: asyncTopicName(endpointName, what) }),
      );
    return {
      asynchronous: {
        bucket: props.bucket ?? payloadBucket,
        inputPrefix: at(ASYNC_PREFIX.input),
        resultPrefix: at(ASYNC_PREFIX.output),
        timeout: props.timeout,
        topics: [props.successTopic ?? topicOf('answers'), props.errorTopic ?? topicOf('failures')],
      },
    };
  }

  /** @internal */
  _faults({ payloadBucket }: HostingLoad): string[] {
    const { props } = this;
    const count = { min: 1, max: 1000, integer: true, known: true, fix: 'state a number of instances or requests' };
    return faultsOf(
      ...instanceFaults(props, this._traits.instanceTypes),
      ...this._traits.instanceTypes.map((type) => memoryFaultOf(type, props.modelMemory)),
      checkNumber('backlogPerInstance', props.backlogPerInstance, { ...count, integer: false, min: 0.1 }),
      checkNumber('maxInstances', props.maxInstances, count),
      checkDuration('scaleInCooldown', props.scaleInCooldown, {
        minMs: 0,
        maxMs: 3_600_000,
        known: true,
        wholeSeconds: true,
        fix: 'more than an hour would follow no load',
      }),
      // API reference, `InvokeEndpointAsync`, InvocationTimeoutSeconds.
      checkDuration('timeout', props.timeout, {
        minMs: 1000,
        maxMs: 3_600_000,
        known: true,
        wholeSeconds: true,
        fix: 'SageMaker gives up on an input after an hour at most',
      }),
      checkNumber('maxConcurrentInvocationsPerInstance', props.maxConcurrentInvocationsPerInstance, count),
      checkText('prefix', props.prefix, {
        pattern: /^[A-Za-z0-9!_.*'()-][A-Za-z0-9!_.*'()/-]*\/$/,
        expected: 'a prefix that ends in a slash and does not begin with one',
        known: true,
        fix: 'it is where the role may read and write',
      }),
      props.bucket === undefined && payloadBucket === undefined
        ? 'bucket is missing, expected one outside of a stage; say where requests and answers lie'
        : undefined,
    );
  }

  /** @internal */
  _configure(context: HostingContext): HostingConfig {
    const { props } = this;
    return {
      production: {
        variantName: PRODUCTION_VARIANT,
        modelName: context.model.attrModelName,
        // An endpoint is created with one instance at least; scaling takes it away where nothing waits.
        initialInstanceCount: Math.max(1, context.minimumInstances),
        initialVariantWeight: 1,
        ...instanceSettings(props),
      },
      asyncInferenceConfig: this.asyncConfig(context),
      metricsConfig: metricsConfigOf(props),
      keepsCount: true,
      rollsOut: true,
    };
  }

  /** @internal */
  _complete(context: HostingContext, endpoint: CfnEndpoint): ComponentModel[] {
    this.scale(context, endpoint);
    return [];
  }

  private scale(context: HostingContext, endpoint: CfnEndpoint): void {
    const { scope, endpointName, minimumInstances: min, severityCeiling } = context;
    const { props } = this;
    const target = new EndpointTarget(scope, 'Scaling', {
      resourceId: `endpoint/${endpointName}/variant/${PRODUCTION_VARIANT}`,
      dimension: VARIANT_DIMENSION,
      min,
      max: Math.max(1, min, props.maxInstances ?? 2),
      schedules: [],
      scaled: endpoint,
    });
    const queue = queueSubject(endpointName);
    target.trackMetric('ApproximateBacklogSizePerInstance', queue.dimensionsMap, props.backlogPerInstance ?? BACKLOG, {
      scaleInCooldown: props.scaleInCooldown ?? SCALE_IN,
      scaleOutCooldown: SCALE_OUT,
    });
    if (min > 0) return;
    // With no instance there is no backlog per instance: tracking alone never leaves zero.
    endpointAlarm(
      scope,
      endpointName,
      {
        ...AT_ONCE,
        id: 'wake-backlog',
        metric: sageMakerMetric(queue, 'HasBacklogWithoutCapacity', { statistic: Stats.MAXIMUM, period: MINUTE }),
        what: 'requests wait and no instance runs; this starts one',
        actions: [wakeAction(target.stepUp(Duration.minutes(5)))],
      },
      severityCeiling,
    );
  }

  private asyncConfig(context: HostingContext): CfnEndpointConfig.AsyncInferenceConfigProperty {
    const { props } = this;
    const { role } = context;
    const bucket = props.bucket ?? context.payloadBucket;
    if (bucket === undefined) throw new Error('checked before: an asynchronous endpoint has a bucket');
    const at = (folder: string) => `${props.prefix ?? DEFAULT_ASYNC_PREFIX}${folder}`;
    grantPrefix(role, bucket, at(ASYNC_PREFIX.input), 'read');
    grantPrefix(role, bucket, at(ASYNC_PREFIX.output), 'write');
    return {
      clientConfig: { maxConcurrentInvocationsPerInstance: props.maxConcurrentInvocationsPerInstance },
      outputConfig: {
        s3OutputPath: bucket.s3UrlForObject(at(ASYNC_PREFIX.output)),
        s3FailurePath: bucket.s3UrlForObject(at(ASYNC_PREFIX.failure)),
        kmsKeyId: bucket.encryptionKey?.keyArn,
        notificationConfig: this.notifications(context),
      },
    };
  }

  private notifications(
    context: HostingContext,
  ): CfnEndpointConfig.AsyncInferenceNotificationConfigProperty | undefined {
    const successTopic = this.props.successTopic ?? stageTopic(context, 'answers');
    const errorTopic = this.props.errorTopic ?? stageTopic(context, 'failures');
    for (const topic of [successTopic, errorTopic]) if (topic !== undefined) grantPublish(context.role, topic);
    if (successTopic === undefined && errorTopic === undefined) return undefined;
    return { successTopic: successTopic?.topicArn, errorTopic: errorTopic?.topicArn };
  }
}

/** Found by its literal name by whoever brings answers into records. */
function stageTopic(context: HostingContext, what: 'answers' | 'failures'): ITopic | undefined {
  if (!context.isInStage) return undefined;
  return new Topic(context.scope, what === 'answers' ? 'Answers' : 'Failures', {
    topicName: asyncTopicName(context.endpointName, what),
    masterKey: context.encryptionKey,
    enforceSSL: true,
  });
}

function grantPublish(role: Role, topic: ITopic): void {
  role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn] }));
  if (topic.masterKey !== undefined) grantKeyThrough(topic.masterKey, role, [{ service: 'sns', access: 'write' }]);
}
