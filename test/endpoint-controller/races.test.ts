import { describe, expect, it } from 'vitest';
import { availability, expiry } from '../../lambdas/endpoint-controller/lease';
import type { Holding } from '../../lambdas/endpoint-controller/ports';
import { CONTROL_TIMING } from '../../protocol/endpoint-control';
import { type Cloud, projected, serving, stop, use } from './world';

/** Lets another caller come at a call of the first. */
async function meanwhile(cloud: Cloud, call: string, nth: number, second: object) {
  let other: ReturnType<Cloud['run']> | undefined;
  let count = 0;
  cloud.hook = (name, when) => {
    if (name !== call || when !== 'before') return;
    count += 1;
    if (count === nth) other ??= cloud.run(second);
  };
  const first = await cloud.run(use('v2'));
  return { first, second: await other };
}

describe('two callers at once', () => {
  it.each([
    ['the update is applied', 'stack.update', 1],
    ['the update is followed', 'stack.describe', 4],
    ['the endpoint settles', 'endpoint.describe', 1],
  ])('while %s: the second is told who is at it, since when, and changes nothing', async (_, call, nth) => {
    const cloud = await serving('v1');
    const { first, second } = await meanwhile(cloud, call, nth, { ...stop, requestedBy: 'arn:bob' });
    expect(first?.status).toBe('SUCCEEDED');
    expect(second).toMatchObject({ status: 'FAILED', error: 'EndpointBusy' });
    expect(second?.cause).toMatch(
      /^arn:ada has been changing the endpoint \(use\) since 2026-11-25T\d\d:\d\d:\d\d.000Z; ask again when that has ended$/,
    );
    expect(second?.path.at(-1)).toBe('Busy');
    expect(cloud.parameters).toEqual({ version: projected('v2'), state: 'running' });
    expect(cloud.changes.filter(({ changedBy }) => changedBy === 'arn:bob')).toEqual([]);
    expect(cloud.lease).toEqual({ holding: undefined, restore: undefined });
  });

  it('at the very same moment: one of them gets the lease', async () => {
    const cloud = await serving('v1');
    const ended = await Promise.all([cloud.run(use('v2')), cloud.run(use('v3'))]);
    expect(ended.map((one) => one?.status).sort()).toEqual(['FAILED', 'SUCCEEDED']);
    expect(ended.find((one) => one?.status === 'FAILED')?.error).toBe('EndpointBusy');
    const [winner] = ended.flatMap((one) => (one?.output as { version: string } | undefined)?.version ?? []);
    expect(cloud.endpoint?.configName).toBe(`config-${winner}`);
    expect(cloud.pointers).toMatchObject({ desired: winner, routing: { live: winner } });
  });

  it('of whom the second has patience are served one after the other', async () => {
    const cloud = await serving('v1');
    const { first, second } = await meanwhile(cloud, 'stack.update', 1, { ...stop, waitIfBusySeconds: 3600 });
    expect([first?.status, second?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(second?.path).toContain('WaitForLease');
    expect(cloud.endpoint).toBeUndefined();
    expect(cloud.pointers).toMatchObject({ desired: 'v2', desiredState: 'stopped', routing: { live: 'v2' } });
  });

  it('of whom the second has too little patience are told so in the end', async () => {
    const cloud = await serving('v1');
    const { second } = await meanwhile(cloud, 'stack.update', 1, { ...stop, waitIfBusySeconds: 60 });
    expect(second).toMatchObject({ error: 'EndpointBusy' });
    expect(second?.path.filter((state) => state === 'WaitForLease').length).toBeGreaterThan(0);
  });
});

describe('pointers that somebody moves past the controller', () => {
  it('are looked at again', async () => {
    const cloud = await serving('v1');
    let moved = false;
    cloud.hook = (call, when) => {
      if (call !== 'ledger.move' || when !== 'before' || moved || cloud.pointers === undefined) return;
      moved = true;
      cloud.pointers = { ...cloud.pointers, revision: cloud.pointers.revision + 1 };
    };
    await cloud.succeed(use('v2'));
    expect(cloud.pointers).toMatchObject({ desired: 'v2', routing: { live: 'v2' } });
  });
});

describe('an execution that lost its lease', () => {
  it('writes nothing more, and leaves repairing to the one that has it', async () => {
    const cloud = await serving('v1');
    const thief: Holding = {
      holder: 'arn:execution:other',
      requestedBy: 'arn:bob',
      action: 'stop',
      since: '2026-11-25T00:00:00.000Z',
      expiresAt: Number.MAX_SAFE_INTEGER,
    };
    let looks = 0;
    cloud.hook = (call, when) => {
      if (call === 'stack.describe' && when === 'after') looks += 1;
      if (looks === 3) cloud.lease = { ...cloud.lease, holding: thief };
    };
    const ended = await cloud.run(use('v2'));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EndpointControlFailed' });
    expect(ended?.cause).toBe('another execution has the lease; this one does nothing more');
    expect(cloud.lease.holding).toEqual(thief);
    expect(cloud.lease.restore).toMatchObject({ desired: 'v1', parameters: { version: projected('v1') } });
    expect(cloud.pointers?.routing.live).toBe('v1');
  });
});

describe('a lease', () => {
  const seen: Holding = { holder: 'a', requestedBy: 'ada', action: 'use', since: '', expiresAt: 1_000_000 };

  it.each([
    ['nobody holds it', undefined, 0, 'unknown' as const, 'free'],
    ['it ran out', seen, 1_000_000, 'unknown' as const, 'free'],
    ['its holder works', seen, 999_999, 'running' as const, 'held'],
    ['its holder cannot be asked', seen, 999_999, 'unknown' as const, 'held'],
    ['its holder ended just now', seen, 900_000, 840_000, 'soon'],
    ['its holder ended longer ago than a step can last', seen, 900_000, 835_000, 'free'],
  ])('where %s', (_, holding, now, end, expected) => {
    expect(availability(holding, 'b', now, end)).toBe(expected);
  });

  it('is its holder’s own again', () => {
    expect(availability(seen, 'a', 0, 'running')).toBe('mine');
  });

  it('outlasts the longest silence of a holder that lives', () => {
    const { task, poll, pollUpdate, retry, retryMaximum, retries } = CONTROL_TIMING;
    const pauses = Array.from({ length: retries }, (_, nth) => Math.min(retry * 2 ** nth, retryMaximum));
    const silence = Math.max(poll, pollUpdate) + (retries + 1) * task + pauses.reduce((sum, pause) => sum + pause, 0);
    expect(silence).toBe(540);
    expect(expiry(0)).toBeGreaterThan(silence * 1000);
    expect(CONTROL_TIMING.task).toBeGreaterThan(CONTROL_TIMING.handler);
  });
});
