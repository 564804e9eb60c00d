import { Duration } from 'aws-cdk-lib';
import type { CfnEndpoint, CfnInferenceComponent } from 'aws-cdk-lib/aws-sagemaker';
import type { IConstruct } from 'constructs';
import { ConfigError } from '../core/config-error';
import type { BackendCapabilities, Rollout } from './api';

/** SageMaker gives up on a rollout after 10 minutes to 8 hours (API reference, `MaximumExecutionTimeoutInSeconds`). */
const LEAST_TIMEOUT_S = 600;
const MOST_TIMEOUT_S = 28_800;

/** What getting an instance may take before the model is even downloaded; GPUs are waited for. */
const CAPACITY_WAIT_S = 900;

/** SageMaker takes ten alarms at most (API reference, `AutoRollbackConfig`). */
const MOST_ROLLBACK_ALARMS = 10;

/** What an endpoint's instances may take to start. */
export interface StartUp {
  readonly downloadSeconds: number;
  readonly startupSeconds: number;
}

/** Steps of a rollout that are each watched for the bake time, of a fleet that is large enough for them. */
export function stepsOf({ kind, percent }: Rollout): number {
  // A canary is two steps, however small its first part.
  return kind === 'canary' ? 2 : Math.ceil(100 / percent);
}

/** All waiting of a rollout together. Each step is followed by its wait, the last one too. */
export function waitingSeconds(rollout: Rollout): number {
  return stepsOf(rollout) * rollout.bake.toSeconds({ integral: false });
}

/** What waits in any case: of a fleet that is not known, one instance may be all, and one step or batch all of it. */
function leastWaitingSeconds(rollout: Rollout): number {
  const waits = rollout.kind === 'canary' || rollout.kind === 'linear' ? 2 : 1;
  return waits * rollout.bake.toSeconds({ integral: false });
}

/** How long a rollout may take: a second fleet starts once, a batch each time. */
export function timeoutSeconds(rollout: Rollout, { downloadSeconds, startupSeconds }: StartUp): number {
  if (rollout.timeout !== undefined) return rollout.timeout.toSeconds({ integral: false });
  const starts = rollout.kind === 'rolling' ? stepsOf(rollout) : 1;
  const needed = waitingSeconds(rollout) + starts * (CAPACITY_WAIT_S + downloadSeconds + startupSeconds);
  return Math.max(LEAST_TIMEOUT_S, Math.ceil(needed));
}

/** Four hours are enough for most, and waiting longer than needed costs nothing. */
const LEAST_UPDATE_S = 14_400;
/**
 * SageMaker gives a rollout eight hours at most, and a rollback is quick. Longer, and the looks at an update and at the one that takes
 * it back could come to more events than an execution may have: 25,000 (Step Functions quotas).
 */
export const LONGEST_UPDATE = Duration.hours(10);
/** What else is in the stack, and the verification of the rollout. */
const REST_OF_STACK_S = 1800;

/**
 * How long an update of the endpoint's stack may take: the first fleet of one that was stopped, the rollout, and the way back,
 * which CloudFormation goes as another rollout.
 */
export function updateSeconds(rollout: Rollout, starts: StartUp): number {
  const fleet = CAPACITY_WAIT_S + starts.downloadSeconds + starts.startupSeconds;
  const needed = fleet + 2 * timeoutSeconds(rollout, starts) + REST_OF_STACK_S;
  return Math.min(LONGEST_UPDATE.toSeconds(), Math.max(LEAST_UPDATE_S, Math.ceil(needed)));
}

