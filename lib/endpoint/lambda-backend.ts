import { Duration, Size } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import { checkDuration, checkNumber, faultsOf } from '../core/checks';
import { ConfigError } from '../core/config-error';
import { functionLink } from '../core/console-link';
import { functionBasics } from '../core/handler-function';
import type { BackendCapabilities, IBoundModelBackend, IModelBackend, ModelBackendBindOptions } from './api';
import type { ModelCode } from './model-code';

/** Properties of a backend that runs inference code in a Lambda function. */
export interface LambdaBackendProps {
  /** The inference code. */
  readonly code: ModelCode;
  /**
   * Memory, and with it the share of a processor (1,769 MiB is one vCPU); 128 MiB to 10,240 MiB.
   * @default 1,769 MiB
   */
  readonly memory?: Size;
  /**
   * Room under `/tmp` for artefacts; 512 MiB to 10,240 MiB.
   * @default 512 MiB
   */
  readonly ephemeralStorage?: Size;
  /**
   * How long loading a version may take when a new execution environment starts; the first request waits for it at most
   * until its own deadline, the load goes on.
   * @default 1 minute
   */
  readonly loadTimeout?: Duration;
}

/** Runs the model in a Lambda function of its own. */
export class LambdaBackend implements IModelBackend {
  readonly capabilities: BackendCapabilities = {
    maxTimeout: Duration.minutes(15),
    // Lambda's limit of a synchronous payload is 6 MB; the envelope takes little, the rest is head room.
    maxInput: Size.mebibytes(5),
    keepsInstances: true,
  };

  constructor(private readonly props: LambdaBackendProps) {}

  bind(scope: Construct, options: ModelBackendBindOptions): IBoundModelBackend {
    return new BoundLambdaBackend(scope, 'Backend', this.props, options);
  }

  bindEndpoint(): undefined {
    return undefined;
  }
}

/** Longer than any deadline: a slow first load is not cut, or the next request would find nothing loaded either. */
const DEFAULT_LOAD_TIMEOUT = Duration.minutes(1);

class BoundLambdaBackend extends Construct implements IBoundModelBackend {
  readonly consoleLink: string;
  private readonly alias: Alias;

  constructor(scope: Construct, id: string, props: LambdaBackendProps, options: ModelBackendBindOptions) {
    super(scope, id);
    checkLambdaProps(this, props);
    const functionName = `${options.deployment}-model`;
    const model = props.code._function(this, 'Function', {
      ...functionBasics(this, 'Function', options.functionSettings),
      functionName,
      description: `inference of ${options.deployment}`,
      memorySize: (props.memory ?? Size.mebibytes(1769)).toMebibytes(),
      ephemeralStorageSize: props.ephemeralStorage,
      timeout: longer(options.timeout, props.loadTimeout ?? DEFAULT_LOAD_TIMEOUT),
    });
    options.registry.connectArtifacts(model);
    this.alias = serving(this, model, options.minimumInstances);
    this.consoleLink = functionLink(this, functionName);
  }

  connect(handler: LambdaFunction): void {
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.alias.functionArn] }),
    );
    handler.addEnvironment(ENV.backendFunction, this.alias.functionArn);
  }
}

function serving(scope: Construct, model: LambdaFunction, minimumInstances: number): Alias {
  return new Alias(scope, 'Serving', {
    aliasName: 'serving',
    version: model.currentVersion,
    provisionedConcurrentExecutions: minimumInstances > 0 ? minimumInstances : undefined,
  });
}

function longer(a: Duration, b: Duration): Duration {
  return Duration.seconds(Math.ceil(Math.max(a.toMilliseconds(), b.toMilliseconds()) / 1000));
}

function checkLambdaProps(scope: Construct, props: LambdaBackendProps): void {
  const faults = faultsOf(
    checkNumber('memory', props.memory?.toMebibytes(), {
      min: 128,
      max: 10_240,
      integer: true,
      fix: 'Lambda gives 128 MiB to 10,240 MiB',
    }),
    checkNumber('ephemeralStorage', props.ephemeralStorage?.toMebibytes(), {
      min: 512,
      max: 10_240,
      integer: true,
      fix: 'Lambda gives 512 MiB to 10,240 MiB; a larger model belongs on SageMaker',
    }),
    checkDuration('loadTimeout', props.loadTimeout, {
      minMs: 1000,
      maxMs: 900_000,
      fix: 'Lambda runs for 15 minutes at most',
    }),
  );
  if (faults.length > 0) throw new ConfigError(scope, faults);
}
