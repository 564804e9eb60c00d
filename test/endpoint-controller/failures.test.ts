import { describe, expect, it } from 'vitest';
import type { DeployedComponent } from '../../lambdas/shared/deployed-component';
import { Cloud, projected, serving, start, stop, use } from './world';

const FREE = { holding: undefined, restore: undefined };

/** Everything is at a version again: what is desired, its projection, what serves. */
function expectServing(cloud: Cloud, version: string): void {
  expect(cloud.parameters).toEqual({ version: projected(version), state: 'running' });
  expect(cloud.pointers).toMatchObject({ desired: version, desiredState: 'running', routing: { live: version } });
  expect(cloud.resolved).toEqual(cloud.parameters);
  expect(cloud.endpoint?.configName).toBe(`config-${version}`);
  expect(cloud.lease).toEqual(FREE);
}

describe('an update that is rolled back', () => {
  it('fails with the reason, and what was desired before is desired again', async () => {
    const cloud = await serving('v1');
    cloud.bad.add('v2');
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointRolledBack' });
    expect(ended?.cause).toBe(
      'the update of stack demo-pilot-endpoint was rolled back: Rollout: alarm demo-pilot-rollout-errors was in ALARM',
    );
    expectServing(cloud, 'v1');
    expect(cloud.changes.slice(2)).toMatchObject([
      { from: 'v1', to: 'v2', kind: 'asked' },
      { from: 'v2', to: 'v1', kind: 'restored', desiredState: 'running' },
    ]);
  });

  it('is not tried again by a later deployment', async () => {
    const cloud = await serving('v1');
    cloud.bad.add('v2');
    await cloud.run(use('v2'));
    const updates = cloud.updates;
    cloud.deploy();
    expect(cloud.updates).toBe(updates);
    expectServing(cloud, 'v1');
  });

  it('of the very first version leaves nothing desired', async () => {
    const cloud = new Cloud();
    cloud.bad.add('v1');
    expect(await cloud.run(use('v1'))).toMatchObject({ error: 'EndpointRolledBack' });
    expect(cloud.parameters).toEqual({ version: 'none,none,none', state: 'running' });
    expect(cloud.pointers).toMatchObject({ desired: null, routing: { live: null } });
    expect(cloud.changes.at(-1)).toMatchObject({ from: 'v1', to: null, kind: 'restored' });
    await cloud.succeed(use('v2'));
    expectServing(cloud, 'v2');
  });

  it('restores the parameters before the lease is given back', async () => {
    const cloud = await serving('v1');
    cloud.bad.add('v2');
    const seen: unknown[] = [];
    cloud.hook = (call, when) => {
      if (call === 'ledger.release' && when === 'before') seen.push(cloud.parameters, cloud.pointers?.desired);
    };
    await cloud.run(use('v2'));
    expect(seen).toEqual([{ version: projected('v1'), state: 'running' }, 'v1']);
  });
});

describe('an endpoint that is not what its stack says', () => {
  it.each([
    ['serves another configuration', { status: 'InService', configName: 'config-x' }, 'serves configuration config-x'],
    ['has failed', { status: 'Failed', configName: 'config-v2' }, 'endpoint demo-pilot is Failed: no capacity'],
    ['never settles', { status: 'Updating', configName: 'config-v1' }, 'was still changing 10 minutes after'],
    ['is not there', undefined, 'there is no endpoint demo-pilot, although its stack says so'],
  ])('fails when it %s, and the stack is brought back', async (_, found, why) => {
    const cloud = await serving('v1');
    cloud.endpointAfter = (planned) =>
      planned?.configName === 'config-v2' && found !== undefined
        ? { ...found, failureReason: 'no capacity' }
        : found === undefined && planned?.configName === 'config-v2'
          ? undefined
          : planned;
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointNotVerified' });
    expect(ended?.cause).toContain(why);
    expect(ended?.path).toContain('FollowRestore');
    expectServing(cloud, 'v1');
  });

  it('says so when the stack cannot be brought back either', async () => {
    const cloud = await serving('v1');
    cloud.endpointAfter = (planned) => {
      cloud.bad.add('v1');
      return planned === undefined ? undefined : { ...planned, configName: 'config-x' };
    };
    const ended = await cloud.run(use('v2'));
    expect(ended?.error).toBe('EndpointNotVerified');
    expect(ended?.cause).toMatch(/serves configuration config-x.*; then the update of stack .* was rolled back/);
    expect(cloud.pointers?.desired).toBe('v1');
    expect(cloud.lease).toEqual(FREE);
  });
});

