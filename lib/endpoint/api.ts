import type { Duration, Size } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
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
  /** Lets a function call the backend and tells it how. */
  connect(handler: LambdaFunction): void;
}

/** Runs a model. Made by `ModelBackend`. */
export interface IModelBackend {
  readonly capabilities: BackendCapabilities;
  /** Creates what runs the model in `scope`. */
  bind(scope: Construct, options: ModelBackendBindOptions): IBoundModelBackend;
}
