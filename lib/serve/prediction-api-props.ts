import type { Duration } from 'aws-cdk-lib';
import type { FunctionSettings } from '../core/handler-function';
import type { IModelBackend } from '../endpoint/api';
import type { GuardPolicy } from '../guard/api';
import type { IModelRegistry } from '../lifecycle/api';
import type { IPredictionLog } from './api';
import type { ApiAccess } from './api-access';

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
