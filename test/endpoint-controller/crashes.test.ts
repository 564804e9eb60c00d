import { describe, expect, it } from 'vitest';
import type { ControlRequest } from '../../protocol/endpoint-control';
import { Aborted, type Ended } from './machine';
import { type Cloud, configOf, projected, rollback, serving, start, stop, use } from './world';

const MINUTE = 60_000;

interface Case {
  readonly name: string;
  readonly made: () => Promise<Cloud>;
  readonly request: ControlRequest;
}

async function stopped(): Promise<Cloud> {
  const cloud = await serving('v1', 'v2');
  await cloud.succeed(stop);
  return cloud;
}

async function withBad(version: string): Promise<Cloud> {
  const cloud = await serving('v1', 'v2');
  cloud.bad.add(version);
  return cloud;
}

const cases: readonly Case[] = [
  { name: 'use', made: () => serving('v1', 'v2'), request: use('v3') },
  { name: 'use that is rolled back', made: () => withBad('v3'), request: use('v3') },
  { name: 'stop', made: () => serving('v1', 'v2'), request: stop },
  { name: 'start', made: stopped, request: start },
  { name: 'rollback', made: () => serving('v1', 'v2'), request: rollback },
];

/** Calls of ports in one undisturbed execution. */
async function callsOf({ made, request }: Case): Promise<string[]> {
  const cloud = await made();
  const calls: string[] = [];
  cloud.hook = (call, when) => {
    if (when === 'before') calls.push(call);
  };
  await cloud.run(request);
  return calls;
}

/** Does something at the nth call, before or after its effect. */
function at(cloud: Cloud, nth: number, moment: 'before' | 'after', what: (call: string) => void): void {
  let count = 0;
  cloud.hook = (call, when) => {
    if (when === 'before') count += 1;
    if (count === nth && when === moment) what(call);
  };
}

/** What must hold whenever nobody holds the lease and nothing is to be restored. */
function expectConsistent(cloud: Cloud, where: string): void {
  const { pointers, parameters, lease, resolved } = cloud;
  expect(lease, where).toEqual({ holding: undefined, restore: undefined });
  const desired = pointers?.desired ?? null;
  expect(parameters, where).toEqual({
    version: desired === null ? 'none,none,none' : projected(desired),
    state: pointers?.desiredState ?? 'running',
  });
  expect(resolved, where).toEqual(parameters);
  if (pointers?.desiredState === 'stopped') expect(cloud.endpoint, where).toBeUndefined();
  else {
    expect(cloud.endpoint?.configName, where).toBe(configOf(resolved));
    expect(pointers?.routing.live, where).toBe(desired);
  }
  expect(
    cloud.changes.map(({ revision }) => revision),
    where,
  ).toEqual(cloud.changes.map((_, index) => index + 1));
}

describe.each(cases)('an execution of "$name" that is aborted', (one) => {
  it('at any call, before or after its effect, is repaired by whoever comes next', async () => {
    const calls = await callsOf(one);
    expect(calls.length).toBeGreaterThan(15);
    for (const [index, call] of calls.entries()) {
      for (const moment of ['before', 'after'] as const) {
        for (const following of [use('v1'), stop, start]) {
          const where = `${following.action} after an abort ${moment} call ${index + 1}, ${call}`;
          const cloud = await one.made();
          at(cloud, index + 1, moment, () => {
            throw new Aborted();
          });
          expect(await cloud.run(one.request), where).toBeUndefined();
          cloud.hook = () => {};
          const ended = await cloud.run(following);
          expect(ended, where).toMatchObject({ status: 'SUCCEEDED' });
          expectConsistent(cloud, where);
        }
      }
    }
  }, 120_000);

  it('is repaired also by one whose own request is refused', async () => {
    const calls = await callsOf(one);
    for (const index of calls.keys()) {
      const where = `an abort before call ${index + 1}, ${calls[index]}`;
      const cloud = await one.made();
      at(cloud, index + 1, 'before', () => {
        throw new Aborted();
      });
      await cloud.run(one.request);
      cloud.hook = () => {};
      cloud.finish();
      expect(await cloud.run(use('v9')), where).toMatchObject({ error: 'EndpointRefused' });
      // The stack may be ahead of what is desired again, until it is updated by anybody.
      cloud.deploy();
      expectConsistent(cloud, where);
    }
  });

  it('lets the next wait no longer than a step of it could still write', async () => {
    const cloud = await one.made();
    at(cloud, 12, 'before', () => {
      throw new Aborted();
    });
    await cloud.run(one.request);
    const before = cloud.time;
    let taken = 0;
    cloud.hook = (call, when) => {
      if (call === 'ledger.take' && when === 'after') taken ||= cloud.time;
    };
    await cloud.run(stop);
    expect(taken - before).toBeGreaterThan(MINUTE);
    expect(taken - before).toBeLessThan(3 * MINUTE);
  });
});

describe.each(cases)('an execution of "$name" of which a step fails', (one) => {
  const comparable = (ended: Ended | undefined) => ({ ...ended, path: undefined });

  it('once, at any call, before or after its effect, ends as if nothing had been', async () => {
    const calls = await callsOf(one);
    const undisturbed = comparable(await (await one.made()).run(one.request));
    for (const [index, call] of calls.entries()) {
      for (const moment of ['before', 'after'] as const) {
        const where = `${moment} call ${index + 1}, ${call}`;
        const cloud = await one.made();
        let failed = false;
        at(cloud, index + 1, moment, () => {
          if (failed) return;
          failed = true;
          throw new Error('connection lost');
        });
        const ended = comparable(await cloud.run(one.request));
        // CloudFormation answers a repeated update with what it is at; that it was asked is all that may be forgotten.
        expect(withoutUpdated(ended), where).toEqual(withoutUpdated(undisturbed));
        expectConsistent(cloud, where);
      }
    }
  }, 60_000);

  it('for good at any call is restored, or is repaired by whoever comes next', async () => {
    const calls = [...new Set(await callsOf(one))];
    const errors = new Set<string | undefined>();
    for (const broken of calls) {
      for (const moment of ['before', 'after'] as const) {
        const where = `${moment} every ${broken}`;
        const cloud = await one.made();
        cloud.hook = (call, when) => {
          if (call === broken && when === moment) throw new Error('denied');
        };
        const ended = await cloud.run(one.request);
        errors.add(ended?.error);
        cloud.hook = () => {};
        cloud.finish();
        expect(await cloud.run(use('v1')), where).toMatchObject({ status: 'SUCCEEDED' });
        if (cloud.pointers?.desiredState === 'stopped') await cloud.succeed(start);
        expectConsistent(cloud, where);
      }
    }
    expect(errors).toContain('EndpointControlFailed');
    expect(errors).toContain('EndpointNotRestored');
  }, 60_000);
});

function withoutUpdated(ended: { readonly output?: unknown }): unknown {
  return JSON.parse(JSON.stringify(ended, (key, value) => (key === 'updated' ? undefined : value)));
}
