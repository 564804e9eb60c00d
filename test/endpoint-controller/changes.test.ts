import { describe, expect, it } from 'vitest';
import { Cloud, projected, rollback, serving, start, stop, use } from './world';

const live = (cloud: Cloud) => cloud.pointers?.routing.live;

describe('using a version', () => {
  it('starts the endpoint with the first, and writes live when it is verified', async () => {
    const cloud = new Cloud();
    const liveAt: (string | null | undefined)[] = [];
    cloud.hook = (call, when) => {
      if (call === 'stack.describe' && when === 'before') liveAt.push(live(cloud));
    };
    const ended = await cloud.succeed(use('v1'));
    expect(ended.output).toEqual({
      action: 'use',
      version: 'v1',
      desiredState: 'running',
      updated: true,
      warmUp: 'answered',
      text: 'v1 serves',
    });
    expect(cloud.endpoint).toMatchObject({ status: 'InService', configName: 'config-v1' });
    expect(cloud.parameters).toEqual({ version: projected('v1'), state: 'running' });
    expect(cloud.pointers).toMatchObject({ desired: 'v1', desiredState: 'running', routing: { live: 'v1' } });
    // Not one of the looks at the stack saw it before.
    expect(liveAt.length).toBeGreaterThan(5);
    expect(new Set(liveAt)).toEqual(new Set([undefined, null]));
  });

  it('is told in two audit items: that it was asked for, and that it serves', async () => {
    const cloud = await serving('v1', 'v2');
    const common = { model: 'demo', changedBy: 'arn:ada', desiredState: 'running' };
    expect(cloud.changes).toMatchObject([
      { ...common, revision: 1, from: null, to: 'v1', kind: 'asked' },
      { ...common, revision: 2, from: null, to: 'v1', kind: 'served' },
      { ...common, revision: 3, from: 'v1', to: 'v2', kind: 'asked' },
      { ...common, revision: 4, from: 'v1', to: 'v2', kind: 'served' },
    ]);
    expect(cloud.changes.map(({ execution }) => execution)).toEqual([
      'arn:execution:1',
      'arn:execution:1',
      'arn:execution:2',
      'arn:execution:2',
    ]);
  });

  it('that serves already changes nothing, and succeeds', async () => {
    const cloud = await serving('v1');
    const before = { pointers: cloud.pointers, changes: cloud.changes.length };
    const ended = await cloud.succeed(use('v1'));
    expect(ended.output).toMatchObject({ version: 'v1', updated: false });
    expect(ended.path).not.toContain('FollowUpdate');
    expect({ pointers: cloud.pointers, changes: cloud.changes.length }).toEqual(before);
    expect(cloud.updates).toBe(1);
  });

  it('while the endpoint is stopped leaves it stopped; the version serves when it is started', async () => {
    const cloud = await serving('v1');
    await cloud.succeed(stop);
    const ended = await cloud.succeed(use('v2'));
    expect(ended.output).toMatchObject({ version: 'v2', desiredState: 'stopped', warmUp: 'none' });
    expect((ended.output as { text: string }).text).toContain(
      'the endpoint is stopped, and serves it when it is started',
    );
    expect(cloud.endpoint).toBeUndefined();
    expect(live(cloud)).toBe('v1');
    await cloud.succeed(start);
    expect(cloud.endpoint?.configName).toBe('config-v2');
    expect(live(cloud)).toBe('v2');
  });
});

