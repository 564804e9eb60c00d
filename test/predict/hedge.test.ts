import { describe, expect, test } from 'vitest';
import { HedgeBudget } from '../../lambdas/shared/prediction/hedge';
import type { BackendResult, Ports } from '../../lambdas/shared/prediction/ports';
import { bodyOf, replied, World } from './world';

function hedging(budget: HedgeBudget = new HedgeBudget()): World {
  return new World(({ backend }: Ports) => ({
    backend: { hedges: budget, invoke: (request, signal) => backend.invoke(request, signal) },
  }));
}
const never = () => new Promise<never>(() => {});
const lost = (repeat: 'once' | 'paused'): BackendResult => ({
  kind: 'refused',
  failure: 'connection-lost',
  repeat,
  error: new Error('ECONNRESET'),
});

describe('a backend that may be asked twice', () => {
  test('is asked again beside the first asking after half of its time, and the first reply counts', async () => {
    const world = hedging();
    world.backend = (_request, nth) => (nth === 1 ? never() : replied({ output: 'ham' }));
    const before = world.clock.now();
    const answer = await world.send();
    expect(answer.statusCode).toBe(200);
    expect(world.clock.now() - before).toBe(900);
    expect(world.asked).toHaveLength(2);
    expect(world.records.records()[0]).toMatchObject({ attempts: 2 });
  });

  test('still counts a first asking that replies after the second began', async () => {
    const world = hedging();
    world.backend = async (_request, nth) => {
      if (nth === 2) return never();
      await world.clock.alarm(1_000).rings;
      return replied({ output: 'slow' });
    };
    expect(bodyOf(await world.send())).toMatchObject({ output: 'slow' });
  });

  test('gives the failure of the first asking when neither replies', async () => {
    const world = hedging();
    world.backend = async (_request, nth) => {
      await world.clock.alarm(nth === 1 ? 1_000 : 400).rings;
      return nth === 1 ? lost('once') : { kind: 'failed', error: new Error('other') };
    };
    expect(bodyOf(await world.send())).toMatchObject({ type: 'urn:slipway:problem:connection-lost' });
    expect(world.asked).toHaveLength(2);
  });

  test('is not asked twice by more than a tenth of the requests, after the first few', async () => {
    const budget = new HedgeBudget();
    const spent: number[] = [];
    for (let request = 0; request < 40; request += 1) {
      budget.earn();
      if (budget.spend()) spent.push(request);
    }
    expect(spent).toEqual([0, 9, 19, 29, 39]);
  });

  test('saves up for a burst of three, and no more', () => {
    const budget = new HedgeBudget();
    for (let request = 0; request < 1_000; request += 1) budget.earn();
    expect([1, 2, 3, 4].map(() => budget.spend())).toEqual([true, true, true, false]);
  });

  test('is not asked twice when a tenth was', async () => {
    const budget = new HedgeBudget();
    while (budget.spend());
    const world = hedging(budget);
    world.backend = never;
    expect((await world.send()).statusCode).toBe(504);
    expect(world.asked).toHaveLength(1);
  });

  test('is asked once more, at once, after a lost connection, and no third time', async () => {
    const world = hedging();
    world.backend = () => lost('once');
    const before = world.clock.now();
    const answer = await world.send();
    expect(bodyOf(answer)).toMatchObject({ type: 'urn:slipway:problem:connection-lost' });
    expect(world.asked).toHaveLength(2);
    expect(world.clock.now()).toBe(before);
  });

  test('is not asked after a lost connection when the deadline has passed', async () => {
    const world = hedging();
    world.backend = () => {
      world.clock.advance(1_800);
      return lost('once');
    };
    expect((await world.send()).statusCode).toBe(504);
    expect(world.asked).toHaveLength(1);
  });

  test('has both askings cancelled once one has replied', async () => {
    const world = hedging();
    const signals: AbortSignal[] = [];
    world.backend = (_request, nth, signal) => {
      signals.push(signal);
      return nth === 1 ? never() : replied({ output: 'ham' });
    };
    await world.send();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

test('a backend that may not be asked twice is asked once, however slow', async () => {
  const world = new World();
  world.backend = never;
  expect((await world.send()).statusCode).toBe(504);
  expect(world.asked).toHaveLength(1);
});
