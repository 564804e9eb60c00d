import type { Rule } from '../rule';
import { sageMakerApi } from '../sources';
import type { Field } from '../template/field';
import { deploymentsOf, fixedInstanceCount } from './deployments';

const LONGEST_WAIT = 3600;
/** Of linear steps it is 10. */
const SMALLEST_STEP = 5;
const TIMEOUT = { min: 600, max: 28_800 };

export const rolloutTimeRules: readonly Rule[] = [
  {
    id: 'rollout-time-range',
    severity: 'error',
    what: 'A wait or the time-out of a rollout is outside of what SageMaker takes',
    limit: `Waits 0 to ${LONGEST_WAIT} s; \`MaximumExecutionTimeoutInSeconds\` ${TIMEOUT.min} to ${TIMEOUT.max} s`,
    source: sageMakerApi('BlueGreenUpdatePolicy'),
    fix: 'Set a time within the range',
    *check(subject) {
      for (const { config } of deploymentsOf(subject)) {
        const { waits, timeouts } = timesOf(config);
        for (const wait of waits) {
          if (isOutside(wait, 0, LONGEST_WAIT)) yield { at: wait, message: `a wait is ${wait.number} s` };
        }
        for (const timeout of timeouts) {
          if (isOutside(timeout, TIMEOUT.min, TIMEOUT.max)) {
            yield { at: timeout, message: `the time-out of a rollout is ${timeout.number} s` };
          }
        }
      }
    },
  },
  {
    id: 'rollout-timeout',
    severity: 'error',
    what: 'A rollout must end before its waits have: every update fails',
    limit:
      '`MaximumExecutionTimeoutInSeconds` is more than all its waits together; a fleet has as many steps as instances at most',
    source: sageMakerApi('BlueGreenUpdatePolicy'),
    fix: 'Allow for all waits and for the time in which instances start, or wait less',
    *check(subject) {
      for (const { config, endpoint } of deploymentsOf(subject)) {
        const instances = endpoint === undefined ? undefined : fixedInstanceCount(subject, endpoint);
        for (const [policy, seconds] of [
          ['BlueGreenUpdatePolicy', blueGreenWaits(config.at('BlueGreenUpdatePolicy'), instances)],
          ['RollingUpdatePolicy', rollingWaits(config.at('RollingUpdatePolicy'), instances)],
        ] as const) {
          const at = config.at(policy, 'MaximumExecutionTimeoutInSeconds');
          const timeout = at.number;
          if (timeout === undefined || timeout > seconds || seconds === 0) continue;
          yield { at, message: `the time-out is ${timeout} s and the waits alone take ${seconds} s` };
        }
      }
    },
  },
];

function timesOf(config: Field): { readonly waits: readonly Field[]; readonly timeouts: readonly Field[] } {
  const blueGreen = config.at('BlueGreenUpdatePolicy');
  const rolling = config.at('RollingUpdatePolicy');
  return {
    waits: [
      blueGreen.at('TrafficRoutingConfiguration', 'WaitIntervalInSeconds'),
      blueGreen.at('TerminationWaitInSeconds'),
      rolling.at('WaitIntervalInSeconds'),
    ],
    timeouts: [blueGreen, rolling].map((policy) => policy.at('MaximumExecutionTimeoutInSeconds')),
  };
}

function isOutside({ number }: Field, min: number, max: number): boolean {
  return number !== undefined && (number < min || number > max);
}

/**
 * The least that the waits take: what is not known counts nothing. Interval and termination count once in any case, whatever the
 * fleet (API reference, `MaximumExecutionTimeoutInSeconds`).
 */
function blueGreenWaits(policy: Field, instances: number | undefined): number {
  const routing = policy.at('TrafficRoutingConfiguration');
  const interval = routing.at('WaitIntervalInSeconds').number ?? 0;
  const step = share(routing.at('LinearStepSize'));
  // Between n steps there are n - 1 waits; a canary is followed by one.
  const waits = routing.at('Type').text === 'LINEAR' ? Math.max(1, leastSteps(step, instances) - 1) : 1;
  return waits * interval + (policy.at('TerminationWaitInSeconds').number ?? 0);
}

/** Every batch is watched for the interval. */
function rollingWaits(policy: Field, instances: number | undefined): number {
  return leastSteps(share(policy.at('MaximumBatchSize')), instances) * (policy.at('WaitIntervalInSeconds').number ?? 0);
}

/** A step is one instance at least, and no more than its share rounded up: two instances are two steps of 10 %, and not ten. */
function leastSteps(percent: number | undefined, instances: number | undefined): number {
  if (percent === undefined || instances === undefined || instances < 1) return 1;
  return Math.ceil(instances / Math.ceil((instances * percent) / 100));
}

/** In percent; a share that another rule finds too small says nothing about time. */
function share(size: Field): number | undefined {
  const value = size.at('Type').text === 'CAPACITY_PERCENT' ? size.at('Value').number : undefined;
  return value === undefined || value < SMALLEST_STEP || value > 100 ? undefined : value;
}
