import { Duration, Size, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { componentName, DEFAULT_CONTENT_TYPE } from '../../protocol/endpoint';
import { ENV } from '../../protocol/env';
import { checkText, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { endpointLink } from '../core/console-link';
import type {
  BackendCapabilities,
  EndpointBindOptions,
  EndpointFront,
  IBoundEndpoint,
  IBoundModelBackend,
  IModelBackend,
  ModelBackendBindOptions,
} from './api';
import type { AsyncHostingProps } from './async-hosting';
import type { ScaleToZeroHostingProps } from './component-hosting';
import { DesiredVersion } from './desired-version';
import { invocationArns } from './endpoint-arns';
import type { IEndpointHosting } from './hosting';
import type { ModelSource } from './model-source';
import type { RealTimeHostingProps } from './real-time-hosting';
import { SageMakerEndpoint } from './sagemaker-endpoint';
import type { EndpointOptions } from './sagemaker-endpoint-props';
import type { ServerlessHostingProps } from './serverless-hosting';

/** What every SageMaker backend has. */
export interface SageMakerBackendOptions extends EndpointOptions {
  /** The model and its container; `ModelSource.fromRegistry` is what `npx slipway models use` changes. */
  readonly model: ModelSource;
  /**
   * Content type of the requests that the container gets.
   * @default 'application/json'
   */
  readonly contentType?: string;
}

/** Properties of a backend of instances that wait for requests. */
export interface RealTimeBackendProps extends SageMakerBackendOptions, RealTimeHostingProps {}

/** Properties of a backend of containers that AWS starts for requests. */
export interface ServerlessBackendProps extends SageMakerBackendOptions, ServerlessHostingProps {}

/** Properties of a backend that works off a queue. */
export interface AsyncBackendProps extends SageMakerBackendOptions, AsyncHostingProps {}

/** Properties of a backend whose fleet goes to zero. */
export interface ScaleToZeroBackendProps extends SageMakerBackendOptions, ScaleToZeroHostingProps {}

/** An endpoint that somebody else deploys. */
export interface ImportedEndpointProps {
  /** Its name, in the region and account of the stage. */
  readonly endpointName: string;
  /**
   * The inference component that answers.
   * @default the endpoint has none
   */
  readonly inferenceComponentName?: string;
  /**
   * Content type of the requests that the container gets.
   * @default 'application/json'
   */
  readonly contentType?: string;
}

/** What requests need to know of an endpoint: literal names, so that no stack refers to another. */
interface Invoked {
  readonly endpointName: string;
  readonly inferenceComponentName?: string;
  readonly contentType: string;
  readonly answersLater: boolean;
  readonly front: EndpointFront;
}

class InvokedEndpoint implements IBoundModelBackend {
  readonly consoleLink: string;
  readonly front: EndpointFront;

  constructor(
    private readonly scope: Construct,
    private readonly invoked: Invoked,
  ) {
    this.front = invoked.front;
    this.consoleLink = endpointLink(scope, invoked.endpointName);
  }

  connect(handler: LambdaFunction): void {
    const { endpointName, inferenceComponentName, contentType, answersLater } = this.invoked;
    const components = inferenceComponentName === undefined ? [] : [inferenceComponentName];
    handler.addToRolePolicy(
      new PolicyStatement({
        actions: [answersLater ? 'sagemaker:InvokeEndpointAsync' : 'sagemaker:InvokeEndpoint'],
        resources: invocationArns(this.scope, endpointName, components),
      }),
    );
    handler.addEnvironment(ENV.endpoint, endpointName);
    handler.addEnvironment(ENV.contentType, contentType);
    if (inferenceComponentName !== undefined) handler.addEnvironment(ENV.inferenceComponent, inferenceComponentName);
  }
}

/** Runs the model on an endpoint of the stage's own. */
export class SageMakerBackend implements IModelBackend {
  readonly capabilities: BackendCapabilities;

  constructor(
    private readonly hosting: IEndpointHosting,
    private readonly options: SageMakerBackendOptions,
  ) {
    this.capabilities = hosting.capabilities;
  }

  bind(scope: Construct, options: ModelBackendBindOptions): IBoundModelBackend {
    const { deployment, minimumInstances, payloadBucket } = options;
    const hasComponents = this.hosting._traits.componentNames(deployment).length > 0;
    return new InvokedEndpoint(scope, {
      endpointName: deployment,
      inferenceComponentName: hasComponents ? componentName(deployment) : undefined,
      contentType: contentTypeOf(scope, this.options.contentType),
      answersLater: this.capabilities.answersLater ?? false,
      front: this.hosting._front(scope, { endpointName: deployment, minimumInstances, payloadBucket }),
    });
  }

  bindEndpoint(scope: Construct, options: EndpointBindOptions): IBoundEndpoint {
    const { deployment, functionSettings: settings } = options;
    const { model, rollout, vpc, vpcSubnets, securityGroups, networkIsolation, rollbackAlarms, dataCapture } =
      this.options;
    return new SageMakerEndpoint(scope, 'Endpoint', {
      endpointName: deployment,
      hosting: this.hosting,
      model,
      vpc,
      vpcSubnets,
      securityGroups,
      networkIsolation,
      rollbackAlarms,
      dataCapture,
      rollout: rollout ?? options.rollout,
      objectives: options.objectives,
      minimumInstances: options.minimumInstances,
      encryptionKey: options.encryptionKey,
      logRetention: settings.logRetention,
      logRemovalPolicy: settings.logRemovalPolicy,
      severityCeiling: options.severityCeiling,
      _stage: {
        desired: new DesiredVersion(Stack.of(scope), deployment),
        registry: options.registry,
        model: options.model,
        demandsRollbackAlarm: options.demandsRollbackAlarm,
        payloadBucket: options.payloadBucket,
      },
    });
  }
}

/** Asks an endpoint that is deployed elsewhere; its versions, scaling and rollouts are not this stage's. */
export class ImportedEndpointBackend implements IModelBackend {
  readonly capabilities: BackendCapabilities = {
    maxTimeout: Duration.seconds(60),
    maxInput: Size.mebibytes(6),
    keepsInstances: false,
  };

  constructor(private readonly props: ImportedEndpointProps) {}

  bind(scope: Construct): IBoundModelBackend {
    const { endpointName, inferenceComponentName } = this.props;
    const rule = {
      pattern: /^[A-Za-z0-9](?:-*[A-Za-z0-9]){0,62}$/,
      expected: '1 to 63 letters, digits and hyphens',
      known: true,
      fix: 'copy the name from SageMaker',
    };
    const faults = faultsOf(
      checkText('endpointName', endpointName, rule),
      checkText('inferenceComponentName', inferenceComponentName, rule),
    );
    if (faults.length > 0) throw new ConfigError(scope, faults);
    const contentType = contentTypeOf(scope, this.props.contentType);
    return new InvokedEndpoint(scope, {
      endpointName,
      inferenceComponentName,
      contentType,
      answersLater: false,
      // Only a fleet of components can be at zero; whether this one ever is, whoever deploys it knows.
      front: { mayBeAsleep: inferenceComponentName !== undefined },
    });
  }

  bindEndpoint(): undefined {
    return undefined;
  }
}

function contentTypeOf(scope: Construct, contentType: string | undefined): string {
  const faults = faultsOf(
    checkText('contentType', contentType, {
      pattern: /^[a-z]+\/[a-z0-9.+-]+(?:; ?[a-z-]+=[A-Za-z0-9-]+)?$/,
      expected: 'a media type such as "application/json"',
      known: true,
      fix: 'give what the container reads',
    }),
  );
  if (faults.length > 0) throw new ConfigError(scope, faults);
  return contentType ?? DEFAULT_CONTENT_TYPE;
}
