import { describe, expect, it } from 'vitest';
import type { Watched } from '../../lambdas/endpoint-watch/decide';
import { daysLeft, expiryReason, idleSince } from '../../lambdas/endpoint-watch/decide';
import { type WatchPorts, watch } from '../../lambdas/endpoint-watch/watch';
import type { ControlRequest } from '../../protocol/endpoint-control';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 25);

const watched = (changes: Partial<Watched> = {}): Watched => ({
  now: NOW,
  since: NOW - 10 * DAY,
  runs: true,
  changedAt: NOW - 9 * HOUR,
  ...changes,
});

describe('what is left of a pilot', () => {
  it.each([
    [10 * DAY, 30, 20],
    [23 * DAY, 30, 7],
    [29.5 * DAY, 30, 0.5],
    [31 * DAY, 30, -1],
    [10 * DAY, undefined, undefined],
  ])('after %d ms of %s days is %s days', (age, expiresAfterDays, expected) => {
    expect(daysLeft(watched({ since: NOW - age }), { expiresAfterDays })).toBe(expected);
  });
});

describe('an endpoint', () => {
  it.each([
    ['whose time is over', {}, 10, 'it expired: 10 days have passed since 2026-11-15T00:00:00.000Z'],
    ['whose time is not over', {}, 10.001, undefined],
    ['that is stopped', { runs: false }, 10, undefined],
    ['that does not expire', {}, undefined, undefined],
  ])('%s', (_, changes, expiresAfterDays, expected) => {
    expect(expiryReason(watched(changes), { expiresAfterDays })).toBe(expected);
  });

  it.each([
    ['runs for longer than it may idle', {}, 8, NOW - 8 * HOUR],
    ['was changed exactly as long ago as it may idle', { changedAt: NOW - 8 * HOUR }, 8, NOW - 8 * HOUR],
    ['was started less long ago', { changedAt: NOW - 7 * HOUR }, 8, undefined],
    ['was changed nobody knows when', { changedAt: Number.POSITIVE_INFINITY }, 8, undefined],
    ['is stopped', { runs: false }, 8, undefined],
    ['may idle', {}, undefined, undefined],
  ])('that %s is looked at since %s', (_, changes, stopWhenIdleHours, expected) => {
    expect(idleSince(watched(changes), { stopWhenIdleHours })).toBe(expected);
  });
});

/** Ports with an endpoint that got so many requests. */
function ports(changes: Partial<Watched> = {}, requests = 0) {
  const asked: [string, ControlRequest][] = [];
  const windows: number[][] = [];
  const world: WatchPorts = {
    desired: async () => ({ runs: true, changedAt: NOW - 9 * HOUR, ...changes }),
    requestsSince: async (from, to) => {
      windows.push([from, to]);
      return requests;
    },
    ask: async (name, request) => {
      asked.push([name, request]);
    },
  };
  return { world, asked, windows };
}

const at = { now: NOW, since: NOW - 10 * DAY, name: 'watch-1' };

describe('a look', () => {
  it('stops what has expired, whether it is used or not, and does not ask for metrics', async () => {
    const { world, asked, windows } = ports({}, 99);
    const look = await watch(world, { expiresAfterDays: 9, stopWhenIdleHours: 8 }, at);
    expect(look).toEqual({ daysLeft: -1, stopped: expect.stringContaining('it expired: 9 days have passed') });
    expect(asked).toEqual([
      ['watch-1', { action: 'stop', reason: look.stopped, requestedBy: 'endpoint-watch', waitIfBusySeconds: 3_000 }],
    ]);
    expect(windows).toEqual([]);
  });

  it('stops what nobody uses', async () => {
    const { world, asked, windows } = ports();
    const look = await watch(world, { stopWhenIdleHours: 8 }, at);
    expect(look).toEqual({ daysLeft: undefined, stopped: 'nobody asked it anything for 8 hours' });
    expect(asked).toHaveLength(1);
    expect(windows).toEqual([[NOW - 8 * HOUR, NOW]]);
  });

  it.each([
    ['is used', {}, 1],
    ['is stopped', { runs: false }, 0],
    ['was started an hour ago', { changedAt: NOW - HOUR }, 0],
  ])('leaves alone what %s', async (_, changes, requests) => {
    const { world, asked } = ports(changes, requests);
    const look = await watch(world, { expiresAfterDays: 30, stopWhenIdleHours: 8 }, at);
    expect(look).toEqual({ daysLeft: 20, stopped: undefined });
    expect(asked).toEqual([]);
  });

  it('fails where it cannot tell, rather than stopping', async () => {
    const { world, asked } = ports();
    world.requestsSince = () => Promise.reject(new Error('throttled'));
    await expect(watch(world, { stopWhenIdleHours: 8 }, at)).rejects.toThrow('throttled');
    expect(asked).toEqual([]);
  });
});