describe('an inference component that is not what its stack says', () => {
  async function servingComponents(...versions: string[]): Promise<Cloud> {
    const cloud = new Cloud();
    cloud.componentNames = ['demo-pilot-model', 'demo-pilot-embed'];
    for (const version of versions) await cloud.succeed(use(version));
    return cloud;
  }

  it('is live when each serves its model', async () => {
    const cloud = await servingComponents('v1', 'v2');
    expect([...cloud.components.values()].flatMap(({ models }) => models)).toEqual(['model-v2', 'model-v2']);
    expectServing(cloud, 'v2');
  });

  it.each<[string, Partial<DeployedComponent>, string]>([
    [
      'serves the model of before',
      { models: ['model-v1'], failureReason: 'an alarm fired' },
      'serves model model-v1, its stack verified model-v2: an alarm fired',
    ],
    ['has failed', { status: 'Failed', failureReason: 'no capacity' }, 'demo-pilot-model is Failed: no capacity'],
    ['never settles', { status: 'Updating' }, 'was still changing 10 minutes after'],
  ])('fails when it %s, and the stack is brought back', async (_, found, why) => {
    const cloud = await servingComponents('v1');
    cloud.componentAfter = (planned) => (planned.models.includes('model-v2') ? { ...planned, ...found } : planned);
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointNotVerified' });
    expect(ended?.cause).toContain(why);
    expectServing(cloud, 'v1');
  });

  it('fails when it is gone', async () => {
    const cloud = await servingComponents('v1');
    const { get } = cloud.components;
    cloud.components.get = (name) => (cloud.pointers?.desired === 'v2' ? undefined : get.call(cloud.components, name));
    const ended = await cloud.run(use('v2'));
    expect(ended?.cause).toContain('there is no inference component demo-pilot-model, although its stack says so');
  });
});

describe('a stack that cannot be updated', () => {
  it.each([
    [undefined, 'there is no stack demo-pilot-endpoint; deploy the stage'],
    ['UPDATE_ROLLBACK_FAILED', 'is in UPDATE_ROLLBACK_FAILED and cannot be updated; continue its rollback'],
    ['ROLLBACK_COMPLETE', 'is in ROLLBACK_COMPLETE and cannot be updated; deploy the stage again'],
    ['DELETE_IN_PROGRESS', 'is in DELETE_IN_PROGRESS and cannot be updated'],
  ])('(%s) is told, and nothing is changed', async (status, why) => {
    const cloud = await serving('v1');
    const before = structuredClone({ pointers: cloud.pointers, parameters: cloud.parameters });
    cloud.status = status;
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointStackUnusable' });
    expect(ended?.cause).toContain(why);
    expect({ pointers: cloud.pointers, parameters: cloud.parameters }).toEqual(before);
    expect(cloud.lease).toEqual(FREE);
  });

  it('because its rollback failed is told, and what was desired before is desired again', async () => {
    const cloud = await serving('v1');
    cloud.bad.add('v2');
    cloud.rollbackEnd = 'UPDATE_ROLLBACK_FAILED';
    expect(await cloud.run(use('v2'))).toMatchObject({ error: 'EndpointStackUnusable' });
    expect(cloud.parameters?.version).toBe(projected('v1'));
    expect(cloud.pointers).toMatchObject({ desired: 'v1', routing: { live: 'v1' } });
    expect(cloud.lease).toEqual(FREE);
  });

  it('because somebody deploys is waited for', async () => {
    const cloud = await serving('v1');
    cloud.status = 'UPDATE_IN_PROGRESS';
    let looks = 0;
    cloud.hook = (call, when) => {
      if (call !== 'stack.describe' || when !== 'before') return;
      looks += 1;
      if (looks === 4) cloud.status = 'UPDATE_COMPLETE';
    };
    const ended = await cloud.succeed(use('v2'));
    expect(ended.path.filter((state) => state === 'WaitForStack')).toHaveLength(3);
    expectServing(cloud, 'v2');
  });

  it('because somebody deploys for too long ends, and says so', async () => {
    const cloud = await serving('v1');
    cloud.status = 'UPDATE_IN_PROGRESS';
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointOverdue' });
    expect(ended?.cause).toContain("has been in UPDATE_IN_PROGRESS for 30 minutes, by somebody else's hand");
    expect(cloud.pointers?.desired).toBe('v1');
  });

  it('because somebody deploys between the look and the update is tried again', async () => {
    const cloud = await serving('v1');
    let raced = false;
    cloud.hook = (call, when) => {
      if (call !== 'stack.update' || when !== 'before' || raced) return;
      raced = true;
      cloud.status = 'UPDATE_IN_PROGRESS';
      setImmediate(() => {
        cloud.status = 'UPDATE_COMPLETE';
      });
    };
    const ended = await cloud.succeed(use('v2'));
    expect(ended.path.filter((state) => state === 'UpdateEndpoint')).toHaveLength(2);
    expect(cloud.changes.slice(2).map(({ kind }) => kind)).toEqual(['asked', 'served']);
    expectServing(cloud, 'v2');
  });

  it('that takes longer than allowed ends, and the parameters are restored', async () => {
    const cloud = await serving('v1');
    cloud.updateMs = 5 * 60 * 60_000;
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointOverdue' });
    expect(ended?.cause).toMatch(/in UPDATE_IN_PROGRESS after 60 minutes; its stack cannot be updated now/);
    expect(cloud.parameters?.version).toBe(projected('v1'));
    expect(cloud.lease).toEqual(FREE);
    // The next update of the stack brings it back, whoever makes it.
    cloud.finish();
    expect(cloud.resolved.version).toBe(projected('v2'));
    cloud.deploy();
    expectServing(cloud, 'v1');
  });
});

describe('a start that fails', () => {
  it('leaves the endpoint stopped', async () => {
    const cloud = await serving('v1');
    await cloud.succeed(stop);
    cloud.bad.add('v1');
    expect(await cloud.run(start)).toMatchObject({ error: 'EndpointRolledBack' });
    expect(cloud.parameters).toEqual({ version: projected('v1'), state: 'stopped' });
    expect(cloud.pointers).toMatchObject({ desired: 'v1', desiredState: 'stopped' });
  });
});
