import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct, IConstruct } from 'constructs';
import { checkDuration, checkNumber, checkText, faultsOf } from '../core/checks';
import type { Severity } from '../monitor/api';
import type { BackendCapabilities, ComponentModel, EndpointFront, EndpointObjectives, Rollout } from './api';
import { instancesOf, instanceTypeFaults, volumeFaults } from './instance-types';
import type { ModelSource } from './model-source';
import type { StartUp } from './rollout-plan';
import type { MetricSubject } from './sagemaker-metric';

/** How an endpoint runs its model. Made by `EndpointHosting`. */
export interface IEndpointHosting {
  /** What it can do. */
  readonly capabilities: BackendCapabilities;
  /**
   * What it needs to be known for before it is built.
   *
   * @internal
   */
  readonly _traits: HostingTraits;
  /**
   * What the API in front of the endpoint must know of it.
   *
   * @internal
   */
  _front(scope: Construct, options: FrontOptions): EndpointFront;
  /**
   * All faults for this load.
   *
   * @internal
   */
  _faults(load: HostingLoad): string[];
  /**
   * Builds what the endpoint is configured with, before the endpoint.
   *
   * @internal
   */
  _configure(context: HostingContext): HostingConfig;
  /**
   * Builds what hangs on the endpoint, after it; the inference components among it.
   *
   * @returns what the inference components are to serve
   *
   * @internal
   */
  _complete(context: HostingContext, endpoint: CfnEndpoint): ComponentModel[];
}

/** @internal */
export interface FrontOptions {
  readonly endpointName: string;
  readonly minimumInstances: number;
  /** Where payloads of the stage lie. */
  readonly payloadBucket: IBucket;
}

/** @internal */
export interface HostingTraits {
  /** All types that instances can be of; empty where AWS chooses. */
  readonly instanceTypes: readonly string[];
  /** Whether artefacts can be prefixes of uncompressed files. */
  readonly loadsPrefixes: boolean;
  /** Whether containers run in a VPC and can be isolated from the network. */
  readonly hasNetwork: boolean;
  /** Whether a shadow variant is asked too. */
  readonly hasShadow: boolean;
  /** Whether SageMaker can capture what the model answers. */
  readonly capturesData: boolean;
  /** Whether the network and the role belong to the configuration, because the containers do: inference components. */
  readonly hasComponents: boolean;
  /** Whether `InvocationModelErrors` is published. */
  readonly countsModelErrors: boolean;
  /** What instances may take to start. */
  readonly starts: StartUp;
  /** What publishes the metrics by which a new version is judged, in an endpoint of this name. */
  subjects(endpointName: string): readonly NamedSubject[];
  /** Names of the inference components in an endpoint of this name. */
  componentNames(endpointName: string): readonly string[];
}

/** @internal */
export interface NamedSubject {
  readonly subject: MetricSubject;
  /** Part of alarm names where there are several. */
  readonly of?: string;
  /** As in a sentence. */
  readonly what: string;
}

/** @internal */
export interface HostingLoad {
  readonly minimumInstances: number;
  readonly objectives?: EndpointObjectives;
  readonly payloadBucket?: IBucket;
}

/** @internal */
export interface HostingContext extends HostingLoad {
  readonly scope: Construct;
  readonly endpointName: string;
  readonly role: Role;
  readonly model: CfnModel;
  /** Makes a further model, with the same network and role. */
  makeModel(id: string, source: ModelSource): CfnModel;
  readonly rollout: Rollout;
  readonly rollbackAlarms: readonly RollbackAlarm[];
  /** Whether others of the stage find what is made here by literal names. */
  readonly isInStage: boolean;
  readonly encryptionKey?: IKey;
  readonly severityCeiling?: Severity;
}

/** @internal */
export interface RollbackAlarm {
  readonly name: string;
  readonly resource: IConstruct;
  /** Part of the names of what it watches; absent for the model that answers predictions. */
  readonly of?: string;
  /** Given by the user, for whatever rolls out. */
  readonly isForAll?: boolean;
}

/** @internal */
export interface HostingConfig {
  readonly production: CfnEndpointConfig.ProductionVariantProperty;
  readonly shadow?: CfnEndpointConfig.ProductionVariantProperty;
  readonly asyncInferenceConfig?: CfnEndpointConfig.AsyncInferenceConfigProperty;
  readonly metricsConfig?: CfnEndpointConfig.MetricsConfigProperty;
  /** Whether scaling changes the number of instances, which a deployment must then leave alone. */
  readonly keepsCount: boolean;
  /** Whether the endpoint itself rolls out; inference components do it on their own. */
  readonly rollsOut: boolean;
  /** Percent of the requests that a shadow variant gets. */
  readonly shadowPercent?: number;
}

