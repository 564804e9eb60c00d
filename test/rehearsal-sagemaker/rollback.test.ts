import { UpdateEndpointCommand, type UpdateEndpointInput } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../rehearsal/process';
import { FakeAws } from './fake-aws';
import { eventually, World } from './world';

let world: World;
let aws: FakeAws;

beforeAll(async () => {
  world = await World.start();
  aws = await FakeAws.start();
  world.server.double.connect(aws.url);
});
afterAll(async () => {
  await world.stop();
  await aws.stop();
});

const ALARMS = { AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }, { AlarmName: 'latency' }] } };

/** An endpoint of this name that serves v1, and a configuration for v2 on its way. */
async function updating(name: string, more: Partial<UpdateEndpointInput> = {}): Promise<void> {
  aws.alarms.set('errors', 'OK').set('latency', 'INSUFFICIENT_DATA');
  await world.endpoint(name);
  await world.model(`${name}-model-2`, { version: 'v2' });
  await world.config(`${name}-config-2`, `${name}-model-2`);
  await update(name, more);
}

function update(name: string, more: Partial<UpdateEndpointInput>) {
  return world.sageMaker.send(
    new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: `${name}-config-2`, ...more }),
  );
}

describe('an update', () => {
  it('whose alarm fires rolls back and is in service with the old configuration, without a word about why', async () => {
    await updating('alarmed', { DeploymentConfig: ALARMS });
    aws.alarms.set('latency', 'ALARM');
    const { seen, ...endpoint } = await world.settled('alarmed');
    expect(seen).toEqual(['Updating', 'RollingBack', 'InService']);
    expect(endpoint).toMatchObject({ EndpointConfigName: 'alarmed-config', LastDeploymentConfig: ALARMS });
    expect(endpoint.FailureReason).toBeUndefined();
    expect((await world.invoke('alarmed', {})).body.artefact).toBe('v1');
    await eventually('one server is left', () => world.server.double.pids.filter(isAlive).length === 1);
  });

  it('whose alarms stay silent is in service with the new one', async () => {
    await updating('calm', { DeploymentConfig: ALARMS });
    expect(await world.settled('calm')).toMatchObject({
      seen: ['Updating', 'InService'],
      EndpointConfigName: 'calm-config-2',
    });
  });

  it('without rollback alarms goes through whatever fires', async () => {
    await updating('unwatched');
    aws.alarms.set('errors', 'ALARM');
    expect(await world.settled('unwatched')).toMatchObject({ EndpointConfigName: 'unwatched-config-2' });
  });

  it('rolls back silently by a fault, which raises the alarm that it names', async () => {
    world.server.double.faults.add({ kind: 'rollback', endpoint: 'faulty', alarm: 'errors' });
    await updating('faulty', { DeploymentConfig: ALARMS });
    const { seen, EndpointConfigName, FailureReason } = await world.settled('faulty');
    expect({ seen, EndpointConfigName, FailureReason }).toEqual({
      seen: ['Updating', 'RollingBack', 'InService'],
      EndpointConfigName: 'faulty-config',
      FailureReason: undefined,
    });
    expect(aws.alarms.get('errors')).toBe('ALARM');
    await update('faulty', { DeploymentConfig: { ...ALARMS, AutoRollbackConfiguration: { Alarms: [] } } });
    expect((await world.settled('faulty')).EndpointConfigName).toBe('faulty-config-2');
  });

  it('to a model that does not start goes back to the old configuration and keeps the reason', async () => {
    await world.endpoint('worse');
    await world.model('worse-model-2', { version: 'broken' });
    await world.config('worse-config-2', 'worse-model-2');
    await update('worse', {});
    const { seen, EndpointConfigName, FailureReason } = await world.settled('worse');
    expect(seen).toEqual(['Updating', 'RollingBack', 'InService']);
    expect(EndpointConfigName).toBe('worse-config');
    expect(FailureReason).toContain('did not pass the ping health check');
    expect((await world.invoke('worse', {})).body.artefact).toBe('v1');
  });

  it('ends in Failed by a fault', async () => {
    world.server.double.faults.add({ kind: 'update-fails' });
    await updating('lost');
    expect(await world.settled('lost')).toMatchObject({
      seen: ['Updating', 'Failed'],
      FailureReason: 'Request to service failed. If failure persists after retry, contact customer support.',
    });
  });

  it('keeps the way it is deployed only if that is asked for', async () => {
    await updating('way', { DeploymentConfig: ALARMS });
    await world.settled('way');
    await update('way', { EndpointConfigName: 'way-config', RetainDeploymentConfig: true });
    expect((await world.settled('way')).LastDeploymentConfig).toEqual(ALARMS);
    await update('way', {});
    expect((await world.settled('way')).LastDeploymentConfig).toBeUndefined();
  });
});

describe('an update is refused', () => {
  beforeAll(() => updating('strict').then(() => world.settled('strict')));
  const blueGreen = (TrafficRoutingConfiguration: object, more: object = {}) => ({
    DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration, ...more } },
  });
  const rolling = { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 90 }, WaitIntervalInSeconds: 60 };

  it.each([
    [
      'with an alarm that does not exist',
      { DeploymentConfig: { AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'none' }] } } },
      'Alarms of AutoRollbackConfiguration do not exist: none',
    ],
    [
      'with a canary of more than half',
      blueGreen({ Type: 'CANARY', WaitIntervalInSeconds: 60, CanarySize: { Type: 'CAPACITY_PERCENT', Value: 60 } }),
      'CanarySize is 60 %, it must be from 1 to 50 %',
    ],
    [
      'with linear steps that are too small',
      blueGreen({ Type: 'LINEAR', WaitIntervalInSeconds: 60, LinearStepSize: { Type: 'CAPACITY_PERCENT', Value: 5 } }),
      'LinearStepSize is 5 %, it must be from 10 to 50 %',
    ],
    [
      'with a timeout that its waits exceed',
      blueGreen(
        { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 3600 },
        { TerminationWaitInSeconds: 3600, MaximumExecutionTimeoutInSeconds: 600 },
      ),
      'MaximumExecutionTimeoutInSeconds 600 is within the waits of 7200 s',
    ],
    [
      'with a batch of more than half',
      { DeploymentConfig: { RollingUpdatePolicy: rolling } },
      'MaximumBatchSize is 90 %, it must be from 5 to 50 %',
    ],
    [
      'with two policies',
      {
        DeploymentConfig: {
          RollingUpdatePolicy: { ...rolling, MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 50 } },
          ...blueGreen({ Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 60 }).DeploymentConfig,
        },
      },
      'only one of BlueGreenUpdatePolicy and RollingUpdatePolicy may be given',
    ],
    [
      'with more than ten alarms',
      {
        DeploymentConfig: {
          AutoRollbackConfiguration: { Alarms: Array.from({ length: 11 }, () => ({ AlarmName: 'errors' })) },
        },
      },
      'there are more than 10 alarms',
    ],
  ])('%s', async (_, more, message) => {
    await expect(update('strict', more as Partial<UpdateEndpointInput>)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });
});