describe('stopping and starting', () => {
  it('keeps the version, through a deployment in between', async () => {
    const cloud = await serving('v1', 'v2');
    const stopped = await cloud.succeed(stop);
    expect(stopped.output).toMatchObject({ version: 'v2', desiredState: 'stopped' });
    expect(cloud.endpoint).toBeUndefined();
    cloud.deploy();
    expect(cloud.endpoint).toBeUndefined();
    const started = await cloud.succeed(start);
    expect(started.output).toMatchObject({ version: 'v2', desiredState: 'running', warmUp: 'answered' });
    expect(cloud.endpoint).toMatchObject({ status: 'InService', configName: 'config-v2' });
    expect(cloud.pointers).toMatchObject({ desired: 'v2', desiredState: 'running', routing: { live: 'v2' } });
    expect(cloud.changes.slice(4)).toMatchObject([
      {
        from: 'v2',
        to: 'v2',
        kind: 'asked',
        desiredState: 'stopped',
        reason: 'the day is over',
        changedBy: 'schedule',
      },
      { from: 'v2', to: 'v2', kind: 'asked', desiredState: 'running', reason: 'the day begins' },
    ]);
  });

  it('of what never ran does nothing, and succeeds', async () => {
    for (const request of [stop, start]) {
      const cloud = new Cloud();
      const ended = await cloud.succeed(request);
      expect(ended.output).toMatchObject({ version: null, updated: false });
      expect((ended.output as { text: string }).text).toContain('no version was ever used');
      expect(cloud.changes).toEqual([]);
      expect(cloud.updates).toBe(0);
    }
  });

  it('twice is once', async () => {
    const cloud = await serving('v1');
    await cloud.succeed(stop);
    const again = await cloud.succeed(stop);
    expect(again.output).toMatchObject({ updated: false, desiredState: 'stopped' });
    expect(cloud.updates).toBe(2);
  });

  it('fails when the endpoint is still there, and leaves it stopped', async () => {
    const cloud = await serving('v1');
    cloud.endpointAfter = () => cloud.endpoint;
    const ended = await cloud.run(stop);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointNotStopped' });
    expect(ended?.cause).toBe('endpoint demo-pilot left its stack and is InService still; it costs money');
    expect(cloud.parameters?.state).toBe('stopped');
    expect(cloud.lease).toEqual({ holding: undefined, restore: undefined });
  });

  it('waits for a model that is not ready, and tells what it says', async () => {
    const cloud = await serving('v1');
    await cloud.succeed(stop);
    cloud.warmUpAnswers = ['ModelNotReadyException', 'ThrottlingException', 'ModelError'];
    const started = await cloud.succeed(start);
    expect(started.output).toMatchObject({ warmUp: 'ModelError' });
    expect(started.path.filter((state) => state === 'WaitForEndpoint')).toHaveLength(2);
  });
});

describe('going back', () => {
  it('uses what was live before', async () => {
    const cloud = await serving('v1', 'v2');
    const ended = await cloud.succeed(rollback);
    expect(ended.output).toMatchObject({ action: 'rollback', version: 'v1' });
    expect(cloud.endpoint?.configName).toBe('config-v1');
    expect(live(cloud)).toBe('v1');
  });

  it('does not go to what was only asked for', async () => {
    const cloud = await serving('v1', 'v2');
    cloud.bad.add('v3');
    expect(await cloud.run(use('v3'))).toMatchObject({ error: 'EndpointRolledBack' });
    await cloud.succeed(rollback);
    expect(live(cloud)).toBe('v1');
  });

  it('takes changes that a command line made for what served', async () => {
    const cloud = await serving('v1');
    for (const [index, change] of cloud.changes.entries()) {
      const { kind: _kind, ...untold } = change;
      cloud.changes[index] = { ...untold, from: 'v3' };
    }
    await cloud.succeed(rollback);
    expect(live(cloud)).toBe('v3');
  });

  it.each([
    ['nothing is live', async () => new Cloud(), 'no version is live'],
    ['the first version is live', () => serving('v1'), 'no version was live before v1'],
  ])('is refused where %s', async (_, made, why) => {
    const cloud = await made();
    const updates = cloud.updates;
    const ended = await cloud.run(rollback);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointRefused' });
    expect(ended?.cause).toContain(why);
    expect(cloud.updates).toBe(updates);
    expect(cloud.lease).toEqual({ holding: undefined, restore: undefined });
  });
});

describe('what cannot be asked for', () => {
  it.each<[string, object, string]>([
    ['an unknown version', use('v9'), 'version "v9" is not registered'],
    ['an unknown action', { action: 'destroy', requestedBy: 'a' }, '"action" is none of use, rollback, start, stop'],
    ['no version', { action: 'use', requestedBy: 'a' }, '"version" is missing'],
    ['no reason', { action: 'stop', requestedBy: 'a' }, '"reason" is missing; say why the endpoint is to stop'],
    ['nobody', { action: 'rollback' }, '"requestedBy" is missing'],
    ['a reason of two lines', { action: 'stop', reason: 'a\nb', requestedBy: 'a' }, '"reason" is no text of 1 to 256'],
    ['endless patience', { action: 'rollback', requestedBy: 'a', waitIfBusySeconds: 1e9 }, '"waitIfBusySeconds" is no'],
  ])('is refused: %s', async (_, request, why) => {
    const cloud = await serving('v1');
    const before = structuredClone({ pointers: cloud.pointers, parameters: cloud.parameters, updates: cloud.updates });
    const ended = await cloud.run(request);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointRefused' });
    expect(ended?.cause).toContain(why);
    expect({ pointers: cloud.pointers, parameters: cloud.parameters, updates: cloud.updates }).toEqual(before);
  });

  it('is refused where the parameters are missing', async () => {
    const cloud = new Cloud();
    cloud.parameters = undefined;
    expect((await cloud.run(use('v1')))?.cause).toContain('are missing; deploy the stack of state');
    expect(cloud.pointers).toBeUndefined();
  });
});
