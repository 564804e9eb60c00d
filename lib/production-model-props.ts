import type { Duration, Environment } from 'aws-cdk-lib';
import type { ProductionContract } from './contract/api';
import type { FunctionSettings } from './core/handler-function';
import type { DataPipelineOptions } from './data/data-pipeline-props';
import type { IModelBackend } from './endpoint/api';
import type { WarmUp } from './endpoint/warm-up';
import type { GuardPolicy } from './guard/api';
import type { IAlarmRoute } from './monitor/api';
import type { ApiAccess } from './serve/api-access';
import type { StageProfile } from './stage/api';

/** Properties of a `ProductionModel`. */
export interface ProductionModelProps {
  /** Where the stage is deployed; its region must be one that the contract allows. */
  readonly env: Environment;
  /** Name of the model: lower case letters, digits and single hyphens. */
  readonly model: string;
  /** What production demands of the model. */
  readonly contract: ProductionContract;
  /** What this stage differs by. */
  readonly profile: StageProfile;
  /** Where the model runs. */
  readonly backend: IModelBackend;
  /**
   * The data that the model learns from: a pipeline that makes dataset versions.
   * @default the stage has no data of its own
   */
  readonly data?: DataPipelineOptions;
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
   * Who is told about alarms.
   * @default as the contract's `owner.onCall` says; without one, a topic of the stage's own that nobody subscribes to
   */
  readonly alarmRoute?: IAlarmRoute;
  /**
   * The first request to an endpoint that was started or changed; only for backends with an endpoint of their own.
   * @default one with the body `{}`; none for asynchronous endpoints
   */
  readonly warmUp?: WarmUp;
  /**
   * How long a request may wait for its answer, where the backend lets requests wait; a minute to six hours.
   * @default 30 minutes
   */
  readonly waitTime?: Duration;
  /**
   * Where the runbook is that alarms name; the alarm's id is added as fragment. An https URL is one that can be opened at night.
   * @default 'docs/runbook.md' of this package
   */
  readonly runbook?: string;
  /**
   * How functions reach the network.
   * @default functions run outside of any VPC
   */
  readonly network?: FunctionSettings;
}
