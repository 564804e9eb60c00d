import { Duration } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  componentDeployment,
  endpointDeployment,
  rolloutFaults,
  stepsOf,
  timeoutSeconds,
  waitingSeconds,
} from '../../lib/endpoint/rollout-plan';
import { EndpointHosting, Rollout } from '../../lib/index';
import { messageOf } from '../support';

const minutes = Duration.minutes;
const STARTS = { downloadSeconds: 600, startupSeconds: 600 };
const REAL_TIME = EndpointHosting.realTime({ instanceType: 'ml.m5.large' }).capabilities;
const SERVERLESS = EndpointHosting.serverless().capabilities;
const COMPONENTS = EndpointHosting.scaleToZero({ instanceType: 'ml.g5.xlarge' }).capabilities;

describe('the arithmetic of a rollout', () => {
  it.each<[string, Rollout, number, number, number]>([
    // A second fleet starts once: 900 s for capacity, 600 s to download, 600 s to start.
    ['all at once', Rollout.allAtOnce(), 1, 0, 2100],
    ['all at once, watched', Rollout.allAtOnce({ bake: minutes(5) }), 1, 300, 2400],
    ['canary', Rollout.canary(), 2, 1200, 3300],
    ['canary of half', Rollout.canary({ percent: 50, bake: minutes(1) }), 2, 120, 2220],
    ['linear', Rollout.linear({ stepPercent: 10 }), 10, 6000, 8100],
    ['linear of thirds', Rollout.linear({ stepPercent: 34 }), 3, 1800, 3900],
    // Each batch starts anew.
    ['rolling', Rollout.rolling(), 4, 2400, 10_800],
    ['rolling of halves', Rollout.rolling({ batchPercent: 50, bake: minutes(3) }), 2, 360, 4560],
    ['a given timeout', Rollout.canary({ timeout: minutes(50) }), 2, 1200, 3000],
  ])('of %s', (_, rollout, steps, waits, timeout) => {
    expect([stepsOf(rollout), waitingSeconds(rollout), timeoutSeconds(rollout, STARTS)]).toEqual([
      steps,
      waits,
      timeout,
    ]);
  });

  it('never computes a timeout that its own waits exceed, nor one below what SageMaker takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 50 }), fc.integer({ min: 0, max: 60 }), (percent, bake) => {
        for (const rollout of [
          Rollout.canary({ percent, bake: minutes(bake) }),
          Rollout.linear({ stepPercent: percent, bake: minutes(bake) }),
          Rollout.rolling({ batchPercent: percent, bake: minutes(bake) }),
        ]) {
          const timeout = timeoutSeconds(rollout, { downloadSeconds: 0, startupSeconds: 0 });
          expect(timeout).toBeGreaterThan(waitingSeconds(rollout));
          expect(timeout).toBeGreaterThanOrEqual(600);
        }
      }),
    );
  });
});

describe('a rollout', () => {
  it.each<[Rollout, string]>([
    [Rollout.allAtOnce(), 'all-at-once'],
    [Rollout.canary(), 'canary 10 %, watched for 10 minutes'],
    [Rollout.linear({ bake: minutes(3) }), 'linear 25 %, watched for 3 minutes'],
    [Rollout.rolling({ batchPercent: 50 }), 'rolling 50 %, watched for 10 minutes'],
  ])('%s is said as a person would', (rollout, text) => {
    expect(String(rollout)).toBe(text);
  });

  it.each<[string, () => Rollout, string]>([
    [
      'canary of 60 %',
      () => Rollout.canary({ percent: 60 }),
      'the part of the fleet is 60, expected a whole number from 1 to 50',
    ],
    ['canary of nothing', () => Rollout.canary({ percent: 0 }), 'is 0, expected a whole number from 1 to 50'],
    ['linear of 5 %', () => Rollout.linear({ stepPercent: 5 }), 'is 5, expected a whole number from 10 to 50'],
    ['rolling of 90 %', () => Rollout.rolling({ batchPercent: 90 }), 'is 90, expected a whole number from 5 to 50'],
    [
      'a bake of two hours',
      () => Rollout.canary({ bake: Duration.hours(2) }),
      'bake is 7200000 ms, expected 0 to 3600000 ms',
    ],
    [
      'a bake of half a second',
      () => Rollout.canary({ bake: Duration.millis(1500) }),
      'bake is 1500 ms, expected whole seconds',
    ],
    [
      'a timeout of a minute',
      () => Rollout.canary({ timeout: minutes(1) }),
      'timeout is 60000 ms, expected 600000 to 28800000 ms',
    ],
  ])('fails as %s', (_, make, fault) => {
    expect(messageOf(make)).toMatch(/^ConfigError: Rollout "[a-z-]+": /);
    expect(messageOf(make)).toContain(fault);
  });
});

