import { describe, expect, test } from 'vitest';
import { viewOf } from '../../lambdas/records/visible-record';
import type { Ports } from '../../lambdas/shared/prediction/ports';
import { OPEN_MARGIN_MS } from '../../protocol/prediction';
import { type Kill, killer, kills } from './killable';
import { bodyOf, replied, World } from './world';

const REQUEST = { key: 'k1', body: { input: 'x'.repeat(33_000), subject: 'Ann' } };
const OUTPUT = { label: 'spam', why: 'y'.repeat(33_000) };
const METHODS = [
  'pointers',
  'version',
  'hmac',
  'find',
  'findClaim',
  'open',
  'replace',
  'write',
  'put',
  'get',
  'invoke',
];
/** More than a keyed request with large payloads makes, also when it takes over. */
const CALLS = 12;

/** Ports of a handler that is killed. */
function killable(ports: Ports, kill: Kill, onKill: (call: string) => void): Ports {
  const wrap = killer(METHODS, kill, onKill);
  const { records, payloads, registry, backend, subjects } = ports;
  return {
    ...ports,
    records: wrap(records),
    payloads: wrap(payloads),
    registry: wrap(registry),
    backend: wrap(backend),
    subjects: wrap(subjects),
  };
}

/** Sends the request to a handler that is killed on the way; the name of the call, or none when it lived to answer. */
async function sendAndKill(world: World, kill: Kill): Promise<string | undefined> {
  let onKill = (_call: string) => {};
  const killed = new Promise<string>((resolve) => {
    onKill = resolve;
  });
  const victim = new World(() => killable(world.ports, kill, onKill));
  return Promise.race([killed, victim.start(REQUEST).then(() => undefined)]);
}

function newWorld(): World {
  const world = new World();
  world.backend = () => replied({ output: OUTPUT, confidence: 0.9 });
  return world;
}

/** What must hold once nobody is at it any more. */
async function expectRepaired(world: World): Promise<void> {
  const answer = await world.send(REQUEST);
  expect(answer.statusCode).toBe(200);
  expect(bodyOf(answer)).toMatchObject({ output: OUTPUT, confidence: 0.9 });
  expect((await world.send(REQUEST)).body).toBe(answer.body);
  const [claim, ...claims] = world.records.claims();
  const [record, ...records] = world.records.records();
  expect([claims, records]).toEqual([[], []]);
  expect(record).toMatchObject({ state: 'answered', status: 200, inferenceId: claim?.inferenceId });
  expect(record).not.toHaveProperty('openUntil');
  // Everything kept in S3 belongs to the one record.
  expect([...world.objects.keys()].every((path) => path.includes(`/${record?.inferenceId}/`))).toBe(true);
  expect(JSON.parse(world.objects.get(pathOf(record?.output)) ?? 'null')).toEqual(OUTPUT);
}

function pathOf(payload: unknown): string {
  const { bucket, key } = payload as { bucket: string; key: string };
  return `${bucket}/${key}`;
}

const KILLS = kills(CALLS);

describe('a handler killed at any call', () => {
  test('is killed at each of the calls that matter', async () => {
    const reached = new Set<string | undefined>();
    for (const kill of KILLS) reached.add(await sendAndKill(newWorld(), kill));
    expect([...reached]).toEqual(
      expect.arrayContaining(['pointers', 'version', 'hmac', 'open', 'put', 'invoke', 'replace']),
    );
  });

  test.each(KILLS)('leaves a record that says so, and a repeat that is answered ($when call $call)', async (kill) => {
    const world = newWorld();
    const killedAt = await sendAndKill(world, kill);
    const [record] = world.records.records();
    const atOnce = await world.send(REQUEST);
    if (record === undefined || record.state === 'answered') expect(atOnce.statusCode).toBe(200);
    else {
      expect(killedAt).toBeDefined();
      expect(record.state).toBe('running');
      expect(atOnce.statusCode).toBe(409);
      world.clock.advance(2_000 + OPEN_MARGIN_MS);
      const reader = {
        records: { find: () => Promise.reject(), writeFeedback: () => Promise.reject() },
        payloads: world.ports.payloads,
        log: world.ports.log,
        now: () => world.clock.now(),
      };
      expect(await viewOf(record, reader)).toMatchObject({ state: 'cut', problem: 'internal', output: null });
    }
    await expectRepaired(world);
    expect(world.asked.length).toBeLessThanOrEqual(2);
  });

  test.each(KILLS)('is repaired after the sweeper has cut its record ($when call $call)', async (kill) => {
    const world = newWorld();
    await sendAndKill(world, kill);
    world.clock.advance(2_000 + OPEN_MARGIN_MS);
    for (const { state, inferenceId } of world.records.records())
      if (state === 'running') world.records.cut(inferenceId);
    await expectRepaired(world);
  });

  test('is repaired when the handler that takes over is killed too', async () => {
    for (const first of KILLS) {
      for (const second of KILLS) {
        const world = newWorld();
        await sendAndKill(world, first);
        world.clock.advance(2_000 + OPEN_MARGIN_MS);
        await sendAndKill(world, second);
        world.clock.advance(2_000 + OPEN_MARGIN_MS);
        await expectRepaired(world);
      }
    }
  });
});