/** What instances of every hosting have. */
export interface InstanceOptions {
  /** Such as `ml.g5.xlarge`. */
  readonly instanceType: string;
  /**
   * Types that take its place where there is no capacity, in this order; 4 at most.
   * @default none: a deployment waits for capacity and fails without
   */
  readonly fallbackInstanceTypes?: string[];
  /**
   * How long capacity is looked for, over all types together, before the operation fails; 5 minutes to an hour. A type without
   * capacity is not waited for: the next one is tried at once.
   * @default as SageMaker does
   */
  readonly capacityTimeout?: Duration;
  /**
   * Size of the disk for image and artefact, in GB; not for instances with local disks.
   * @default as SageMaker chooses for the type
   */
  readonly volumeSizeGb?: number;
  /**
   * How long the container may take to answer `GET /ping`; 1 minute to an hour.
   * @default 10 minutes
   */
  readonly startupTimeout?: Duration;
  /**
   * How long downloading and unpacking the artefact may take; 1 minute to an hour.
   * @default 10 minutes
   */
  readonly downloadTimeout?: Duration;
  /**
   * Machine image with the drivers that the container needs, such as `al2023-ami-sagemaker-inference-gpu-4-1` (NVIDIA 580) for
   * CUDA 12.8 and later. On one that is too old a container fails without a log.
   * @default as SageMaker chooses
   */
  readonly inferenceAmiVersion?: string;
  /**
   * Whether requests go to the instance with the fewest in flight, instead of a random one.
   * @default true
   */
  readonly leastOutstandingRequests?: boolean;
  /**
   * Whether metrics are published for each instance, container and GPU. They cost as custom metrics do.
   * @default false
   */
  readonly enhancedMetrics?: boolean;
}

const START_UP = Duration.minutes(10);

export function startUpOf(options: InstanceOptions): StartUp {
  return {
    downloadSeconds: (options.downloadTimeout ?? START_UP).toSeconds({ integral: false }),
    startupSeconds: (options.startupTimeout ?? START_UP).toSeconds({ integral: false }),
  };
}

/** The preferred type, and those that take its place. */
export function typesOf({ instanceType, fallbackInstanceTypes = [] }: InstanceOptions): string[] {
  return [instanceType, ...fallbackInstanceTypes];
}

/** What is wrong with the options of instances; `types` are all that get them. */
export function instanceFaults(options: InstanceOptions, types: readonly string[]): string[] {
  return faultsOf(
    ...instanceTypeFaults(typesOf(options)),
    ...optionFaults(options),
    ...volumeFaults(types, options.volumeSizeGb),
  );
}

/** Limits of the API reference, `ProductionVariant`. */
function optionFaults(options: InstanceOptions): (string | undefined)[] {
  const wait = {
    minMs: 60_000,
    maxMs: 3_600_000,
    known: true,
    wholeSeconds: true,
    fix: 'SageMaker takes a minute to an hour',
  };
  return [
    checkDuration('startupTimeout', options.startupTimeout, wait),
    checkDuration('downloadTimeout', options.downloadTimeout, wait),
    checkDuration('capacityTimeout', options.capacityTimeout, { ...wait, minMs: 300_000 }),
    checkNumber('volumeSizeGb', options.volumeSizeGb, {
      min: 1,
      max: 512,
      integer: true,
      known: true,
      fix: 'SageMaker takes up to 512 GB',
    }),
    checkText('inferenceAmiVersion', options.inferenceAmiVersion, {
      pattern: /^[a-z0-9][a-z0-9.-]{0,127}$/,
      expected: 'a name such as "al2-ami-sagemaker-inference-gpu-3-1"',
      fix: 'take it from the API reference, ProductionVariant',
    }),
  ];
}

/** What a variant gets from the options of its instances. */
export function instanceSettings(options: InstanceOptions) {
  return {
    ...instancesOf(typesOf(options)),
    volumeSizeInGb: options.volumeSizeGb,
    variantInstanceProvisionTimeoutInSeconds: options.capacityTimeout?.toSeconds(),
    inferenceAmiVersion: options.inferenceAmiVersion,
    routingConfig: {
      routingStrategy: (options.leastOutstandingRequests ?? true) ? 'LEAST_OUTSTANDING_REQUESTS' : 'RANDOM',
    },
    ...startSettings(startUpOf(options)),
  };
}

/** The same for a variant and for an inference component. */
export function startSettings({ downloadSeconds, startupSeconds }: StartUp) {
  return {
    containerStartupHealthCheckTimeoutInSeconds: startupSeconds,
    modelDataDownloadTimeoutInSeconds: downloadSeconds,
  };
}

export function metricsConfigOf(options: InstanceOptions): CfnEndpointConfig.MetricsConfigProperty | undefined {
  return options.enhancedMetrics ? { enableEnhancedMetrics: true } : undefined;
}
