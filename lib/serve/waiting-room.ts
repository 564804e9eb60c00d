import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type Function as LambdaFunction, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../protocol/env';
import type { PredictConfig } from '../../protocol/handler-config';
import { WORKER_ASK_MS } from '../../protocol/waiting';
import { acknowledge } from '../core/acknowledge';
import { grantKeyThrough } from '../core/grants';
import { type FunctionSettings, HandlerFunction } from '../core/handler-function';
import type { IBoundModelBackend } from '../endpoint/api';
import type { IModelRegistry } from '../lifecycle/api';
import type { DeferredAnswers, IPredictionLog } from './api';

/** @internal */
export interface WaitingRoomProps {
  readonly deployment: string;
  readonly model: string;
  /** The endpoint whose fleet may sleep. */
  readonly backend: IBoundModelBackend;
  readonly registry: IModelRegistry;
  readonly log: IPredictionLog;
  readonly config: PredictConfig;
  /** How long a request may wait. */
  readonly waitTime: Duration;
  readonly functionSettings: FunctionSettings;
}

/** The first message of a batch is asked alone, the others side by side; then the writes. */
const WORKER_TIMEOUT = Duration.millis(2 * WORKER_ASK_MS + 15_000);
/** A message whose worker was killed comes again after this; longer than any worker lives, or two would have it. */
const VISIBILITY = Duration.seconds(2 * WORKER_TIMEOUT.toSeconds());
/**
 * Waiting takes no receives, because a message that must wait is sent anew: so many mean that it cannot be dealt with. Five, as
 * the Lambda guide has it, so that throttled invocations alone do not give a message up.
 */
const MAX_RECEIVES = 5;
/** A fleet that has just woken is one instance: twenty requests at a time are a load that it can start with. */
const BATCH_SIZE = 5;
const MAX_CONCURRENCY = 4;
/** Messages hold inputs, so they are kept no longer than anybody waits for them; a worker that is down may be put right in between. */
const RETENTION_MARGIN = Duration.minutes(15);
/** SQS counts from when a message was first sent, so that those that were given up on must be kept longer than those that wait. */
const DEAD_LETTER_RETENTION = Duration.days(1);

/**
 * Where requests to a fleet that sleeps wait: a queue, the worker that tries them until the fleet is awake and closes their
 * records, and a queue of what it could not deal with, whose records the worker closes as failed.
 *
 * @internal
 */
export class WaitingRoom extends Construct implements DeferredAnswers {
  readonly functionName: string;
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  private readonly queue: Queue;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WaitingRoomProps,
  ) {
    super(scope, id);
    this.functionName = `${props.deployment}-answer-waiting`;
    this.queueName = `${props.deployment}-waiting`;
    this.deadLetterQueueName = `${props.deployment}-waiting-failed`;
    const deadLetters = this.makeQueue('Failed', this.deadLetterQueueName, DEAD_LETTER_RETENTION);
    acknowledge(deadLetters, 'AwsSolutions-SQS3', 'it is a dead-letter queue itself');
    this.queue = this.makeQueue('Queue', this.queueName, props.waitTime.plus(RETENTION_MARGIN), deadLetters);
    const worker = this.worker(deadLetters);
    this.feed(worker, 'Waiting', this.queue);
    this.feed(worker, 'GivenUp', deadLetters);
  }

  /** Lets the function that takes predictions have requests wait here. */
  connectFront(handler: LambdaFunction): void {
    this.allowSending(handler);
    this.props.log.connectWaitingInputs(handler);
    handler.addEnvironment(ENV.waitSeconds, String(this.props.waitTime.toSeconds()));
  }

  private makeQueue(id: string, queueName: string, retentionPeriod: Duration, deadLetters?: Queue): Queue {
    const { encryptionKey } = this.props.functionSettings;
    return new Queue(this, id, {
      queueName,
      encryption: encryptionKey === undefined ? QueueEncryption.SQS_MANAGED : QueueEncryption.KMS,
      encryptionMasterKey: encryptionKey,
      enforceSSL: true,
      retentionPeriod,
      visibilityTimeout: VISIBILITY,
      deadLetterQueue: deadLetters === undefined ? undefined : { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
  }

  private worker(deadLetters: Queue): HandlerFunction {
    const { deployment, model, backend, registry, log, config, functionSettings } = this.props;
    const worker = new HandlerFunction(this, 'Worker', {
      ...functionSettings,
      handler: 'answer-waiting',
      functionName: this.functionName,
      description: `answers requests to ${deployment} that wait for its fleet to wake`,
      timeout: WORKER_TIMEOUT,
      config,
      // A message that must wait is sent anew each minute, into the queue that invokes this very function. Lambda takes that for a
      // runaway and stops it after some sixteen invocations, a quarter of an hour. It is none: each message carries `waitUntil`,
      // after which it is closed and not sent again.
      recursiveLoop: RecursiveLoop.ALLOW,
    });
    worker.addEnvironment(ENV.deployment, deployment);
    worker.addEnvironment(ENV.model, model);
    worker.addEnvironment(ENV.waitingDeadLetters, deadLetters.queueArn);
    registry.connectRouting(worker);
    log.connectCloser(worker);
    log.connectWaitingWorker(worker);
    backend.connect(worker);
    this.allowSending(worker);
    return worker;
  }

  private allowSending(handler: LambdaFunction): void {
    handler.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
    this.allowKey(handler);
    handler.addEnvironment(ENV.waitingQueue, this.queue.queueUrl);
  }

  /** What Lambda does in the name of the function, to bring it messages. */
  private feed(worker: LambdaFunction, id: string, queue: Queue): void {
    worker.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        resources: [queue.queueArn],
      }),
    );
    new EventSourceMapping(this, id, {
      target: worker,
      eventSourceArn: queue.queueArn,
      batchSize: BATCH_SIZE,
      maxConcurrency: MAX_CONCURRENCY,
      reportBatchItemFailures: true,
    });
  }

  private allowKey(handler: LambdaFunction): void {
    const { encryptionKey } = this.props.functionSettings;
    if (encryptionKey !== undefined) {
      // The worker sends too: a message that must wait is sent anew.
      grantKeyThrough(encryptionKey, handler, [{ service: 'sqs', access: 'write' }]);
    }
  }
}
