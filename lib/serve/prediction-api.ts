import { Duration, Size } from 'aws-cdk-lib';
import { LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import type { PredictConfig, RecordsConfig } from '../../protocol/handler-config';
import { METRIC } from '../../protocol/metrics';
import { DEFAULT_WAIT_SECONDS } from '../../protocol/waiting';
import { CLAUSE } from '../core/clause';
import { deadLetterQueue } from '../core/dead-letter-queue';
import { deploymentName } from '../core/deployment-name';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import { ModelMetrics } from '../core/model-metrics';
import { Trace } from '../core/trace';
import type { IBoundModelBackend } from '../endpoint/api';
import { GuardPolicy } from '../guard/api';
import type { DeferredAnswers, IPredictionApi, IPredictionLog } from './api';
import { ApiAccess, type ApiAuthorization } from './api-access';
import { AsyncAnswers } from './async-answers';
import { checkPredictionApi } from './check-prediction-api';
import { answerWithProblems } from './gateway-responses';
import type { PredictionApiProps } from './prediction-api-props';
import { predictionRestApi } from './rest-api';
import { WaitingRoom } from './waiting-room';

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
    checkPredictionApi(this, props);
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
      payloadBucket: props.log.payloadBucket,
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

  /**
   * A metric of this deployment, by its name in `protocol/metrics.ts`: sums over five minutes unless `options` say otherwise.
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return new ModelMetrics(this.deployment).metric(metricName, options);
  }

  /** Predictions that were asked for. */
  metricPredictions(options?: MetricOptions): Metric {
    return this.metric(METRIC.predictions, options);
  }

  /** Milliseconds from the start of the handler to the answer, p95 unless `options` say otherwise. */
  metricLatency(options?: MetricOptions): Metric {
    return this.metric(METRIC.latency, { statistic: Stats.percentile(95), ...options });
  }

  /** Predictions that failed because the backend failed. */
  metricBackendFailures(options?: MetricOptions): Metric {
    return this.metric(METRIC.backendFailures, options);
  }

  /** Predictions whose backend did not answer within the deadline. */
  metricBackendTimeouts(options?: MetricOptions): Metric {
    return this.metric(METRIC.backendTimeouts, options);
  }

  /** Requests that a rule of the guard blocked. */
  metricGuardBlocked(options?: MetricOptions): Metric {
    return this.metric(METRIC.guardBlocked, options);
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
    const { positiveLabel, guard = GuardPolicy.standard() } = props;
    const config: RecordsConfig = { positiveLabel, maskedTerms: guard._maskedReplyTerms() };
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
    const failed = deadLetterQueue(this, 'SweepFailed', this.sweepDeadLetterQueueName);
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
