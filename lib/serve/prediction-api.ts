import { Duration, Size } from 'aws-cdk-lib';
import { LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import type { PredictConfig, RecordsConfig } from '../../protocol/handler-config';
import { DEFAULT_WAIT_SECONDS } from '../../protocol/waiting';
import { acknowledge } from '../core/acknowledge';
import { checkDuration, checkNumber, checkText, faultsOf } from '../core/checks';
import { CLAUSE } from '../core/clause';
import { ConfigError } from '../core/config-error';
import { deploymentName, MAX_DEPLOYMENT_NAME, NAME_PATTERN } from '../core/deployment-name';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import { Trace } from '../core/trace';
import type { IBoundModelBackend, IModelBackend } from '../endpoint/api';
import { GuardPolicy } from '../guard/api';
import type { IModelRegistry } from '../lifecycle/api';
import type { DeferredAnswers, IPredictionApi, IPredictionLog } from './api';
import { ApiAccess, type ApiAuthorization } from './api-access';
import { AsyncAnswers } from './async-answers';
import { answerWithProblems } from './gateway-responses';
import { predictionRestApi } from './rest-api';
import { WaitingRoom } from './waiting-room';

/** Properties of a `PredictionApi`. */
export interface PredictionApiProps {
  /** Name of the model, as the registry files it. */
  readonly model: string;
  /** Name of the stage. */
  readonly stageName: string;
  /** What answers. */
  readonly backend: IModelBackend;
  /** Versions of the model and which one is live. */
  readonly registry: IModelRegistry;
  /** Where predictions are recorded. */
  readonly log: IPredictionLog;
  /** Deadline of one request, at most 28 s. */
  readonly timeout: Duration;
  /** Requests a second at the peak. */
  readonly peakRequestsPerSecond: number;
  /**
   * The rate limit as a multiple of the peak; the burst is two seconds of it.
   * @default 2
   */
  readonly throttleHeadroom?: number;
  /**
   * What may go to the model and come back.
   * @default GuardPolicy.standard()
   */
  readonly guard?: GuardPolicy;
  /**
   * Who may call.
   * @default ApiAccess.iam()
   */
  readonly access?: ApiAccess;
  /**
   * The label that counts as positive in feedback.
   * @default all labels count alike
   */
  readonly positiveLabel?: string;
  /**
   * Provisioned concurrency of the function that takes predictions; 0 for none.
   * @default 0
   */
  readonly provisionedConcurrency?: number;
  /**
   * Instances of the backend that are kept running without traffic.
   * @default 0
   */
  readonly minimumInstances?: number;
  /**
   * How long a request may wait for its answer, where the backend lets requests wait: an endpoint whose fleet sleeps, or an
   * asynchronous one. A minute to six hours.
   * @default 30 minutes
   */
  readonly waitTime?: Duration;
  /**
   * How functions are run and logged.
   * @default logs kept for a month, no VPC, no customer-managed key
   */
  readonly functionSettings?: FunctionSettings;
}

/** How often abandoned records are looked for. */
const SWEEP_INTERVAL = Duration.minutes(1);

/**
 * A regional REST API in front of a model: `POST /predictions`, `GET /predictions/{id}`,
 * `POST /predictions/{id}/feedback`, `GET /health`. Every prediction is recorded before its answer leaves; every answer that
 * is not a prediction is a problem document (RFC 9457).
 *
 * @example
 * new PredictionApi(this, 'Api', { model: 'spam-filter', stageName: 'pilot', backend, registry, log,
 *   timeout: Duration.seconds(2), peakRequestsPerSecond: 40 });
 */
export class PredictionApi extends Construct implements IPredictionApi {
  readonly deployment: string;
  readonly apiName: string;
  readonly apiStageName = 'v1';
  readonly predictFunctionName: string;
  readonly recordsFunctionName: string;
  readonly sweepFunctionName: string;
  readonly sweepDeadLetterQueueName: string;
  readonly deferred?: DeferredAnswers;
  /** URL of the API's stage. */
  readonly url: string;
  /** The API. */
  readonly restApi: RestApi;
  /** The backend, bound. */
  readonly backend: IBoundModelBackend;

  constructor(scope: Construct, id: string, props: PredictionApiProps) {
    super(scope, id);
    checkProps(this, props);
    this.deployment = deploymentName(props.model, props.stageName);
    this.apiName = this.deployment;
    this.predictFunctionName = `${this.deployment}-predict`;
    this.recordsFunctionName = `${this.deployment}-records`;
    this.sweepFunctionName = `${this.deployment}-sweep-records`;
    this.sweepDeadLetterQueueName = `${this.deployment}-sweep-failed`;

    const settings = props.functionSettings ?? {};
    this.backend = props.backend.bind(this, {
      deployment: this.deployment,
      registry: props.registry,
      timeout: props.timeout,
      minimumInstances: props.minimumInstances ?? 0,
      functionSettings: settings,
    });
    const later = this.answersLater(props, settings);
    this.deferred = later;
    const predict = this.predictFunction(props, settings, later);
    const records = this.recordsFunction(props, settings);
    this.sweepFunction(props.log, settings);

    const authorization = (props.access ?? ApiAccess.iam()).bind(this, {
      deployment: this.deployment,
      functionSettings: settings,
    });
    this.restApi = predictionRestApi(this, {
      name: this.apiName,
      stageName: this.apiStageName,
      requestsPerSecond: props.peakRequestsPerSecond * (props.throttleHeadroom ?? 2),
      functionSettings: settings,
    });
    this.url = this.restApi.url;
    this.addRoutes(authorization, predict, records);
    answerWithProblems(this.restApi);
  }

  /** Lets `grantee` call the API with AWS credentials. */
  grantInvoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [
        this.restApi.arnForExecuteApi('POST', '/predictions', this.apiStageName),
        this.restApi.arnForExecuteApi('GET', '/predictions/*', this.apiStageName),
        this.restApi.arnForExecuteApi('POST', '/predictions/*/feedback', this.apiStageName),
        this.restApi.arnForExecuteApi('GET', '/health', this.apiStageName),
      ],
    });
  }

  /** What answers requests that were accepted, where the backend lets them wait. */
  private answersLater(
    props: PredictionApiProps,
    functionSettings: FunctionSettings,
  ): WaitingRoom | AsyncAnswers | undefined {
    const { front } = this.backend;
    const waitTime = props.waitTime ?? Duration.seconds(DEFAULT_WAIT_SECONDS);
    const common = { deployment: this.deployment, log: props.log, config: configOf(props), waitTime, functionSettings };
    if (front?.asynchronous !== undefined)
      return new AsyncAnswers(this, 'Async', { ...common, exchange: front.asynchronous });
    if (front?.mayBeAsleep !== true) return undefined;
    const { model, registry } = props;
    return new WaitingRoom(this, 'Waiting', { ...common, model, registry, backend: this.backend });
  }

  private predictFunction(
    props: PredictionApiProps,
    settings: FunctionSettings,
    later: WaitingRoom | AsyncAnswers | undefined,
  ): IFunction {
    const handler = new HandlerFunction(this, 'Predict', {
      ...settings,
      // Two bundles, because every client that is parsed costs a cold start, and each needs one that the other does not.
      handler: this.backend.front === undefined ? 'predict' : 'predict-endpoint',
      functionName: this.predictFunctionName,
      description: `takes predictions of ${this.deployment}`,
      // The handler answers by its own deadline; three seconds are for a record that needs its second attempt. 29 s is the
      // API's limit.
      timeout: Duration.seconds(Math.min(29, Math.ceil(props.timeout.toSeconds({ integral: false })) + 3)),
      // 0.58 of a processor: guards and TLS need it, and a cold start is mostly processor time.
      memory: Size.mebibytes(1024),
      config: configOf(props),
    });
    handler.addEnvironment(ENV.deployment, this.deployment);
    handler.addEnvironment(ENV.model, props.model);
    handler.addEnvironment(ENV.timeoutMs, String(props.timeout.toMilliseconds()));
    props.registry.connectRouting(handler);
    props.log.connectWriter(handler);
    this.backend.connect(handler);
    later?.connectFront(handler);
    Trace.enforce(CLAUSE.timeout, handler, `answers 504 after ${props.timeout.toMilliseconds()} ms`);

    const provisioned = props.provisionedConcurrency ?? 0;
    return new Alias(this, 'Serving', {
      aliasName: 'serving',
      version: handler.currentVersion,
      provisionedConcurrentExecutions: provisioned > 0 ? provisioned : undefined,
    });
  }

  private recordsFunction(props: PredictionApiProps, settings: FunctionSettings): IFunction {
    const config: RecordsConfig = { positiveLabel: props.positiveLabel };
    const handler = new HandlerFunction(this, 'Records', {
      ...settings,
      handler: 'records',
      functionName: this.recordsFunctionName,
      description: `answers for past predictions of ${this.deployment} and takes feedback`,
      timeout: Duration.seconds(10),
      config,
    });
    handler.addEnvironment(ENV.deployment, this.deployment);
    props.log.connectReader(handler);
    return handler;
  }

  private sweepFunction(log: IPredictionLog, settings: FunctionSettings): void {
    const failed = new Queue(this, 'SweepFailed', {
      queueName: this.sweepDeadLetterQueueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(failed, 'AwsSolutions-SQS3', 'it is a dead-letter queue itself');
    const handler = new HandlerFunction(this, 'Sweep', {
      ...settings,
      handler: 'sweep-records',
      functionName: this.sweepFunctionName,
      description: `closes records of ${this.deployment} that a killed handler left open`,
      timeout: Duration.minutes(1),
    });
    handler.configureAsyncInvoke({
      onFailure: new SqsDestination(failed),
      retryAttempts: 1,
      maxEventAge: Duration.minutes(10),
    });
    handler.addEnvironment(ENV.deployment, this.deployment);
    log.connectSweeper(handler);
    new Rule(this, 'SweepSchedule', {
      description: `looks for records of ${this.deployment} that were left open`,
      schedule: Schedule.rate(SWEEP_INTERVAL),
      targets: [new LambdaTarget(handler)],
    });
  }

  private addRoutes(authorization: ApiAuthorization, predict: IFunction, records: IFunction): void {
    const toPredict = new LambdaIntegration(predict, { allowTestInvoke: false });
    const toRecords = new LambdaIntegration(records, { allowTestInvoke: false });
    const predictions = this.restApi.root.addResource('predictions');
    predictions.addMethod('POST', toPredict, authorization);
    const prediction = predictions.addResource('{id}');
    prediction.addMethod('GET', toRecords, authorization);
    prediction.addResource('feedback').addMethod('POST', toRecords, authorization);
    this.restApi.root.addResource('health').addMethod('GET', toPredict, authorization);
  }
}

function configOf({ guard = GuardPolicy.standard() }: PredictionApiProps): PredictConfig {
  return { guard: guard._document() };
}

/** Zero means none, so that a token, which compares as below zero, would silently mean none too. */
const INSTANCES = { min: 0, max: 1000, integer: true, known: true, fix: 'use 0 for none' } as const;

function checkProps(scope: Construct, props: PredictionApiProps): void {
  const nameRule = {
    pattern: NAME_PATTERN,
    expected: 'lower case letters, digits and single hyphens, beginning with a letter',
    fix: 'it becomes part of function names and metric dimensions',
  };
  const faults = faultsOf(
    checkText('model', props.model, nameRule),
    checkText('stageName', props.stageName, nameRule),
    checkDuration('timeout', props.timeout, {
      minMs: 1,
      maxMs: 28_000,
      known: true,
      fix: 'the API ends a request after 29 s',
    }),
    checkNumber('peakRequestsPerSecond', props.peakRequestsPerSecond, {
      min: 0.01,
      max: 100_000,
      known: true,
      fix: 'state the highest load that must be served',
    }),
    checkNumber('throttleHeadroom', props.throttleHeadroom, {
      min: 1,
      max: 100,
      known: true,
      fix: 'below 1 the peak would be refused',
    }),
    checkDuration('waitTime', props.waitTime, {
      minMs: 60_000,
      maxMs: 21_600_000,
      known: true,
      fix: 'an asynchronous endpoint keeps a request for a minute to six hours',
    }),
    checkNumber('provisionedConcurrency', props.provisionedConcurrency, INSTANCES),
    checkNumber('minimumInstances', props.minimumInstances, INSTANCES),
    checkText('positiveLabel', props.positiveLabel, {
      pattern: /^[^\p{Cc}]{1,256}$/u,
      expected: '1 to 256 characters',
      known: true,
      fix: 'give the label as the model answers it',
    }),
  );
  const deployment = deploymentName(props.model, props.stageName);
  if (deployment.length > MAX_DEPLOYMENT_NAME) {
    faults.push(
      `"${deployment}" has ${deployment.length} characters, expected at most ${MAX_DEPLOYMENT_NAME}; shorten the model's or the stage's name`,
    );
  }
  faults.push(...checkCapabilities(props));
  if (faults.length > 0) throw new ConfigError(scope, faults);
}

function checkCapabilities({ backend, timeout, minimumInstances }: PredictionApiProps): string[] {
  const { maxTimeout, keepsInstances } = backend.capabilities;
  const faults: string[] = [];
  if (!timeout.isUnresolved() && timeout.toMilliseconds() > maxTimeout.toMilliseconds()) {
    faults.push(
      `timeout is ${timeout.toMilliseconds()} ms, the backend takes at most ${maxTimeout.toMilliseconds()} ms; lower it, or choose another backend`,
    );
  }
  if ((minimumInstances ?? 0) > 0 && !keepsInstances) {
    faults.push(
      `minimumInstances is ${minimumInstances}, the backend cannot keep instances running; use 0, or choose another backend`,
    );
  }
  return faults;
}
