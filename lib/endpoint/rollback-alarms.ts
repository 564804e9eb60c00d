import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { show } from '../core/checks';
import { ConfigError } from '../core/config-error';

/** Which alarms roll a bad version back while it takes over. */
export class RollbackAlarms {
  /** Alarms on failures and latency, derived from what the endpoint is held to. */
  static fromObjectives(): RollbackAlarms {
    return new RollbackAlarms(true, [], '');
  }

  /**
   * None: a bad version stays until somebody sees it.
   *
   * @param reason why; three words at least
   */
  static none(reason: string): RollbackAlarms {
    if (!/\S+\s+\S+\s+\S+/.test(reason)) {
      throw new ConfigError(
        'RollbackAlarms.none',
        `the reason is ${show(reason)}, expected three words at least; say why nothing should roll a bad version back`,
      );
    }
    return new RollbackAlarms(false, [], reason);
  }

  private constructor(
    /** Whether alarms are derived. */
    readonly derived: boolean,
    /** Further alarms. */
    readonly further: IAlarm[],
    /** Why there are none. */
    readonly reason: string,
  ) {}

  /**
   * These and others. A metric alarm that exists before the endpoint, by a literal name; SageMaker takes no composite alarm
   * (developer guide, "Auto-rollback configuration and monitoring").
   */
  plus(...alarms: IAlarm[]): RollbackAlarms {
    return new RollbackAlarms(this.derived, [...this.further, ...alarms], this.reason);
  }
}
