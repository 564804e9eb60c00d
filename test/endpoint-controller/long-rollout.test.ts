import { Duration } from 'aws-cdk-lib';
import { beforeEach, describe, expect, it } from 'vitest';
import { LONGEST_UPDATE, rolloutFaults, stepsOf, timeoutSeconds, updateSeconds } from '../../lib/endpoint/rollout-plan';
import { EndpointHosting, Rollout } from '../../lib/index';
import { property, resourcesOf } from '../support';
import { Aborted } from './machine';
import { controlledStage, templatesOf } from './stage';
import { type Cloud, projected, serving, start, use } from './world';

const FREE = { holding: undefined, restore: undefined };
const HOUR = 3_600_000;
const MINUTE = 60_000;

const STARTS = { downloadSeconds: 600, startupSeconds: 600 };
/** Ten steps, of which each is watched for 44 minutes: SageMaker has just enough time for it. */
const ROLLOUT = Rollout.linear({ stepPercent: 10, bake: Duration.minutes(44) });

describe('the longest rollout that is taken', () => {
  it('is one that, taken back at its end, takes longer than an update is followed', () => {
    const { capabilities } = EndpointHosting.realTime({ instanceType: 'ml.g5.xlarge' });
    expect(rolloutFaults(ROLLOUT, capabilities, STARTS, 180)).toEqual([]);
    expect(stepsOf(ROLLOUT)).toBe(10);
    expect(2 * timeoutSeconds(ROLLOUT, STARTS)).toBeGreaterThan(LONGEST_UPDATE.toSeconds());
    expect(updateSeconds(ROLLOUT, STARTS)).toBe(LONGEST_UPDATE.toSeconds());
  });
});

/** Seven and a half hours until an alarm fires, and seven and a half on the way back. */
const THERE = 7.5 * HOUR;
const BACK = 7.5 * HOUR;

let cloud: Cloud;
/** When the version was asked for that is taken back. */
let asked: number;

beforeEach(async () => {
  cloud = await serving('v1');
  cloud.limits = { ...cloud.limits, updateMs: 1000 * updateSeconds(ROLLOUT, STARTS) };
  cloud.updateMs = THERE;
  cloud.rollbackMs = BACK;
  cloud.bad.add('v2');
  asked = cloud.time;
});

/** The version of before is what is desired, what the template will read, and what is live; nobody is at it. */
function expectNothingHalfChanged(): void {
  expect(cloud.parameters).toEqual({ version: projected('v1'), state: 'running' });
  expect(cloud.pointers).toMatchObject({ desired: 'v1', desiredState: 'running', routing: { live: 'v1' } });
  expect(cloud.endpoint?.configName).toBe('config-v1');
  expect(cloud.lease).toEqual(FREE);
}

