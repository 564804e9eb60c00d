import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Severity } from '../monitor/api';
import type { EndpointObjectives, Rollout } from './api';
import type { DataCapture } from './data-capture';
import type { EndpointNetworkOptions } from './endpoint-network';
import type { IEndpointHosting } from './hosting';
import type { ModelSource, StageSource } from './model-source';
import type { RollbackAlarms } from './rollback-alarms';

/** What an endpoint may have beside its model and hosting, alone or behind a `ModelBackend`. */
export interface EndpointOptions extends EndpointNetworkOptions {
  /**
   * How a new version takes over.
   * @default as the profile says within a stage; otherwise Rollout.allAtOnce()
   */
  readonly rollout?: Rollout;
  /**
   * Which alarms roll a bad version back.
   * @default RollbackAlarms.fromObjectives()
   */
  readonly rollbackAlarms?: RollbackAlarms;
  /**
   * What SageMaker writes down of requests.
   * @default DataCapture.off()
   */
  readonly dataCapture?: DataCapture;
}

/** Properties of a `SageMakerEndpoint`. */
export interface SageMakerEndpointProps extends EndpointOptions {
  /** Literal name, 63 characters at most: lower case letters, digits and hyphens. */
  readonly endpointName: string;
  /** The model and its container. */
  readonly model: ModelSource;
  /** How the model is run. */
  readonly hosting: IEndpointHosting;
  /**
   * What the endpoint is held to.
   * @default nothing: no alarms are derived, and the most instances must be stated
   */
  readonly objectives?: EndpointObjectives;
  /**
   * Instances, or copies of a component, that are kept without traffic.
   * @default 0, which is one where the hosting does not go to zero
   */
  readonly minimumInstances?: number;
  /**
   * Key that encrypts volumes, where no instance has local disks, and logs. Its policy must admit CloudWatch Logs; whoever
   * deploys needs `kms:CreateGrant` on it.
   * @default keys of AWS
   */
  readonly encryptionKey?: IKey;
  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of the logs when they leave the stack.
   * @default RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /**
   * The most severe that an alarm here can be.
   * @default Severity.CRITICAL
   */
  readonly severityCeiling?: Severity;
  /**
   * Within a stage: where the version comes from and what the profile demands.
   *
   * @internal
   */
  readonly _stage?: StageSource;
}
