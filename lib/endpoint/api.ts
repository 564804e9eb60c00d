import { type CfnCondition, Duration, type Size } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';
import { checkDuration, checkNumber, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import type { FunctionSettings } from '../core/handler-function';
import type { IModelRegistry } from '../lifecycle/api';
import type { Severity } from '../monitor/api';

/** What a model backend can do; a contract or a profile that asks for more fails synthesis. */
export interface BackendCapabilities {
  /** The longest that one request may take. */
  readonly maxTimeout: Duration;
  /** The largest input. */
  readonly maxInput: Size;
  /** Whether instances can be kept running without traffic. */
  readonly keepsInstances: boolean;
  /**
   * Whether it has an endpoint, in a stack of its own, which `bindEndpoint` makes and whose version and state are parameters.
   * @default false
   */
  readonly ownsEndpoint?: boolean;
  /**
   * Whether it runs nothing while nobody asks, so that the first request finds no capacity.
   * @default false
   */
  readonly scalesToZero?: boolean;
  /**
   * Whether it answers later, by a result that lies in a bucket.
   * @default false
   */
  readonly answersLater?: boolean;
  /**
   * Whether a new version can take over on a second fleet, all at once.
   * @default false
   */
  readonly blueGreen?: boolean;
  /**
   * Whether traffic can be moved to the second fleet in parts (canary, linear).
   * @default false
   */
  readonly trafficShifting?: boolean;
  /**
   * Whether a new version can take over in batches of the same fleet.
   * @default false
   */
  readonly rolling?: boolean;
  /**
   * Whether a shadow variant can be asked beside the production variant.
   * @default false
   */
  readonly shadow?: boolean;
}

/** What a backend is bound with. */
export interface ModelBackendBindOptions {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** Versions and artefacts of the model. */
  readonly registry: IModelRegistry;
  /** Deadline of one request. */
  readonly timeout: Duration;
  /** Instances to keep running without traffic. */
  readonly minimumInstances: number;
  /** Where payloads of the stage lie; an asynchronous backend exchanges requests and answers there. */
  readonly payloadBucket: IBucket;
  /** How functions of the stage are run and logged. */
  readonly functionSettings: FunctionSettings;
}

/** A backend in a stack. */
export interface IBoundModelBackend {
  /** Where a person looks when the backend fails. */
  readonly consoleLink: string;
  /**
   * What the API in front of it must know, where the backend is a SageMaker endpoint.
   * @default the backend is none
   */
  readonly front?: EndpointFront;
  /** Lets a function call the backend and tells it how. */
  connect(handler: LambdaFunction): void;
}

/** What an endpoint is held to; its scaling and the alarms that roll it back are derived from it. */
export interface EndpointObjectives {
  /** 95 of 100 answers are given within it. */
  readonly latencyP95: Duration;
  /** Share of requests that must not fail, in percent. */
  readonly availability: number;
  /** Requests a second at the peak. */
  readonly peakRequestsPerSecond: number;
}

/** What an endpoint in a stack of its own is made with. */
export interface EndpointBindOptions {
  /** `<model>-<stage>`; the endpoint's name. */
  readonly deployment: string;
  /** Name of the model, as the registry files it. */
  readonly model: string;
  /** Versions and artefacts of the model. */
  readonly registry: IModelRegistry;
  /** What the contract holds the endpoint to. */
  readonly objectives: EndpointObjectives;
  /** Instances to keep running without traffic. */
  readonly minimumInstances: number;
  /** How a new version takes over, as the profile says. */
  readonly rollout: Rollout;
  /** Whether synthesis fails without an alarm that rolls a bad version back. */
  readonly demandsRollbackAlarm: boolean;
  /** The most severe that an alarm can be. */
  readonly severityCeiling: Severity;
  /** Encrypts volumes, where the instances allow it, and logs. */
  readonly encryptionKey: IKey;
  /** How logs are kept; a VPC in it is not the endpoint's. */
  readonly functionSettings: FunctionSettings;
  /**
   * Where an asynchronous backend keeps requests and answers, unless it has a bucket of its own.
   * @default an asynchronous backend must name its bucket
   */
  readonly payloadBucket?: IBucket;
}

/** An inference component and the model that it is to serve. */
export interface ComponentModel {
  /** Name of the component, a literal. */
  readonly componentName: string;
  /** Name of the model as the template refers to it; changes with every rollout. */
  readonly modelName: string;
}

/** The image that a variant must run. */
export interface VariantImage {
  /** Name of the variant, production or shadow. */
  readonly variantName: string;
  /** Image as the model names it; with a digest, the digest is compared. */
  readonly image: string;
}

/** An endpoint in a stack. */
export interface IBoundEndpoint {
  /** What it is made of. */
  readonly construct: IConstruct;
  /** Literal. */
  readonly endpointName: string;
  /** Name of the configuration that the template asks for; changes with every rollout. */
  readonly endpointConfigName: string;
  /**
   * Images of the production and the shadow variant, by which a rollout is verified; empty where inference components bring the
   * models, of which a variant tells nothing.
   */
  readonly images: VariantImage[];
  /** How long an update of its stack may take: a fleet that starts, the rollout, and the way back; 10 hours at most. */
  readonly updateTimeout: Duration;
  /** Literal names of the alarms that roll a bad version back. */
  readonly rollbackAlarmNames: string[];
  /** Literal names of the inference components; empty where the endpoint has none. */
  readonly inferenceComponentNames: string[];
  /** What the inference components are to serve; their rollouts leave the configuration of the endpoint as it is. */
  readonly components: ComponentModel[];
  /**
   * On what the endpoint exists: a version is wanted and the state is running. Undefined where it always exists.
   */
  readonly running?: CfnCondition;
  /** Where a person looks when the endpoint fails. */
  readonly consoleLink: string;
}

/** Runs a model. Made by `ModelBackend`. */
export interface IModelBackend {
  readonly capabilities: BackendCapabilities;
  /** Creates what runs the model in `scope`, or finds what `bindEndpoint` created by its literal names. */
  bind(scope: Construct, options: ModelBackendBindOptions): IBoundModelBackend;
  /** Creates the endpoint of a backend that has one, in a stack of its own; undefined for other backends. */
  bindEndpoint(scope: Construct, options: EndpointBindOptions): IBoundEndpoint | undefined;
}

/** How long a new version is watched, and how long the change may take. */
export interface RolloutOptions {
  /**
   * How long alarms are watched after each step, before the next one or the end; up to an hour.
   * @default 10 minutes; none for `allAtOnce`
   */
  readonly bake?: Duration;
  /**
   * When SageMaker gives up; 10 minutes to 8 hours.
   * @default computed from the steps, the bake time and the time-outs of the instances
   */
  readonly timeout?: Duration;
}

/** A part of the fleet first, then the rest. */
export interface CanaryRolloutOptions extends RolloutOptions {
  /**
   * The part, in percent of the capacity; 1 to 50.
   * @default 10
   */
  readonly percent?: number;
}

/** Equal parts, one after the other. */
export interface LinearRolloutOptions extends RolloutOptions {
  /**
   * One part, in percent of the capacity; 10 to 50.
   * @default 25
   */
  readonly stepPercent?: number;
}

/** Batches that replace each other on one fleet. */
export interface RollingRolloutOptions extends RolloutOptions {
  /**
   * One batch, in percent of the capacity; 5 to 50.
   * @default 25
   */
  readonly batchPercent?: number;
}

const HOUR_MS = 3_600_000;
const DEFAULT_BAKE = Duration.minutes(10);

/**
 * How a new version takes over from the one that serves. Canary, linear and all at once need a second fleet for the time of the
 * change, and with it twice the quota; rolling needs one batch more. Limits: API reference, `TrafficRoutingConfig`,
 * `BlueGreenUpdatePolicy` and `RollingUpdatePolicy`.
 */
export class Rollout {
  /** The whole traffic at once, onto a second fleet; the old one waits for the bake time. */
  static allAtOnce(options: RolloutOptions = {}): Rollout {
    return new Rollout('all-at-once', 100, { ...options, bake: options.bake ?? Duration.seconds(0) });
  }

  /** A part of the traffic for the bake time, then the rest, then the bake time again. */
  static canary(options: CanaryRolloutOptions = {}): Rollout {
    return new Rollout('canary', options.percent ?? 10, options, [1, 50]);
  }

  /** Equal parts of the traffic, each for the bake time. */
  static linear(options: LinearRolloutOptions = {}): Rollout {
    return new Rollout('linear', options.stepPercent ?? 25, options, [10, 50]);
  }

  /** Batch by batch on the same fleet: needs the least capacity beside it, and takes the longest. */
  static rolling(options: RollingRolloutOptions = {}): Rollout {
    return new Rollout('rolling', options.batchPercent ?? 25, options, [5, 50]);
  }

  /** How long each step is watched. */
  readonly bake: Duration;
  /** When SageMaker gives up; computed where it is undefined. */
  readonly timeout?: Duration;

  private constructor(
    /** all-at-once, canary, linear or rolling. */
    readonly kind: string,
    /** The first part, one part or one batch, in percent. */
    readonly percent: number,
    options: RolloutOptions,
    [min, max]: readonly [number, number] = [100, 100],
  ) {
    this.bake = options.bake ?? DEFAULT_BAKE;
    this.timeout = options.timeout;
    const faults = faultsOf(
      checkNumber('the part of the fleet', percent, {
        min,
        max,
        integer: true,
        known: true,
        fix: 'SageMaker takes no other part, in percent of the capacity',
      }),
      checkDuration('bake', this.bake, {
        minMs: 0,
        maxMs: HOUR_MS,
        known: true,
        wholeSeconds: true,
        fix: 'SageMaker waits an hour at most',
      }),
      checkDuration('timeout', options.timeout, {
        minMs: 600_000,
        maxMs: 8 * HOUR_MS,
        known: true,
        wholeSeconds: true,
        fix: 'SageMaker takes 10 minutes to 8 hours',
      }),
    );
    if (faults.length > 0) throw new ConfigError(`Rollout "${kind}"`, faults);
  }

  /** As a person says it, such as `canary 10 %, watched for 10 minutes`. */
  toString(): string {
    const part = this.kind === 'all-at-once' ? this.kind : `${this.kind} ${this.percent} %`;
    const minutes = this.bake.toMinutes({ integral: false });
    return minutes === 0 ? part : `${part}, watched for ${minutes} minutes`;
  }
}

/** Where an asynchronous endpoint reads its inputs and writes its results, and whom it tells. */
export interface AsynchronousExchange {
  /** Holds inputs and results. */
  readonly bucket: IBucket;
  /** Prefix of inputs, ending in a slash. */
  readonly inputPrefix: string;
  /** Prefix of results, ending in a slash. */
  readonly resultPrefix: string;
  /** Topics that are told of results and of failures. */
  readonly topics: ITopic[];
  /**
   * How long the model may take for one input, up to an hour.
   * @default 15 minutes
   */
  readonly timeout?: Duration;
}

/** What the API in front of a SageMaker endpoint must know of it. */
export interface EndpointFront {
  /**
   * Whether all of its instances may be gone while nobody asks, so that requests are let wait for them.
   * @default false
   */
  readonly mayBeAsleep?: boolean;
  /**
   * Whether it loads a model when it is asked for it (serverless and multi-model endpoints), and says so until it has.
   * @default false
   */
  readonly loadsOnDemand?: boolean;
  /**
   * How it answers later, where it is asynchronous.
   * @default it answers at once
   */
  readonly asynchronous?: AsynchronousExchange;
}
