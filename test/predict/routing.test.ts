import { expect, test } from 'vitest';
import { Routing } from '../../lambdas/shared/prediction/routing';
import type { Pointers } from '../../protocol/model-version';
import { ManualClock, pointers, VERSION, World } from './world';

function setUp() {
  const clock = new ManualClock();
  const asked = { pointers: 0, version: 0 };
  const state = { down: false, pointers: pointers() };
  const registry = {
    pointers: async () => {
      asked.pointers += 1;
      if (state.down) throw new Error('unreachable');
      return state.pointers;
    },
    version: async () => {
      asked.version += 1;
      if (state.down) throw new Error('unreachable');
      return VERSION;
    },
  };
  const world = new World();
  return { clock, asked, state, routing: new Routing(registry, clock, world.ports.log), logged: world.logged };
}

test('the routing document is read again after 5 s, a version never', async () => {
  const { clock, asked, routing } = setUp();
  await routing.route();
  clock.advance(4_999);
  await routing.route();
  expect(asked).toEqual({ pointers: 1, version: 1 });
  clock.advance(1);
  await routing.route();
  expect(asked).toEqual({ pointers: 2, version: 1 });
});

test('a model that is stopped stops serving within 5 s', async () => {
  const { clock, state, routing } = setUp();
  await routing.route();
  state.pointers = pointers({ desiredState: 'stopped' });
  clock.advance(5_000);
  expect(await routing.route()).toEqual({ kind: 'none', reason: 'the model is stopped' });
});

test('with the registry unreachable the last document serves a minute, and the registry is asked every 5 s', async () => {
  const { clock, asked, state, routing, logged } = setUp();
  await routing.route();
  state.down = true;
  for (let second = 0; second < 60; second += 1) {
    clock.advance(1_000);
    expect((await routing.route()).kind).toBe('live');
  }
  clock.advance(1);
  expect((await routing.route()).kind).toBe('none');
  expect(asked.pointers).toBe(13);
  expect(logged).toHaveLength(12);
  state.down = false;
  clock.advance(5_000);
  expect((await routing.route()).kind).toBe('live');
});

test('requests that come while the first look is under way wait for its answer', async () => {
  let answer = (_pointers: Pointers) => {};
  const asked = new Promise<Pointers>((resolve) => {
    answer = resolve;
  });
  const world = new World(({ registry: { version } }) => ({ registry: { pointers: () => asked, version } }));
  const answers = [world.start(), world.start(), world.start()];
  await new Promise(setImmediate);
  answer(pointers());
  expect((await Promise.all(answers)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
});

test('requests that come while the registry does not answer share its failure, and the next look is another', async () => {
  let looks = 0;
  const world = new World(({ registry: { version } }) => ({
    registry: {
      pointers: async () => {
        looks += 1;
        await new Promise(setImmediate);
        if (looks === 1) throw new Error('unreachable');
        return pointers();
      },
      version,
    },
  }));
  const both = await Promise.all([world.start(), world.start()]);
  expect(both.map(({ statusCode }) => statusCode)).toEqual([503, 503]);
  expect(looks).toBe(1);
  world.clock.advance(5_000);
  expect((await world.start()).statusCode).toBe(200);
});
