import { describe, expect, test } from 'vitest';
import { ASYNC, EndpointWorld, refused } from '../predict/endpoint-world';
import { type Kill, killer, kills } from '../predict/killable';
import { bodyOf, replied } from '../predict/world';

const METHODS = ['find', 'findClaim', 'open', 'replace', 'write', 'put', 'get', 'invoke'];
/** More than accepting a keyed request takes. */
const KILLS = kills(8);
const KEYED = { ...ASYNC, key: 'k1' };

interface Killed {
  readonly world: EndpointWorld;
  readonly at: string | undefined;
}

/** Sends a request to a sleeping fleet through a front that is killed on the way. */
async function sendAndKill(request: typeof ASYNC, kill: Kill): Promise<Killed> {
  let onKill = (_call: string) => {};
  const killed = new Promise<string>((resolve) => {
    onKill = resolve;
  });
  const world = new EndpointWorld();
  world.backend = () => refused('asleep');
  const victim = new EndpointWorld(() => {
    const wrap = killer(METHODS, kill, onKill);
    const { records, payloads, backend, waiting } = world.ports;
    if (waiting === undefined) throw new Error('this world has no queue');
    return {
      ...world.ports,
      records: wrap(records),
      payloads: wrap(payloads),
      backend: wrap(backend),
      waiting: wrap(waiting),
    };
  });
  return { world, at: await Promise.race([killed, victim.start(request).then(() => undefined)]) };
}

/** Lets the worker and the sweeper do what they do until nothing is open. */
async function untilQuiet(world: EndpointWorld): Promise<void> {
  while (world.queue.length > 0) await world.workNext();
  world.clock.advance(24 * 3_600_000);
  for (const { state, inferenceId } of world.records.records()) {
    if (state === 'running' || state === 'accepted') world.records.cut(inferenceId);
  }
}

describe('a front that is killed while it accepts a request', () => {
  test('is killed at each of the calls that matter', async () => {
    const reached = new Set<string | undefined>();
    for (const kill of KILLS) {
      for (const request of [ASYNC, KEYED]) reached.add((await sendAndKill(request, kill)).at);
    }
    expect([...reached]).toEqual(expect.arrayContaining(['open', 'write', 'invoke', 'put', 'replace']));
  });

  test.each(KILLS)('never leaves an accepted record without a message ($when call $call)', async (kill) => {
    for (const request of [ASYNC, KEYED]) {
      const { world } = await sendAndKill(request, kill);
      const [record] = world.records.records();
      if (record?.state === 'accepted') expect(world.messages()).toMatchObject([{ lease: record.lease }]);
    }
  });

  test.each(KILLS)(
    'leaves a request that is answered once, by the worker or when it is repeated ($when call $call)',
    async (kill) => {
      const { world } = await sendAndKill(KEYED, kill);
      world.backend = () => replied({ output: 'ham' });
      await untilQuiet(world);
      const answer = await world.send(KEYED);
      expect([answer.statusCode, bodyOf(answer).output]).toEqual([200, 'ham']);
      expect(world.records.records()).toMatchObject([{ state: 'answered', input: { inline: 'hello' } }]);
      // The front's own asking, and one that was answered.
      expect(world.asked.length).toBeLessThanOrEqual(3);
    },
  );
});