/** Why this hosting cannot take a new version over in this way, or nothing. */
export function rolloutFaults(
  rollout: Rollout,
  can: BackendCapabilities,
  starts: StartUp,
  alarmWindowSeconds: number | undefined,
): string[] {
  const faults: string[] = [];
  const { kind } = rollout;
  const possible =
    (kind === 'rolling' && can.rolling) ||
    (kind === 'all-at-once' && (can.blueGreen || can.rolling)) ||
    ((kind === 'canary' || kind === 'linear') && can.trafficShifting);
  if (!possible) {
    const others = [
      ...(can.trafficShifting ? ['Rollout.canary', 'Rollout.linear'] : []),
      ...(can.rolling ? ['Rollout.rolling'] : []),
      'Rollout.allAtOnce',
    ];
    faults.push(
      `the rollout is ${rollout}, expected ${others.join(' or ')}; this hosting has no other way, give it a rollout of its own or take a profile with one`,
    );
  }
  const [waits, timeout] = [leastWaitingSeconds(rollout), timeoutSeconds(rollout, starts)];
  if (rollout.timeout !== undefined && timeout <= waits) {
    faults.push(
      `the rollout's timeout is ${timeout} s, expected more than what waits in any case (${waits} s); raise it, or watch for a shorter time`,
    );
  }
  if (timeout > MOST_TIMEOUT_S) {
    faults.push(
      `the rollout needs up to ${timeout} s, expected at most ${MOST_TIMEOUT_S} s; take larger parts, a shorter bake time, or shorter time-outs of the instances`,
    );
  }
  const bake = rollout.bake.toSeconds({ integral: false });
  if (alarmWindowSeconds !== undefined && bake > 0 && bake < alarmWindowSeconds) {
    faults.push(
      `the rollout is watched for ${bake} s, expected at least ${alarmWindowSeconds} s, which an alarm needs to fire; raise the bake time`,
    );
  }
  return faults;
}

/** Throws where more alarms roll one fleet back than SageMaker takes. */
export function checkAlarmCount(
  scope: IConstruct,
  alarms: readonly { readonly of?: string; readonly isForAll?: boolean }[],
): void {
  const forAll = alarms.filter(({ isForAll }) => isForAll).length;
  const rest = alarms.filter(({ isForAll }) => !isForAll);
  const most = Math.max(0, ...rest.map((alarm) => rest.filter(({ of }) => of === alarm.of).length)) + forAll;
  if (most <= MOST_ROLLBACK_ALARMS) return;
  throw new ConfigError(
    scope,
    `${most} alarms roll the endpoint back, expected at most ${MOST_ROLLBACK_ALARMS}; leave out the less telling ones`,
  );
}

function percentOfCapacity(value: number) {
  return { type: 'CAPACITY_PERCENT', value };
}

function rollingPolicy(rollout: Rollout, starts: StartUp) {
  return {
    maximumBatchSize: percentOfCapacity(rollout.percent),
    // Back at once: whoever rolls back knows that what serves is bad.
    rollbackMaximumBatchSize: percentOfCapacity(100),
    waitIntervalInSeconds: rollout.bake.toSeconds(),
    maximumExecutionTimeoutInSeconds: timeoutSeconds(rollout, starts),
  };
}

function rollback(alarms: readonly string[]) {
  return alarms.length === 0 ? undefined : { alarms: alarms.map((alarmName) => ({ alarmName })) };
}

/** The rollout as an endpoint takes it. Applies to updates: the first deployment has nothing to take over from. */
export function endpointDeployment(
  rollout: Rollout,
  alarms: readonly string[],
  starts: StartUp,
): CfnEndpoint.DeploymentConfigProperty {
  const autoRollbackConfiguration = rollback(alarms);
  if (rollout.kind === 'rolling') {
    return { rollingUpdatePolicy: rollingPolicy(rollout, starts), autoRollbackConfiguration };
  }
  const bake = rollout.bake.toSeconds();
  return {
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: trafficRouting(rollout, bake),
      // The old fleet stays that long, so that going back is a matter of seconds.
      terminationWaitInSeconds: bake,
      maximumExecutionTimeoutInSeconds: timeoutSeconds(rollout, starts),
    },
    autoRollbackConfiguration,
  };
}

function trafficRouting(rollout: Rollout, bake: number): CfnEndpoint.TrafficRoutingConfigProperty {
  if (rollout.kind === 'canary') {
    return { type: 'CANARY', canarySize: percentOfCapacity(rollout.percent), waitIntervalInSeconds: bake };
  }
  if (rollout.kind === 'linear') {
    return { type: 'LINEAR', linearStepSize: percentOfCapacity(rollout.percent), waitIntervalInSeconds: bake };
  }
  return { type: 'ALL_AT_ONCE', waitIntervalInSeconds: 0 };
}

/** The rollout as an inference component takes it; undefined where the component is changed at once, without alarms. */
export function componentDeployment(
  rollout: Rollout,
  alarms: readonly string[],
  starts: StartUp,
): CfnInferenceComponent.InferenceComponentDeploymentConfigProperty | undefined {
  if (rollout.kind !== 'rolling') return undefined;
  return { rollingUpdatePolicy: rollingPolicy(rollout, starts), autoRollbackConfiguration: rollback(alarms) };
}
