import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { acknowledgeWildcard } from '../core/acknowledge';
import { deadLetterQueue } from '../core/dead-letter-queue';
import { grantKeyThrough } from '../core/grants';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import type { AsynchronousExchange } from '../endpoint/api';
import type { DeferredAnswers, IPredictionLog } from './api';

/** @internal */
export interface AsyncAnswersProps {
  readonly deployment: string;
  /** Where the endpoint reads and writes, and whom it tells. */
  readonly exchange: AsynchronousExchange;
  readonly log: IPredictionLog;
  readonly config: PredictConfig;
  /** How long a request may wait in the endpoint's queue. */
  readonly waitTime: Duration;
  readonly functionSettings: FunctionSettings;
}

/** SageMaker's own default for the time of one input. */
const DEFAULT_TIMEOUT = Duration.minutes(15);
/** Reading a result of 2 MB, its guard and two writes, each with its second attempt. */
const HANDLER_TIMEOUT = Duration.seconds(30);
/** A notification whose function is throttled is kept that long; one that fails is tried three times, over three minutes. */
const MAX_EVENT_AGE = Duration.hours(2);

/**
 * Brings the results of an asynchronous endpoint into the records of the requests that it was given: a function that is
 * subscribed to the endpoint's topics, and a queue of notifications that it could not deal with. They name places, and hold
 * nothing of an input.
 *
 * @internal
 */
export class AsyncAnswers extends Construct implements DeferredAnswers {
  readonly functionName: string;
  readonly deadLetterQueueName: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AsyncAnswersProps,
  ) {
    super(scope, id);
    const { deployment, exchange, log, config, functionSettings } = props;
    this.functionName = `${deployment}-answer-async`;
    this.deadLetterQueueName = `${deployment}-async-failed`;
    const handler = new HandlerFunction(this, 'Handler', {
      ...functionSettings,
      handler: 'answer-async',
      functionName: this.functionName,
      description: `closes records of ${deployment} with what its asynchronous endpoint answers`,
      timeout: HANDLER_TIMEOUT,
      config,
    });
    handler.configureAsyncInvoke({
      onFailure: new SqsDestination(this.failed()),
      retryAttempts: 2,
      maxEventAge: MAX_EVENT_AGE,
    });
    handler.addEnvironment(ENV.deployment, deployment);
    handler.addEnvironment(ENV.asyncInputs, this.uriOf(exchange.inputPrefix));
    handler.addEnvironment(ENV.asyncResults, this.uriOf(exchange.resultPrefix));
    log.connectCloser(handler);
    this.allow(handler, ['s3:DeleteObject', 's3:GetObject'], exchange.resultPrefix);
    this.allow(handler, ['s3:DeleteObject'], exchange.inputPrefix);
    for (const topic of exchange.topics) topic.addSubscription(new LambdaSubscription(handler));
  }

  /** Lets the function that takes predictions leave inputs for the endpoint. */
  connectFront(handler: LambdaFunction): void {
    const { exchange, waitTime } = this.props;
    this.allow(handler, ['s3:PutObject'], exchange.inputPrefix);
    handler.addEnvironment(ENV.asyncInputs, this.uriOf(exchange.inputPrefix));
    handler.addEnvironment(ENV.asyncTimeoutSeconds, String((exchange.timeout ?? DEFAULT_TIMEOUT).toSeconds()));
    handler.addEnvironment(ENV.waitSeconds, String(waitTime.toSeconds()));
  }

  private failed(): Queue {
    const queue = deadLetterQueue(this, 'Failed', this.deadLetterQueueName);
    return queue;
  }

  private uriOf(prefix: string): string {
    return this.props.exchange.bucket.s3UrlForObject(prefix);
  }

  private allow(handler: LambdaFunction, actions: string[], prefix: string): void {
    const { bucket } = this.props.exchange;
    const objects = bucket.arnForObjects(`${prefix}*`);
    handler.addToRolePolicy(new PolicyStatement({ actions, resources: [objects] }));
    acknowledgeWildcard(handler.role ?? handler, objects, 'inputs and results are keyed by inference id');
    // The stage's own key is granted with the records.
    const access = actions.includes('s3:PutObject') ? 'write' : 'read';
    if (bucket.encryptionKey !== undefined) {
      grantKeyThrough(bucket.encryptionKey, handler, [{ service: 's3', access }]);
    }
  }
}
