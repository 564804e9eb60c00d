import type { CapacitySize, DeploymentConfig } from '@aws-sdk/client-sagemaker';
import { validationException } from '../api-error';
import type { PlannedVariant } from './fleet';

const MAX_ALARMS = 10;

/** What the API does not accept as the way to roll a configuration out. */
export function refuseDeployment(deployment: DeploymentConfig | undefined, plan: readonly PlannedVariant[]): void {
  if (deployment === undefined) return;
  const { BlueGreenUpdatePolicy: blueGreen, RollingUpdatePolicy: rolling, AutoRollbackConfiguration } = deployment;
  if (blueGreen !== undefined && rolling !== undefined) {
    refuse('only one of BlueGreenUpdatePolicy and RollingUpdatePolicy may be given');
  }
  if ((AutoRollbackConfiguration?.Alarms ?? []).length > MAX_ALARMS) refuse(`there are more than ${MAX_ALARMS} alarms`);
  if (plan.some(({ model }) => model === undefined)) refuse('inference components take no deployment policy');
  if (
    rolling !== undefined &&
    (plan.length > 1 || plan.some(({ variant }) => variant.ServerlessConfig !== undefined))
  ) {
    refuse('a rolling update takes one variant, and none that is serverless');
  }
  refuseShare('MaximumBatchSize', rolling?.MaximumBatchSize, 5, 50);
  const routing = blueGreen?.TrafficRoutingConfiguration;
  if (routing?.Type === 'CANARY') refuseShare('CanarySize', routing.CanarySize ?? {}, 1, 50);
  if (routing?.Type === 'LINEAR') refuseShare('LinearStepSize', routing.LinearStepSize ?? {}, 10, 50);
  refuseTimes(blueGreen);
}

function refuseShare(name: string, size: Partial<CapacitySize> | undefined, least: number, most: number): void {
  if (size === undefined || size.Type === 'INSTANCE_COUNT') return;
  const { Type, Value } = size;
  if (Type !== 'CAPACITY_PERCENT' || Value === undefined || Value < least || Value > most) {
    refuse(`${name} is ${Value} %, it must be from ${least} to ${most} %`);
  }
}

function refuseTimes(policy: DeploymentConfig['BlueGreenUpdatePolicy']): void {
  const { TerminationWaitInSeconds = 0, MaximumExecutionTimeoutInSeconds, TrafficRoutingConfiguration } = policy ?? {};
  const waits = TerminationWaitInSeconds + (TrafficRoutingConfiguration?.WaitIntervalInSeconds ?? 0);
  if (MaximumExecutionTimeoutInSeconds !== undefined && MaximumExecutionTimeoutInSeconds <= waits) {
    refuse(`MaximumExecutionTimeoutInSeconds ${MaximumExecutionTimeoutInSeconds} is within the waits of ${waits} s`);
  }
}

function refuse(why: string): never {
  throw validationException(`Invalid DeploymentConfig: ${why}.`);
}
