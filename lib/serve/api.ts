import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** Where predictions are recorded. Each method gives a function the permission and the variable it needs, in one call. */
export interface IPredictionLog extends IConstruct {
  /** Payloads that do not fit into a record. */
  readonly payloadBucket: IBucket;
  /** For the function that writes records. */
  connectWriter(handler: LambdaFunction): void;
  /** For the function that reads records and joins feedback. */
  connectReader(handler: LambdaFunction): void;
  /** For the function that closes what killed handlers left open. */
  connectSweeper(handler: LambdaFunction): void;
  /** For a function that closes accepted records when their answer comes. */
  connectCloser(handler: LambdaFunction): void;
  /** For the function that leaves inputs, too large for a message, for the worker. */
  connectWaitingInputs(handler: LambdaFunction): void;
  /** For the worker that reads and removes such inputs. */
  connectWaitingWorker(handler: LambdaFunction): void;
}

/** How requests that were accepted get their answer: literal names. */
export interface DeferredAnswers {
  /** Function that closes their records. */
  readonly functionName: string;
  /** Queue of what it could not deal with. */
  readonly deadLetterQueueName: string;
  /**
   * Queue in which they wait.
   * @default they wait in the endpoint's own queue
   */
  readonly queueName?: string;
}

/** What others may know of a prediction API: literal names, so that no stack refers to another's resources. */
export interface IPredictionApi {
  /** `<model>-<stage>`. */
  readonly deployment: string;
  /** Name of the REST API, the value of the dimension `ApiName`. */
  readonly apiName: string;
  /** Name of the API's stage, the value of the dimension `Stage`. */
  readonly apiStageName: string;
  /** Function that takes predictions. */
  readonly predictFunctionName: string;
  /** Function that answers queries and takes feedback. */
  readonly recordsFunctionName: string;
  /** Function that closes abandoned records on a schedule. */
  readonly sweepFunctionName: string;
  /** Queue of sweeps that failed even after retries. */
  readonly sweepDeadLetterQueueName: string;
  /**
   * How accepted requests get their answer.
   * @default every request is answered at once
   */
  readonly deferred?: DeferredAnswers;
}
