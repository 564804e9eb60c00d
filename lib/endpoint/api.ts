import type { Duration, Size } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { FunctionSettings } from '../core/handler-function';
import type { IModelRegistry } from '../lifecycle/api';

/** What a model backend can do; a contract or a profile that asks for more fails synthesis. */
export interface BackendCapabilities {
  /** The longest that one request may take. */
  readonly maxTimeout: Duration;
  /** The largest input. */
  readonly maxInput: Size;
  /** Whether instances can be kept running without traffic. */
  readonly keepsInstances: boolean;
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

/** Runs a model. Made by `ModelBackend`. */
export interface IModelBackend {
  readonly capabilities: BackendCapabilities;
  /** Creates what runs the model in `scope`. */
  bind(scope: Construct, options: ModelBackendBindOptions): IBoundModelBackend;
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
