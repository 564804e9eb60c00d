import { expect, test } from 'vitest';
import { Routing } from '../../lambdas/shared/prediction/routing';
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