describe('the checks of a rollout', () => {
  it.each<[string, Rollout, typeof REAL_TIME]>([
    ['canary on real time', Rollout.canary(), REAL_TIME],
    ['linear on real time', Rollout.linear(), REAL_TIME],
    ['rolling on real time', Rollout.rolling(), REAL_TIME],
    ['all at once on serverless', Rollout.allAtOnce({ bake: minutes(5) }), SERVERLESS],
    ['rolling on components', Rollout.rolling(), COMPONENTS],
    ['all at once on components', Rollout.allAtOnce(), COMPONENTS],
    // Two instances are two steps, whatever the percentage.
    ['linear with time for two steps', Rollout.linear({ stepPercent: 10, timeout: minutes(30) }), REAL_TIME],
    ['rolling with time for two batches', Rollout.rolling({ batchPercent: 10, timeout: minutes(30) }), REAL_TIME],
  ])('accept %s', (_, rollout, can) => {
    expect(rolloutFaults(rollout, can, STARTS, 180)).toEqual([]);
  });

  it.each<[string, Rollout, typeof REAL_TIME, string]>([
    ['canary on serverless', Rollout.canary(), SERVERLESS, 'expected Rollout.allAtOnce; this hosting has no other way'],
    ['linear on serverless', Rollout.linear(), SERVERLESS, 'the rollout is linear 25 %'],
    ['rolling on serverless', Rollout.rolling(), SERVERLESS, 'the rollout is rolling 25 %'],
    ['blue/green on components', Rollout.canary(), COMPONENTS, 'expected Rollout.rolling or Rollout.allAtOnce'],
    [
      'a timeout below its waits',
      Rollout.canary({ bake: minutes(30), timeout: minutes(60) }),
      REAL_TIME,
      "the rollout's timeout is 3600 s, expected more than what waits in any case (3600 s)",
    ],
    [
      'more than eight hours',
      Rollout.rolling({ batchPercent: 5 }),
      REAL_TIME,
      'the rollout needs up to 54000 s, expected at most 28800 s; take larger parts',
    ],
    [
      'a bake that ends before an alarm can fire',
      Rollout.canary({ bake: minutes(2) }),
      REAL_TIME,
      'the rollout is watched for 120 s, expected at least 180 s, which an alarm needs to fire',
    ],
  ])('fail with %s', (_, rollout, can, fault) => {
    expect(rolloutFaults(rollout, can, STARTS, 180)).toEqual([expect.stringContaining(fault)]);
  });

  it('want no bake time where no alarm listens', () => {
    expect(rolloutFaults(Rollout.canary({ bake: minutes(2) }), REAL_TIME, STARTS, undefined)).toEqual([]);
  });
});

describe('what SageMaker is told', () => {
  const autoRollbackConfiguration = { alarms: [{ alarmName: 'a' }] };

  it('of a canary: the part, the wait between, the wait before the old fleet goes', () => {
    expect(endpointDeployment(Rollout.canary(), ['a'], STARTS)).toEqual({
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: {
          type: 'CANARY',
          canarySize: { type: 'CAPACITY_PERCENT', value: 10 },
          waitIntervalInSeconds: 600,
        },
        terminationWaitInSeconds: 600,
        maximumExecutionTimeoutInSeconds: 3300,
      },
      autoRollbackConfiguration,
    });
  });

  it('of linear and all-at-once: never two policies', () => {
    expect(endpointDeployment(Rollout.linear(), ['a'], STARTS).blueGreenUpdatePolicy).toMatchObject({
      trafficRoutingConfiguration: { type: 'LINEAR', linearStepSize: { value: 25 }, waitIntervalInSeconds: 600 },
    });
    const atOnce = endpointDeployment(Rollout.allAtOnce(), [], STARTS);
    expect(atOnce).toMatchObject({ blueGreenUpdatePolicy: { trafficRoutingConfiguration: { type: 'ALL_AT_ONCE' } } });
    expect(atOnce.rollingUpdatePolicy).toBeUndefined();
    expect(atOnce.autoRollbackConfiguration).toBeUndefined();
  });

  it('of rolling: batches, and back at once; the same for an endpoint and a component', () => {
    const rollingUpdatePolicy = {
      maximumBatchSize: { type: 'CAPACITY_PERCENT', value: 25 },
      rollbackMaximumBatchSize: { type: 'CAPACITY_PERCENT', value: 100 },
      waitIntervalInSeconds: 600,
      maximumExecutionTimeoutInSeconds: 10_800,
    };
    expect(endpointDeployment(Rollout.rolling(), ['a'], STARTS)).toEqual({
      rollingUpdatePolicy,
      autoRollbackConfiguration,
    });
    expect(componentDeployment(Rollout.rolling(), ['a'], STARTS)).toEqual({
      rollingUpdatePolicy,
      autoRollbackConfiguration,
    });
    expect(componentDeployment(Rollout.allAtOnce(), ['a'], STARTS)).toBeUndefined();
  });
});