describe('a rollout that is still being taken back when it is followed no longer', () => {
  it('is reported as one that took too long, and says what becomes of the stack', async () => {
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointOverdue' });
    expect(ended?.cause).toBe(
      'stack demo-pilot-endpoint is in UPDATE_ROLLBACK_IN_PROGRESS after 600 minutes; its stack cannot be updated now, and is brought back by its next update',
    );
    expect(ended?.path.slice(-6)).toEqual(['Restore', 'AfterRestore', 'Release', 'AfterRelease', 'Ended', 'Overdue']);
    expect(cloud.time - asked).toBeGreaterThanOrEqual(LONGEST_UPDATE.toMilliseconds());
    expect(cloud.status).toBe('UPDATE_ROLLBACK_IN_PROGRESS');
  });

  it('keeps nothing half changed, neither then nor when the stack has come back by itself', async () => {
    const { updates } = cloud;
    await cloud.run(use('v2'));
    expectNothingHalfChanged();
    expect(cloud.changes.slice(2)).toMatchObject([
      { from: 'v1', to: 'v2', kind: 'asked' },
      { from: 'v2', to: 'v1', kind: 'restored' },
    ]);
    cloud.finish();
    expect(cloud.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expectNothingHalfChanged();
    expect(cloud.resolved).toEqual(cloud.parameters);
    // Nothing but the update that was taken back: a later deployment has nothing to do.
    cloud.deploy();
    expect(cloud.updates).toBe(updates + 1);
  });

  it('tells the next caller that the stack is not free yet, and changes nothing for it', async () => {
    await cloud.run(use('v2'));
    const next = await cloud.run(use('v3'));
    expect(next).toMatchObject({ status: 'FAILED', error: 'EndpointOverdue' });
    expect(next?.cause).toMatch(
      /has been in UPDATE_ROLLBACK_IN_PROGRESS for 30 minutes, by somebody else's hand; ask again/,
    );
    expectNothingHalfChanged();
    expect(cloud.changes).toHaveLength(4);
  });

  it('is waited for by a caller who comes near its end, and whose version then serves', async () => {
    await cloud.run(use('v2'));
    cloud.time = asked + THERE + BACK - 20 * MINUTE;
    cloud.updateMs = HOUR;
    const next = await cloud.succeed(use('v3'));
    // Looks every half a minute.
    expect(next.path.filter((state) => state === 'WaitForStack').length).toBeGreaterThan(30);
    expect(cloud.pointers).toMatchObject({ desired: 'v3', routing: { live: 'v3' } });
    expect(cloud.endpoint?.configName).toBe('config-v3');
    expect(cloud.resolved).toEqual({ version: projected('v3'), state: 'running' });
    expect(cloud.lease).toEqual(FREE);
  });

  it.each(['parameters.writeVersion', 'stack.update', 'ledger.move'])(
    'and whose execution is aborted while it restores (%s) is repaired by the next caller, who waits for the stack',
    async (call) => {
      cloud.hook = (name, when) => {
        // The same calls applied what is restored.
        if (name === call && when === 'before' && cloud.time > asked + THERE) throw new Aborted();
      };
      expect(await cloud.run(use('v2'))).toBeUndefined();
      expect(cloud.lease.restore).toMatchObject({ desired: 'v1' });
      expect(cloud.pointers?.desired).toBe('v2');
      cloud.hook = () => {};
      cloud.time = asked + THERE + BACK - 20 * MINUTE;
      cloud.updateMs = HOUR;
      await cloud.succeed(use('v3'));
      expect(cloud.changes.slice(2)).toMatchObject([
        { from: 'v1', to: 'v2', kind: 'asked' },
        { from: 'v2', to: 'v1', kind: 'restored' },
        { from: 'v1', to: 'v3', kind: 'asked' },
        { from: 'v1', to: 'v3', kind: 'served' },
      ]);
      expect(cloud.resolved).toEqual({ version: projected('v3'), state: 'running' });
      expect(cloud.lease).toEqual(FREE);
    },
  );
});

describe('a rollout that is given up and then succeeds all the same', () => {
  it('is brought back by the next caller, also by one who asks for what is desired already', async () => {
    cloud.bad.clear();
    cloud.updateMs = 11 * HOUR;
    expect(await cloud.run(use('v2'))).toMatchObject({ error: 'EndpointOverdue' });
    cloud.finish();
    // The stack is ahead of what is desired, and nobody has noticed.
    expect(cloud.endpoint?.configName).toBe('config-v2');
    expect(cloud.pointers).toMatchObject({ desired: 'v1', routing: { live: 'v1' } });
    cloud.updateMs = HOUR;
    await cloud.succeed(start);
    expectNothingHalfChanged();
    expect(cloud.resolved).toEqual(cloud.parameters);
  });
});

describe('the state machine of the longest rollout', () => {
  it('is not cut off before the update is given up on and restored', async () => {
    const { operate } = templatesOf(controlledStage({ controller: { updateTimeout: LONGEST_UPDATE } }));
    const [[, machine] = []] = resourcesOf(operate, 'AWS::StepFunctions::StateMachine');
    const { 'Fn::Join': parts } = property<{ 'Fn::Join': [string, unknown[]] }>(machine, 'DefinitionString');
    const { TimeoutSeconds } = JSON.parse(
      parts[1].map((part) => (typeof part === 'string' ? part : 'arn:handler')).join(''),
    );
    await cloud.run(use('v2'));
    expect(TimeoutSeconds).toBeGreaterThan((cloud.time - asked) / 1000);
  });
});
