import type { ConnectedAws } from '../aws';
import type { DeploymentFault, Faults } from '../faults';
import { HostingFault } from '../hosting/hosting-fault';
import type { ModelHost } from '../hosting/model-host';
import type { Background, Timings } from '../timings';
import type { Endpoint } from './endpoint';
import type { EndpointConfig } from './endpoint-configs';
import { Fleet, type PlannedVariant } from './fleet';

export interface RolloutServices {
  readonly host: ModelHost;
  readonly faults: Faults;
  readonly timings: Timings;
  readonly background: Background;
  readonly aws: () => ConnectedAws | undefined;
}

/** How often the rollback alarms are looked at. */
const WATCH_MS = 50;
const NO_CAPACITY =
  'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.';
const INTERNAL = 'Request to service failed. If failure persists after retry, contact customer support.';

/** The alarm of a fault, where there is such an alarm. */
export async function raiseAlarm({ alarm }: DeploymentFault, aws: ConnectedAws | undefined): Promise<void> {
  if (alarm === undefined || !(await aws?.alarmStates([alarm]))?.has(alarm)) return;
  await aws?.raise(alarm, 'fault of the rehearsal: what is new fails requests');
}

/** Brings endpoints from one status to the next, as the service does after it answered the call. */
export class Rollout {
  constructor(private readonly services: RolloutServices) {}

  /** Creating, then InService or Failed. */
  create(endpoint: Endpoint, plan: readonly PlannedVariant[]): void {
    this.run(endpoint, async () => {
      await this.services.background.pause(this.services.timings.creating);
      const fault = this.takeFault('creation', endpoint, plan);
      const started = await this.start(plan, fault);
      if (typeof started === 'string') {
        endpoint.set('Failed', started);
        return;
      }
      endpoint.fleet = started;
      endpoint.set('InService');
    });
  }

  /**
   * Updating, then InService with the new configuration; or RollingBack and InService with the old one, which served all the
   * while. Of a rollback for an alarm the endpoint keeps no trace but its configuration.
   */
  update(endpoint: Endpoint, config: EndpointConfig, plan: readonly PlannedVariant[]): void {
    const { background, timings } = this.services;
    this.run(endpoint, async () => {
      await background.pause(timings.updating);
      const fault = this.takeFault('update', endpoint, plan);
      if (fault?.kind === 'update-fails') {
        endpoint.pending = undefined;
        endpoint.set('Failed', INTERNAL);
        await endpoint.fleet?.stop();
        endpoint.fleet = undefined;
        return;
      }
      const started = await this.start(plan, fault);
      if (typeof started === 'string') return this.rollBack(endpoint, started);
      const fired = await this.watch(endpoint, fault);
      if (fired) {
        await started.stop();
        return this.rollBack(endpoint);
      }
      const old = endpoint.fleet;
      endpoint.fleet = started;
      endpoint.config = config;
      endpoint.pending = undefined;
      endpoint.set('InService');
      await old?.stop();
    });
  }

  /** Updating, then InService with `change` done. */
  scale(endpoint: Endpoint, change: () => void): void {
    this.run(endpoint, async () => {
      await this.services.background.pause(this.services.timings.updating);
      change();
      endpoint.set('InService');
    });
  }

  /** Deleting, then `gone`. */
  delete(endpoint: Endpoint, gone: () => Promise<void>): void {
    endpoint.set('Deleting');
    this.run(endpoint, async () => {
      await this.services.background.pause(this.services.timings.deleting);
      await endpoint.fleet?.stop();
      await gone();
    });
  }

  private takeFault(
    call: 'creation' | 'update',
    endpoint: Endpoint,
    plan: readonly PlannedVariant[],
  ): DeploymentFault | undefined {
    const models = plan.flatMap(({ variant }) => (variant.ModelName === undefined ? [] : [variant.ModelName]));
    return this.services.faults.takeDeployment(call, endpoint.name, models);
  }

  /** The fleet, or why there is none. */
  private async start(plan: readonly PlannedVariant[], fault: DeploymentFault | undefined): Promise<Fleet | string> {
    if (fault?.kind === 'no-capacity') return NO_CAPACITY;
    if (fault?.kind === 'model-fails') {
      const [first] = plan;
      return `The primary container for production variant ${first?.variant.VariantName} did not pass the ping health check. Please check CloudWatch logs for this endpoint.`;
    }
    try {
      return await Fleet.start(plan, this.services.host);
    } catch (error) {
      if (error instanceof HostingFault) return error.message;
      throw error;
    }
  }

  /** Whether one of the rollback alarms was in ALARM while the new fleet was watched. */
  private async watch(endpoint: Endpoint, fault: DeploymentFault | undefined): Promise<boolean> {
    const { background, timings, aws } = this.services;
    const declared = endpoint.deploymentConfig?.AutoRollbackConfiguration?.Alarms ?? [];
    const names = declared.flatMap(({ AlarmName }) => (AlarmName === undefined ? [] : [AlarmName]));
    if (fault?.kind === 'rollback') {
      await raiseAlarm(fault, aws());
      await background.pause(timings.baking / 2);
      return true;
    }
    const until = Date.now() + timings.baking;
    while (names.length > 0 && Date.now() < until) {
      const states = await aws()?.alarmStates(names);
      if ([...(states?.values() ?? [])].includes('ALARM')) return true;
      await background.pause(WATCH_MS);
    }
    return false;
  }

  private async rollBack(endpoint: Endpoint, reason?: string): Promise<void> {
    endpoint.pending = undefined;
    endpoint.set('RollingBack', reason);
    await this.services.background.pause(this.services.timings.rollingBack);
    endpoint.set('InService', reason);
  }

  /** Whatever goes wrong, the endpoint does not stay in progress for ever. */
  private run(endpoint: Endpoint, work: () => Promise<void>): void {
    this.services.background.start(async () => {
      try {
        await work();
      } catch (error) {
        endpoint.pending = undefined;
        endpoint.set('Failed', INTERNAL);
        throw error;
      }
    });
  }
}
